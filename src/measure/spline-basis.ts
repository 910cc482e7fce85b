/**
 * A surface in cubic B-splines on a square lattice of `side` x `side` nodes, `step` pixels apart, the middle one at 0:
 * sum_kl c_kl B(u / step - k) B(v / step - l), and nothing beyond the outer nodes' reach.
 */
export interface SplineLattice {
  readonly side: number
  readonly step: number
}

/** Cubic B-spline: nodes that a place is within reach of. */
const REACH = 4

/** Weights of the four nodes round each of a row of places, and of their derivatives. */
export interface SplineWeights {
  /** First node of each place. */
  readonly first: Int32Array
  readonly values: Float64Array
  /** Derivative by the place [1/pixel]. */
  readonly slopes: Float64Array
}

/** Room for the weights of so many places. */
export const splineWeightsFor = (places: number): SplineWeights => ({
  first: new Int32Array(places),
  values: new Float64Array(REACH * places),
  slopes: new Float64Array(REACH * places),
})

/**
 * The weights at places that are a pixel apart.
 *
 * @param from the first place, from the surface's middle [pixel]
 */
export function splineWeights({ side, step }: SplineLattice, from: number, count: number, into: SplineWeights): void {
  const { first, values, slopes } = into
  const middle = (side - 1) / 2
  for (let k = 0; k < count; k++) {
    const at = (from + k) / step + middle
    const node = Math.floor(at)
    const t = at - node
    const s = 1 - t
    first[k] = node - 1
    const w = REACH * k
    values[w] = (s * s * s) / 6
    values[w + 1] = (4 - 6 * t * t + 3 * t * t * t) / 6
    values[w + 2] = (4 - 6 * s * s + 3 * s * s * s) / 6
    values[w + 3] = (t * t * t) / 6
    slopes[w] = (-s * s) / 2 / step
    slopes[w + 1] = (3 * t * t - 4 * t) / 2 / step
    slopes[w + 2] = (4 * s - 3 * s * s) / 2 / step
    slopes[w + 3] = (t * t) / 2 / step
  }
}

/**
 * The surface at columns x rows of places: along x for every row of nodes, then along y.
 *
 * @param alongX weights of the columns: `values`, or `slopes` for the derivative
 * @param work room for side x columns numbers
 */
export function splineSurface(
  { side }: SplineLattice,
  coefficients: Float64Array,
  firstX: Int32Array,
  alongX: Float64Array,
  columns: number,
  work: Float64Array,
): void {
  for (let l = 0; l < side; l++) {
    const row = l * side
    for (let i = 0; i < columns; i++) {
      const node = firstX[i]!
      const w = REACH * i
      let sum = 0
      if (node >= 0 && node + REACH <= side) {
        const at = row + node
        sum =
          alongX[w]! * coefficients[at]! +
          alongX[w + 1]! * coefficients[at + 1]! +
          alongX[w + 2]! * coefficients[at + 2]! +
          alongX[w + 3]! * coefficients[at + 3]!
      } else
        for (let k = Math.max(0, -node); k < REACH && node + k < side; k++)
          sum += alongX[w + k]! * coefficients[row + node + k]!
      work[l * columns + i] = sum
    }
  }
}

/** The second half of `splineSurface`: rows of places from rows of nodes. */
export function splineRows(
  { side }: SplineLattice,
  work: Float64Array,
  columns: number,
  firstY: Int32Array,
  alongY: Float64Array,
  rows: number,
  into: Float64Array,
): void {
  for (let j = 0; j < rows; j++) {
    const node = firstY[j]!
    const w = REACH * j
    into.fill(0, j * columns, (j + 1) * columns)
    for (let k = Math.max(0, -node); k < REACH && node + k < side; k++) {
      const weight = alongY[w + k]!
      const from = (node + k) * columns
      for (let i = 0; i < columns; i++) into[j * columns + i]! += weight * work[from + i]!
    }
  }
}

/**
 * The transpose: what places hold, gathered at the nodes, each by its weight.
 *
 * @param into gets the sums, side x side, added
 */
export function gatherAtNodes(
  { side }: SplineLattice,
  values: Float64Array,
  columns: number,
  rows: number,
  x: SplineWeights,
  y: SplineWeights,
  work: Float64Array,
  into: Float64Array,
): void {
  work.fill(0, 0, side * columns)
  for (let j = 0; j < rows; j++) {
    const node = y.first[j]!
    for (let k = Math.max(0, -node); k < REACH && node + k < side; k++) {
      const weight = y.values[REACH * j + k]!
      const to = (node + k) * columns
      for (let i = 0; i < columns; i++) work[to + i]! += weight * values[j * columns + i]!
    }
  }
  for (let l = 0; l < side; l++)
    for (let i = 0; i < columns; i++) {
      const node = x.first[i]!
      const value = work[l * columns + i]!
      for (let k = Math.max(0, -node); k < REACH && node + k < side; k++)
        into[l * side + node + k]! += x.values[REACH * i + k]! * value
    }
}

/**
 * The coefficients of the surface that has these values at the nodes, in place: what (1, 4, 1) / 6 along x and y makes
 * of them is the values; beyond the outer nodes they are 0.
 */
export function splineCoefficients(values: Float64Array, side: number): void {
  const upper = new Float64Array(side)
  for (let line = 0; line < 2 * side; line++) {
    const [from, stride] = line < side ? [line * side, 1] : [line - side, side]
    let pivot = 4
    values[from]! *= 6 / pivot
    for (let k = 1; k < side; k++) {
      upper[k - 1] = 1 / pivot
      pivot = 4 - upper[k - 1]!
      const at = from + k * stride
      values[at] = (6 * values[at]! - values[at - stride]!) / pivot
    }
    for (let k = side - 2; k >= 0; k--) values[from + k * stride]! -= upper[k]! * values[from + (k + 1) * stride]!
  }
}
