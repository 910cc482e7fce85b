import { nestedIndices29, unionOfSets, type CellRanges } from '../../healpix/index.js'
import { firstAtOrAfter, gather, sortingOrder } from '../../math/select.js'
import type { Catalog } from '../catalog.js'
import { gatherIntegers } from '../gather.js'
import type { ReadStars, StarColumns } from '../stars.js'

/**
 * The stars of each footprint, the rows that `catalog.read` gives for it, in one read of the catalogue: two CCDs side
 * by side share pieces of files, and sixty share the unpacking. If that read fails they are read one by one, so that
 * damage in one place is the failure of the footprints that lie there and of no other.
 *
 * @param footprints of one order
 */
export async function readEach(catalog: Catalog, footprints: readonly CellRanges[]): Promise<(StarColumns | Error)[]> {
  if (footprints.length > 1) {
    const together = await catalog.read(unionOfSets(footprints)).catch(() => undefined)
    if (together) return starsOfEach(together, footprints)
  }
  const each: (StarColumns | Error)[] = []
  for (const footprint of footprints)
    each.push(
      await catalog
        .read(footprint)
        .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
    )
  return each
}

/**
 * The stars of each footprint, in the order in which they came, by the cells that their reader found or else those of
 * the positions.
 */
function starsOfEach({ cell29, ...stars }: ReadStars, footprints: readonly CellRanges[]): StarColumns[] {
  const keys = cell29 ?? nestedIndices29(stars.raDeg, stars.decDeg)
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const cells = cellsOf(words, footprints[0]!.order)
  if (cells.every((cell, i) => i === 0 || cell >= cells[i - 1]!))
    return footprints.map(({ ranges }) => rowsOf(stars, rowsWithin(cells, ranges)))
  const order = sortingOrder(cells)
  const sorted = gather(cells, order)
  return footprints.map(({ ranges }) =>
    rowsOf(
      stars,
      rowsWithin(sorted, ranges)
        .map((row) => order[row]!)
        .sort(),
    ),
  )
}

/** Cells of an order from order-29 cells as pairs of 32-bit words, low word first. */
function cellsOf(words: Uint32Array, order: number): Float64Array {
  const shift = 2 * (29 - order)
  const cells = new Float64Array(words.length / 2)
  for (let i = 0; i < cells.length; i++) {
    const high = words[2 * i + 1]!
    cells[i] =
      shift >= 32
        ? Math.floor(high / 2 ** (shift - 32))
        : high * 2 ** (32 - shift) + Math.floor(words[2 * i]! / 2 ** shift)
  }
  return cells
}

function rowsWithin(cells: Float64Array, ranges: Float64Array): Uint32Array {
  const bounds = ranges.map((cell) => firstAtOrAfter(cells, cell))
  let count = 0
  for (let i = 0; i < bounds.length; i += 2) count += bounds[i + 1]! - bounds[i]!
  const rows = new Uint32Array(count)
  let at = 0
  for (let i = 0; i < bounds.length; i += 2) for (let row = bounds[i]!; row < bounds[i + 1]!; row++) rows[at++] = row
  return rows
}

function rowsOf(stars: StarColumns, rows: Uint32Array): StarColumns {
  const columns = Object.entries(stars).map(([name, values]) => [
    name,
    values instanceof Float64Array
      ? gather(values, rows)
      : values instanceof BigInt64Array
        ? gatherIntegers(values, rows)
        : (values as number),
  ])
  return Object.fromEntries(columns) as StarColumns
}
