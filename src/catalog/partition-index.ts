import { InputError } from '../errors.js'
import { crc32, type GroupMapPlace } from '../formats/parquet/index.js'
import type { CellRanges } from '../healpix/index.js'

export const PARTITIONS_NAME = 'partitions.csv'

/** No file of the store is finer than this NESTED order. */
export const FINEST_FILE_ORDER = 11

/** One file of the store: the rows of one NESTED cell. */
export interface StoreFile extends GroupMapPlace {
  readonly order: number
  readonly cell: number
  readonly rows: number
  readonly byteLength: number
}

/** Some consecutive lines of `partitions.csv`, so that a run reads those of its field and not of the whole sky. */
export interface PartitionBlock {
  /** First cell of order 11 of the first file. */
  readonly firstCell: number
  /** Bytes [start, end) of `partitions.csv`. */
  readonly start: number
  readonly end: number
  readonly crc32: number
}

const HEADER = 'Norder,Npix,rows,bytes,map_start,map_bytes,map_crc32\n'
const FILES_PER_BLOCK = 64

/** The list of files as text, and its blocks; files come in the order of the sky. */
export function partitionIndex(files: readonly StoreFile[]): { text: string; blocks: PartitionBlock[] } {
  let text = HEADER
  const blocks: PartitionBlock[] = []
  for (let first = 0; first < files.length; first += FILES_PER_BLOCK) {
    const group = files.slice(first, first + FILES_PER_BLOCK)
    const lines = group
      .map(
        (file) =>
          `${file.order},${file.cell},${file.rows},${
            file.byteLength
          },${file.mapStart},${file.mapBytes},${file.mapCrc32}\n`,
      )
      .join('')
    blocks.push({
      firstCell: group[0]!.cell * 4 ** (FINEST_FILE_ORDER - group[0]!.order),
      start: text.length,
      end: text.length + lines.length,
      crc32: crc32(new TextEncoder().encode(lines)),
    })
    text += lines
  }
  return { text, blocks }
}

/** Blocks whose files may hold part of a footprint. */
export function blocksMeeting(blocks: readonly PartitionBlock[], { order, ranges }: CellRanges): PartitionBlock[] {
  const scale = 4 ** (order - FINEST_FILE_ORDER)
  return blocks.filter(({ firstCell }, b) => {
    const lo = firstCell * scale
    const hi = (blocks[b + 1]?.firstCell ?? Infinity) * scale
    return overlaps(ranges, lo, hi)
  })
}

/** Whether a file's cell and the footprint share any part of the sky. */
export function fileMeets({ order, cell }: StoreFile, footprint: CellRanges): boolean {
  const scale = 4 ** (footprint.order - order)
  return overlaps(footprint.ranges, cell * scale, (cell + 1) * scale)
}

function overlaps(ranges: Float64Array, lo: number, hi: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! < hi && ranges[i + 1]! > lo) return true
  return false
}

/** The files of one block. Throws InputError if its bytes are not those that were written. */
export function parseBlock(bytes: Uint8Array, block: PartitionBlock, file: string): StoreFile[] {
  if (crc32(bytes) !== block.crc32) {
    throw new InputError('damaged-catalog', 'the list of files is damaged: its checksum differs', {
      file,
      found: crc32(bytes).toString(16),
      expected: block.crc32.toString(16),
    })
  }
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n')
  return lines.map((line) => {
    const [order, cell, rows, byteLength, mapStart, mapBytes, mapCrc32] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    return { order, cell, rows, byteLength, mapStart, mapBytes, mapCrc32 }
  })
}
