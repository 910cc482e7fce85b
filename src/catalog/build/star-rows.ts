import { gather } from '../../math/select.js'
import type { StarChunk } from '../rows/star-chunk.js'

/** One column of spilled rows; the key and the id come before them all. */
export interface RowColumn {
  readonly name: string
  readonly type: 'f64' | 'f32'
}

/**
 * Rows of one block: a column is contiguous within it, so that rows are moved by whole columns and still read by
 * ranges.
 */
export const BLOCK_ROWS = 512

/** Columns of a chunk in the order of the layout: doubles first, so that every column is aligned. */
export function rowColumns(chunks: readonly StarChunk[]): RowColumn[] {
  const types = new Map<string, 'f64' | 'f32'>()
  for (const { values } of chunks) {
    for (const [name, column] of values)
      if (types.get(name) !== 'f64') types.set(name, column instanceof Float64Array ? 'f64' : 'f32')
  }
  const columns = [...types].map(([name, type]) => ({ name, type }))
  return [...columns.filter(({ type }) => type === 'f64'), ...columns.filter(({ type }) => type === 'f32')]
}

const bytesOf = (type: 'f64' | 'f32'): number => (type === 'f64' ? 8 : 4)

export function rowBytes(columns: readonly RowColumn[]): number {
  return columns.reduce((total, { type }) => total + bytesOf(type), 16)
}

/** Rows in the given order as blocks; the last block is filled with zeros. A column that the chunk lacks is NaN. */
export function encodeRows(
  chunk: StarChunk,
  columns: readonly RowColumn[],
  order: Uint32Array,
  blockRows = BLOCK_ROWS,
): Uint8Array {
  const blocks = Math.ceil(order.length / blockRows)
  const blockBytes = rowBytes(columns) * blockRows
  const bytes = new Uint8Array(blocks * blockBytes)
  const whole64 = (values: BigInt64Array) => new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  const integers = [whole64(chunk.key), whole64(chunk.sourceId)]
  for (let block = 0; block < blocks; block++) {
    const first = block * blockRows
    const count = Math.min(blockRows, order.length - first)
    let at = block * blockBytes
    for (const from of integers) {
      const to = new Uint32Array(bytes.buffer, at, 2 * count)
      for (let i = 0; i < count; i++) {
        const row = order[first + i]!
        to[2 * i] = from[2 * row]!
        to[2 * i + 1] = from[2 * row + 1]!
      }
      at += 8 * blockRows
    }
    for (const { name, type } of columns) {
      const from = chunk.values.get(name)
      const rows = order.subarray(first, first + count)
      if (type === 'f32') takeFloats(new Float32Array(bytes.buffer, at, count), from as Float32Array | undefined, rows)
      else if (from instanceof Float64Array) takeDoubles(new Float64Array(bytes.buffer, at, count), from, rows)
      else if (from === undefined) new Float64Array(bytes.buffer, at, count).fill(NaN)
      else gather(from, rows, new Float64Array(bytes.buffer, at, count))
      at += bytesOf(type) * blockRows
    }
  }
  return bytes
}

// One type of array in each loop: with both in one, a build spends a third of its time here.
function takeDoubles(to: Float64Array, from: Float64Array, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]!]!
}

function takeFloats(to: Float32Array, from: Float32Array | undefined, rows: Uint32Array): void {
  if (from === undefined) to.fill(NaN)
  else for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]!]!
}

/** Rows gathered from several places; grows by appending, up to the rows that were announced. */
export class RowGatherer {
  rowCount = 0
  private readonly key: BigInt64Array
  private readonly sourceId: BigInt64Array
  private readonly values = new Map<string, Float64Array | Float32Array>()

  /** @param columns what is kept; a column that a place lacks is NaN in its rows */
  constructor(
    private readonly columns: readonly RowColumn[],
    capacity: number,
  ) {
    this.key = new BigInt64Array(capacity)
    this.sourceId = new BigInt64Array(capacity)
    for (const { name, type } of columns)
      this.values.set(name, type === 'f64' ? new Float64Array(capacity) : new Float32Array(capacity))
  }

  /**
   * Appends rows [start, end) of blocks that `encodeRows` made with `columns`; `bytes` begins at the start of a block.
   */
  append(bytes: Uint8Array, columns: readonly RowColumn[], start: number, end: number, blockRows = BLOCK_ROWS): void {
    const blockBytes = rowBytes(columns) * blockRows
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
    for (let row = start; row < end;) {
      const block = Math.floor(row / blockRows)
      const within = row - block * blockRows
      const count = Math.min(end - row, blockRows - within)
      let at = aligned.byteOffset + block * blockBytes
      for (const to of [this.key, this.sourceId]) {
        to.set(new BigInt64Array(aligned.buffer, at + 8 * within, count), this.rowCount)
        at += 8 * blockRows
      }
      const found = new Set<string>()
      for (const { name, type } of columns) {
        const from =
          type === 'f64'
            ? new Float64Array(aligned.buffer, at + 8 * within, count)
            : new Float32Array(aligned.buffer, at + 4 * within, count)
        this.values.get(name)?.set(from, this.rowCount)
        found.add(name)
        at += bytesOf(type) * blockRows
      }
      for (const { name } of this.columns)
        if (!found.has(name)) this.values.get(name)!.fill(NaN, this.rowCount, this.rowCount + count)
      this.rowCount += count
      row += count
    }
  }

  chunk(): StarChunk {
    return {
      rowCount: this.rowCount,
      key: this.key.subarray(0, this.rowCount),
      sourceId: this.sourceId.subarray(0, this.rowCount),
      values: new Map([...this.values].map(([name, values]) => [name, values.subarray(0, this.rowCount)])),
    }
  }
}
