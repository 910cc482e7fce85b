/** The part of the plane of differences in which peaks are searched: a square about zero, in square bins. */
export interface ShiftSearch {
  /** Half the side of the square. */
  readonly searchArcsec: number
  readonly binArcsec: number
}

/** The middle of a box of three by three bins, and the differences in it. */
export interface ShiftPeak {
  readonly x: number
  readonly y: number
  readonly count: number
}

/** Bins of a search. A box begins in any of them. */
export const binsOf = ({ searchArcsec, binArcsec }: ShiftSearch): number =>
  Math.round((2 * searchArcsec) / binArcsec) ** 2

/**
 * The fullest box of three by three bins; the first of equal ones.
 *
 * @param east differences of pairs [arcsec], shape (pairs), as `north`; those outside the square are left out
 */
export function densestBox(east: Float64Array, north: Float64Array, { searchArcsec, binArcsec }: ShiftSearch) {
  const side = Math.round((2 * searchArcsec) / binArcsec)
  const bins = new Uint32Array(side * side)
  const binOf = (value: number) => Math.floor((value + searchArcsec) / binArcsec)
  for (let k = 0; k < east.length; k++) {
    const [column, row] = [binOf(east[k]!), binOf(north[k]!)]
    if (column >= 0 && column < side && row >= 0 && row < side) bins[row * side + column]!++
  }
  // Sums of three in a row, then of three rows.
  const threes = new Uint32Array(side * side)
  for (let bin = 1; bin < bins.length - 1; bin++) threes[bin] = bins[bin - 1]! + bins[bin]! + bins[bin + 1]!
  let best: ShiftPeak = { x: 0, y: 0, count: 0 }
  for (let row = 1; row < side - 1; row++) {
    for (let column = 1; column < side - 1; column++) {
      const bin = row * side + column
      const count = threes[bin - side]! + threes[bin]! + threes[bin + side]!
      if (count > best.count)
        best = {
          x: (column + 0.5) * binArcsec - searchArcsec,
          y: (row + 0.5) * binArcsec - searchArcsec,
          count,
        }
    }
  }
  return best
}

/**
 * Poisson probability of `count` or more in any of `trials` boxes, each of which holds `expected` by chance; an upper
 * bound.
 */
export function chanceOfPeak(count: number, expected: number, trials: number): number {
  if (count <= expected) return 1
  let logTerm = -expected
  for (let k = 1; k <= count; k++) logTerm += Math.log(expected / k)
  // Beyond `count` the terms fall at least as fast as expected / count: a geometric series bounds the tail.
  return (trials * Math.exp(logTerm)) / (1 - expected / (count + 1))
}
