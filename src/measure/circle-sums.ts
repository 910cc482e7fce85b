import type { Stamp } from './stamp.js'

/** A pixel on the rim is divided into so many parts along each side, of which those count whose middle is within. */
const PARTS = 5

/** What lies within a circle. */
export interface CircleSum {
  readonly light: number
  readonly areaPixels: number
}

/**
 * Light of a stamp within circles, by parts of pixels as SExtractor and SEP count them. It is summed along the rows
 * once: then a circle takes two look-ups for each row of parts, however large it is.
 */
export class CircleSums {
  private columns = 0
  private rows = 0
  /** Light of a row before each column, and in all of it, shape (rows x (columns + 1)). */
  private sums = new Float64Array(0)

  take({ columns, rows, light }: Stamp): void {
    this.columns = columns
    this.rows = rows
    const length = rows * (columns + 1)
    if (length > this.sums.length) this.sums = new Float64Array(length)
    const { sums } = this
    for (let j = 0, s = 0, i = 0; j < rows; j++) {
      let sum = 0
      sums[s++] = 0
      for (let k = 0; k < columns; k++) {
        sum += light[i++]!
        sums[s++] = sum
      }
    }
  }

  /** @param x centre in the stamp, from 0 */
  within(x: number, y: number, radius: number): CircleSum {
    const { columns, rows, sums } = this
    const bottom = Math.max(0, Math.round(y - radius))
    const top = Math.min(rows - 1, Math.round(y + radius))
    let light = 0
    let area = 0
    for (let j = bottom; j <= top; j++) {
      const row = j * (columns + 1)
      for (let part = 0; part < PARTS; part++) {
        const dy = j + (part + 0.5) / PARTS - 0.5 - y
        const square = radius * radius - dy * dy
        if (!(square > 0)) continue
        const half = Math.sqrt(square)
        // Column k is from k to k + 1.
        const from = Math.max(0, Math.round(PARTS * (x + 0.5 - half)) / PARTS)
        const to = Math.min(columns, Math.round(PARTS * (x + 0.5 + half)) / PARTS)
        if (!(to > from)) continue
        const a = Math.floor(from)
        const b = Math.min(columns - 1, Math.floor(to))
        const before = sums[row + a]! + (from - a) * (sums[row + a + 1]! - sums[row + a]!)
        light += sums[row + b]! + (to - b) * (sums[row + b + 1]! - sums[row + b]!) - before
        area += to - from
      }
    }
    return { light: light / PARTS, areaPixels: area / PARTS }
  }
}
