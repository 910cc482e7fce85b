import type { FitsHdu, HduKind } from './hdus.js'
import type { FitsHeader } from './header.js'

/** Columns and rows of an image. */
export interface ImageSize {
  readonly columns: number
  readonly rows: number
}

/**
 * Columns and rows of the image that a header describes: ZNAXIS of one that is compressed into a table (FITS 4.0,
 * 10.1), else NAXIS; undefined of a table, of no axes, and of a cube.
 */
export function sizeInHeader(header: FitsHeader): ImageSize | undefined {
  const isPacked = header.has('ZNAXIS1')
  if (header.has('TFIELDS') && !isPacked) return undefined
  const axis = (n: number) => header.number(`${isPacked ? 'Z' : ''}NAXIS${n}`)
  const [columns, rows] = [axis(1), axis(2)]
  if (columns === undefined || rows === undefined || columns < 1 || rows < 1) return undefined
  const count = header.number(isPacked ? 'ZNAXIS' : 'NAXIS') ?? 2
  for (let n = 3; n <= count; n++) if (axis(n) !== 1) return undefined
  return { columns, rows }
}

/** Columns and rows of an HDU that is an image of two axes, compressed or not, larger than a line; else undefined. */
export function imageSize({ header, kind }: FitsHdu): ImageSize | undefined {
  if (!IMAGE_KINDS.includes(kind)) return undefined
  const size = sizeInHeader(header)
  return size !== undefined && size.columns > 1 && size.rows > 1 ? size : undefined
}

/** The axes of an HDU of pixels in words, be it an image or not; undefined of tables and of no axes. */
export function axesInWords({ header, kind }: FitsHdu): string | undefined {
  if (!IMAGE_KINDS.includes(kind)) return undefined
  const keyword = kind === 'tile-compressed image' ? 'ZNAXIS' : 'NAXIS'
  const count = header.number(keyword) ?? 0
  // The standard has 999 axes at most (FITS 4.0, 4.4.1.1).
  if (!(count >= 1 && count <= 999)) return undefined
  const axes = Array.from({ length: count }, (_, k) => header.number(`${keyword}${k + 1}`) ?? '?')
  return `NAXIS = ${count} (${axes.join(' x ')})`
}

const IMAGE_KINDS: readonly HduKind[] = ['primary', 'image', 'tile-compressed image']
