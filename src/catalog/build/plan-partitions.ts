import { COUNT_ORDER, type CellCounts } from './cell-counts.js'
import { FINEST_FILE_ORDER } from '../partition-index.js'

/** The rows of one file: those of one NESTED cell. */
export interface PartitionCell {
  readonly order: number
  readonly cell: number
}

/**
 * Divides the sky into files: cells as coarse as they can be with at most `maxRows` rows, and no finer than order 11;
 * empty cells get no file. Comes in the order of the sky.
 *
 * @param below rows of the four children of a cell of the counts' own order, asked for if it holds too many
 */
export async function planPartitions(
  counts: CellCounts,
  maxRows: number,
  below: (cell: number) => Promise<readonly number[]>,
): Promise<PartitionCell[]> {
  const partitions: PartitionCell[] = []
  const divide = async (order: number, cell: number, rows: number): Promise<void> => {
    if (rows === 0) return
    if (rows <= maxRows || order === FINEST_FILE_ORDER) {
      partitions.push({ order, cell })
      return
    }
    const finer = order === COUNT_ORDER ? await below(cell) : undefined
    for (let child = 0; child < 4; child++)
      await divide(order + 1, 4 * cell + child, finer?.[child] ?? counts.of(order + 1, 4 * cell + child))
  }
  for (let base = 0; base < 12; base++) await divide(0, base, counts.of(0, base))
  return partitions
}

const KEY_ORDER = 29

/** Order-29 cells [from, to) of a cell. */
export function keysOf({ order, cell }: PartitionCell): readonly [from: bigint, to: bigint] {
  const shift = BigInt(2 * (KEY_ORDER - order))
  return [BigInt(cell) << shift, BigInt(cell + 1) << shift]
}
