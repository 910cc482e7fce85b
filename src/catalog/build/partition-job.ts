import type { CatalogTools } from '../catalog-files.js'
import { encodeSortedParquet, keyCell } from '../../formats/parquet/index.js'
import { tableOf } from '../../table/columns.js'
import type { BuildFolder } from './build-folder.js'
import { gatherDoubles, gatherIntegers } from '../gather.js'
import { storeLayout } from './layout.js'
import { marginRows, PartitionMap } from './margin.js'
import type { StoreFile } from '../partition-index.js'
import { keysOf, type PartitionCell } from './plan-partitions.js'
import { findSharedIds, type SharedIds } from './shared-ids.js'
import { fileColumns, sortStars, type SortedStars } from './sorted-stars.js'
import { encodeRows, rowBytes, RowGatherer, type RowColumn } from './star-rows.js'
import { RunReader, type StarRun } from './star-run.js'
import { partitionPath, type FurtherColumn, type StoreColumn } from '../store-columns.js'

/** What all files of a store have in common, known when every input is read. */
export interface StorePlan {
  /** Name in the folder that belongs to this plan alone: the new store, and with a suffix what a build keeps for it. */
  readonly root: string
  /** Directory of the catalogue, and of its margin, in the folder. */
  readonly directory: string
  readonly marginDirectory: string
  readonly runs: readonly StarRun[]
  /** Columns of the spilled rows that the store takes. */
  readonly rowColumns: readonly RowColumn[]
  readonly columns: readonly (StoreColumn | FurtherColumn)[]
  /** In the order of the sky. */
  readonly partitions: readonly PartitionCell[]
  readonly marginArcsec: number
  readonly skymapOrder: number
  /** Whether ids tell rows and not stars. */
  readonly idsAreRows?: boolean
}

/** One file to write: the index of its cell. */
export interface PartitionJob {
  readonly kind: 'partition'
  readonly index: number
}

/** One file of the margin to write: the rows near the cell's edge, which the neighbours' jobs have put aside. */
export interface MarginJob {
  readonly kind: 'margin'
  readonly index: number
  readonly segments: readonly MarginSegment[]
}

/** Rows that a file's job put aside for the margin of another. */
export interface MarginSegment {
  readonly target: number
  readonly path: string
  readonly start: number
  readonly rows: number
}

export interface FileFacts {
  readonly file: StoreFile
  readonly sha256: string
  /** Rows of each cell of the sky map below the file's own, or of its cell alone if that is finer. */
  readonly counts: readonly number[]
}

export interface PartitionFacts extends FileFacts {
  readonly repeated: number
  /** Ids that occur at several places; absent if there are none. */
  readonly sharedIds?: SharedIds
  readonly segments: readonly MarginSegment[]
}

/** Writes files of a store from the spilled rows. One writer serves many jobs of one plan. */
export class PartitionWriter {
  private readonly reader: RunReader
  private readonly map: PartitionMap

  constructor(
    private readonly plan: StorePlan,
    private readonly folder: BuildFolder,
    private readonly tools: CatalogTools,
  ) {
    this.reader = new RunReader(folder)
    this.map = new PartitionMap(plan.partitions)
  }

  async partition({ index }: PartitionJob): Promise<PartitionFacts> {
    const { plan } = this
    const partition = plan.partitions[index]!
    const [from, to] = keysOf(partition)
    const stars = sortStars(await this.reader.read(plan.runs, from, to, plan.rowColumns), plan.idsAreRows)
    const facts = await this.writeFile(plan.directory, partition, stars)
    const keys = sortedKeys(stars)
    const sharedIds = findSharedIds(stars)
    return {
      ...facts,
      repeated: stars.repeated,
      ...(sharedIds === undefined ? {} : { sharedIds }),
      segments: await this.putAside(index, stars, keys),
    }
  }

  async margin({ index, segments }: MarginJob): Promise<FileFacts> {
    const { plan } = this
    const gatherer = new RowGatherer(
      plan.rowColumns,
      segments.reduce((total, { rows }) => total + rows, 0),
    )
    for (const { path, start, rows } of segments) {
      const bytes = await this.folder.read(path, start, start + rows * rowBytes(plan.rowColumns))
      gatherer.append(bytes, plan.rowColumns, 0, rows, rows)
    }
    return this.writeFile(plan.marginDirectory, plan.partitions[index]!, sortStars(gatherer.chunk()))
  }

  private async writeFile(directory: string, partition: PartitionCell, stars: SortedStars): Promise<FileFacts> {
    const { columns } = this.plan
    const rows = stars.order.length
    const { bytes, ...map } = await encodeSortedParquet(
      tableOf(fileColumns(stars, columns)),
      storeLayout({ order: partition.order, rows }, columns),
      this.tools.brotli,
    )
    await this.folder.write(`${directory}/${partitionPath(partition)}`, [bytes])
    const file = { ...partition, rows, byteLength: bytes.byteLength, ...map }
    return {
      file,
      sha256: this.tools.sha256(bytes),
      counts: skyCounts(sortedKeys(stars), partition, this.plan.skymapOrder),
    }
  }

  /** Spills the rows that lie in the margin of other files. */
  private async putAside(index: number, stars: SortedStars, keys: BigInt64Array): Promise<MarginSegment[]> {
    const { marginArcsec, rowColumns } = this.plan
    const { chunk, order } = stars
    if (!(marginArcsec > 0)) return []
    const inOrder = (name: string) => gatherDoubles(chunk.values.get(name)!, order)
    const found = marginRows(this.map, index, keys, inOrder('raDeg'), inOrder('decDeg'), marginArcsec)
    if (found.length === 0) return []
    // The plan's own: a build of other columns that was interrupted in the same folder has other rows.
    const path = `${this.plan.root}-margins/${index}`
    const parts = found.map(({ rows }) =>
      encodeRows(
        chunk,
        rowColumns,
        rows.map((row) => order[row]!),
        rows.length,
      ),
    )
    await this.folder.write(path, parts)
    let start = 0
    return found.map(({ target, rows }, i) => {
      const segment = { target, path, start, rows: rows.length }
      start += parts[i]!.byteLength
      return segment
    })
  }
}

const sortedKeys = ({ chunk, order }: SortedStars): BigInt64Array => gatherIntegers(chunk.key, order)

function skyCounts(keys: BigInt64Array, { order, cell }: PartitionCell, skymapOrder: number): number[] {
  if (skymapOrder <= order) return [keys.length]
  const counts = new Uint32Array(4 ** (skymapOrder - order))
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const first = cell * counts.length
  for (let i = 0; i < keys.length; i++)
    counts[keyCell(words[2 * i + 1]!, words[2 * i]!, 2 * (29 - skymapOrder)) - first]!++
  return Array.from(counts)
}
