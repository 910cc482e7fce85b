import { median, madScatter } from '../../math/robust.js'

/** Numbers of a picture, row by row from the bottom, as FITS has them; NaN is no number. */
export interface PixelGrid {
  readonly columns: number
  readonly rows: number
  readonly values: ArrayLike<number>
}

/** Grey of a picture, row by row from the top, as PNG has them. */
export interface GreyPicture {
  readonly columns: number
  readonly rows: number
  readonly grey: Uint8Array
}

/** Black and white of a stretch, and where it turns from linear to logarithmic. */
export interface Stretch {
  readonly black: number
  readonly white: number
  readonly softening: number
}

/** The sky's noise is a fair grey: black lies this many of its scatters below it. */
const BLACK_SIGMAS = 2
/** Noise is linear, stars are logarithmic. */
const SOFTENING_SIGMAS = 3
/** Brighter pixels than all but this share are white: the cores of the brightest stars. */
const WHITE_SHARE = 0.998
/** Enough pixels to know the sky and its noise. */
const SAMPLED = 100_000
/** Steps of grey: more cannot be told apart, and do not compress. */
const GREYS = 64

/** A smaller picture, each pixel the mean of a square block of the pixels that are numbers. */
export function reduced({ columns, rows, values }: PixelGrid, longest: number): PixelGrid & { readonly block: number } {
  const block = Math.max(1, Math.ceil(Math.max(columns, rows) / longest))
  const [width, height] = [Math.ceil(columns / block), Math.ceil(rows / block)]
  const sums = new Float64Array(width * height)
  const counts = new Uint32Array(width * height)
  for (let row = 0, i = 0; row < rows; row++) {
    const from = Math.floor(row / block) * width
    for (let column = 0; column < columns; column++, i++) {
      const value = values[i]!
      if (!Number.isFinite(value)) continue
      const at = from + Math.floor(column / block)
      sums[at]! += value
      counts[at]!++
    }
  }
  return { columns: width, rows: height, values: sums.map((sum, at) => sum / counts[at]!), block }
}

/** The pixels of a square about a place; beyond the edge there are none. */
export function cutOut({ columns, rows, values }: PixelGrid, column: number, row: number, half: number): PixelGrid {
  const side = 2 * half + 1
  const cut = new Float64Array(side * side).fill(NaN)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [fromX, fromY] = [column - half + x, row - half + y]
      if (fromX >= 0 && fromX < columns && fromY >= 0 && fromY < rows)
        cut[y * side + x] = values[fromY * columns + fromX]!
    }
  }
  return { columns: side, rows: side, values: cut }
}

/** The stretch of a picture: of its sky, its noise and its brightest stars. */
export function stretchOf({ values }: Pick<PixelGrid, 'values'>): Stretch {
  const step = Math.max(1, Math.floor(values.length / SAMPLED))
  const sample: number[] = []
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i]!)) sample.push(values[i]!)
  if (sample.length === 0) return { black: 0, white: 1, softening: 1 }
  const sorted = Float64Array.from(sample).sort()
  const brightest = sorted[Math.floor(WHITE_SHARE * (sorted.length - 1))]!
  const noise = madScatter(sorted) || (sorted.at(-1)! - sorted[0]!) / 100 || 1
  const black = median(sorted) - BLACK_SIGMAS * noise
  return {
    black,
    white: Math.max(brightest, black + 3 * (BLACK_SIGMAS + SOFTENING_SIGMAS) * noise),
    softening: SOFTENING_SIGMAS * noise,
  }
}

/** Numbers to grey by asinh (Lupton, Gunn & Szalay 1999): linear in the noise, logarithmic above; NaN is black. */
export function stretched({ columns, rows, values }: PixelGrid, { black, white, softening }: Stretch): GreyPicture {
  const most = Math.asinh((white - black) / softening)
  const grey = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[(rows - 1 - row) * columns + column]!
      const share = Number.isFinite(value) ? Math.asinh((value - black) / softening) / most : 0
      const step = Math.round(Math.min(1, Math.max(0, share)) * (GREYS - 1))
      grey[row * columns + column] = Math.round((255 * step) / (GREYS - 1))
    }
  }
  return { columns, rows, grey }
}
