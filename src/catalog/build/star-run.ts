import { keyCell } from '../../formats/parquet/index.js'
import type { BuildFolder } from './build-folder.js'
import type { CellCounts } from './cell-counts.js'
import { COUNT_ORDER } from './cell-counts.js'
import { firstAtOrAfter } from '../sorted-keys.js'
import { sortingOrder64 } from '../rows/sort-order.js'
import type { StarChunk } from '../rows/star-chunk.js'
import { BLOCK_ROWS, encodeRows, rowBytes, rowColumns, RowGatherer, type RowColumn } from './star-rows.js'

/**
 * Rows that were spilled, sorted by key (an external merge sort; Knuth, TAOCP 3, 5.4): blocks of rows, then the first
 * key of each block, then (cell, rows) of the cells of order 10 that hold rows.
 */
export interface StarRun {
  readonly path: string
  readonly rows: number
  readonly cells: number
  readonly columns: readonly RowColumn[]
  /** Whether the rows come from an input that does not say which part of the sky it covers. */
  readonly loose: boolean
}

/** Sorts pieces and writes them as one run. */
export async function writeRun(
  folder: BuildFolder,
  path: string,
  pieces: readonly StarChunk[],
  loose: boolean,
): Promise<StarRun> {
  const columns = rowColumns(pieces)
  const chunk = joined(pieces, columns)
  const order = sortingOrder64(chunk.key)
  const blocks = encodeRows(chunk, columns, order)
  const firstKeys = new BigInt64Array(Math.ceil(chunk.rowCount / BLOCK_ROWS))
  for (let block = 0; block < firstKeys.length; block++) firstKeys[block] = chunk.key[order[block * BLOCK_ROWS]!]!
  const counts = cellCounts(chunk.key, order)
  await folder.write(path, [blocks, new Uint8Array(firstKeys.buffer), new Uint8Array(counts.buffer)])
  return { path, rows: chunk.rowCount, cells: counts.length / 2, columns, loose }
}

function joined(pieces: readonly StarChunk[], columns: readonly RowColumn[]): StarChunk {
  if (pieces.length === 1) return pieces[0]!
  const total = pieces.reduce((rows, { rowCount }) => rows + rowCount, 0)
  const key = new BigInt64Array(total)
  const sourceId = new BigInt64Array(total)
  const values = new Map<string, Float64Array | Float32Array>()
  for (const { name, type } of columns)
    values.set(name, type === 'f64' ? new Float64Array(total) : new Float32Array(total))
  let at = 0
  for (const piece of pieces) {
    key.set(piece.key, at)
    sourceId.set(piece.sourceId, at)
    for (const [name, whole] of values) {
      const part = piece.values.get(name)
      if (part === undefined) whole.fill(NaN, at, at + piece.rowCount)
      else whole.set(part, at)
    }
    at += piece.rowCount
  }
  return { rowCount: total, key, sourceId, values }
}

function cellCounts(key: BigInt64Array, order: Uint32Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(key.buffer, key.byteOffset, 2 * key.length)
  const shift = 2 * (29 - COUNT_ORDER)
  const found: number[] = []
  let last = -1
  for (const row of order) {
    const cell = keyCell(words[2 * row + 1]!, words[2 * row]!, shift)
    if (cell === last) found[found.length - 1]!++
    else found.push(cell, 1)
    last = cell
  }
  return Uint32Array.from(found)
}

const blocksOf = (run: StarRun): number => Math.ceil(run.rows / BLOCK_ROWS)
const blockBytes = (run: StarRun): number => rowBytes(run.columns) * BLOCK_ROWS

/** Length of a run's file. */
export function runBytes(run: StarRun): number {
  return blocksOf(run) * (blockBytes(run) + 8) + 8 * run.cells
}

/** Adds the cells of a run to the counts. */
export async function addRunCounts(folder: BuildFolder, run: StarRun, counts: CellCounts): Promise<void> {
  const end = runBytes(run)
  const bytes = (await folder.read(run.path, end - 8 * run.cells, end)).slice()
  const pairs = new Uint32Array(bytes.buffer, 0, 2 * run.cells)
  for (let i = 0; i < pairs.length; i += 2) counts.add(pairs[i]!, pairs[i + 1]!)
}

/** Reads the rows of key ranges out of runs; the first keys of the blocks are read once and kept. */
export class RunReader {
  private readonly firstKeys = new Map<string, Promise<BigInt64Array>>()

  constructor(private readonly folder: BuildFolder) {}

  /** Rows of all runs with keys in [from, to), in no particular order. */
  async read(runs: readonly StarRun[], from: bigint, to: bigint, columns: readonly RowColumn[]): Promise<StarChunk> {
    const parts: { run: StarRun; first: number; last: number }[] = []
    let capacity = 0
    for (const run of runs) {
      const keys = await this.keysOf(run)
      // The block before the first that starts at or after `from` may hold keys of the range as well.
      const first = Math.max(0, firstAtOrAfter(keys, from) - 1)
      const last = firstAtOrAfter(keys, to)
      if (last <= first) continue
      parts.push({ run, first, last })
      capacity += Math.min(run.rows, last * BLOCK_ROWS) - first * BLOCK_ROWS
    }
    const gatherer = new RowGatherer(columns, capacity)
    for (const { run, first, last } of parts) {
      const size = blockBytes(run)
      const bytes = await this.folder.read(run.path, first * size, last * size)
      const rows = Math.min(run.rows, last * BLOCK_ROWS) - first * BLOCK_ROWS
      const keyOf = (row: number) => keyAt(bytes, size, row)
      gatherer.append(
        bytes,
        run.columns,
        partition(rows, (row) => keyOf(row) < from),
        partition(rows, (row) => keyOf(row) < to),
      )
    }
    return gatherer.chunk()
  }

  private keysOf(run: StarRun): Promise<BigInt64Array> {
    const start = blocksOf(run) * blockBytes(run)
    const known =
      this.firstKeys.get(run.path) ??
      this.folder
        .read(run.path, start, start + 8 * blocksOf(run))
        .then((bytes) => new BigInt64Array(bytes.slice().buffer))
    this.firstKeys.set(run.path, known)
    return known
  }
}

function keyAt(bytes: Uint8Array, blockBytes: number, row: number): bigint {
  const block = Math.floor(row / BLOCK_ROWS)
  return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(
    block * blockBytes + 8 * (row - block * BLOCK_ROWS),
    true,
  )
}

/** Number of leading indices for which the condition holds. */
function partition(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows of each of the four children of a cell of order 10. */
export async function countChildren(reader: RunReader, runs: readonly StarRun[], cell: number): Promise<number[]> {
  const shift = BigInt(2 * (29 - COUNT_ORDER - 1))
  const rows: number[] = []
  for (let child = 4 * cell; child < 4 * cell + 4; child++) {
    rows.push((await reader.read(runs, BigInt(child) << shift, BigInt(child + 1) << shift, [])).rowCount)
  }
  return rows
}

/** The distinct keys of runs, ascending: for builds small enough that they fit memory. */
export async function distinctKeys(folder: BuildFolder, runs: readonly StarRun[]): Promise<BigInt64Array> {
  const keys = new BigInt64Array(runs.reduce((total, { rows }) => total + rows, 0))
  let at = 0
  for (const run of runs) {
    const size = blockBytes(run)
    for (let block = 0; block < blocksOf(run); block += BLOCKS_AT_ONCE) {
      const last = Math.min(blocksOf(run), block + BLOCKS_AT_ONCE)
      const gatherer = new RowGatherer([], (last - block) * BLOCK_ROWS)
      gatherer.append(
        await folder.read(run.path, block * size, last * size),
        run.columns,
        0,
        Math.min(run.rows - block * BLOCK_ROWS, (last - block) * BLOCK_ROWS),
      )
      keys.set(gatherer.chunk().key, at)
      at += gatherer.rowCount
    }
  }
  keys.sort()
  let kept = 0
  for (let i = 0; i < keys.length; i++) if (i === 0 || keys[i] !== keys[kept - 1]) keys[kept++] = keys[i]!
  return keys.subarray(0, kept)
}

const BLOCKS_AT_ONCE = 256
