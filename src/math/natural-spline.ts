/** A curve through nodes and its derivative. */
export interface Spline {
  readonly at: (x: number) => number
  readonly slopeAt: (x: number) => number
}

/**
 * The natural cubic spline through (nodes, values): second derivative 0 at both ends (de Boor 1978, chapter 4), as the
 * CUBIC_SPLINE of LSST's tools is. Beyond the ends it goes on along its slope there.
 *
 * @param nodes ascending, at least two
 */
export function naturalSpline(nodes: readonly number[], values: readonly number[]): Spline {
  const second = secondDerivatives(nodes, values)
  const last = nodes.length - 1
  const inside = (x: number) => {
    let i = 1
    while (i < last && x > nodes[i]!) i++
    const h = nodes[i]! - nodes[i - 1]!
    const [a, b] = [(nodes[i]! - x) / h, (x - nodes[i - 1]!) / h]
    const [low, high] = [second[i - 1]!, second[i]!]
    return {
      value: a * values[i - 1]! + b * values[i]! + (((a * a - 1) * a * low + (b * b - 1) * b * high) * h * h) / 6,
      slope: (values[i]! - values[i - 1]!) / h + ((3 * b * b - 1) * high - (3 * a * a - 1) * low) * (h / 6),
    }
  }
  const nearest = (x: number) => Math.min(nodes[last]!, Math.max(nodes[0]!, x))
  return {
    at: (x) => {
      const edge = nearest(x)
      const { value, slope } = inside(edge)
      return edge === x ? value : value + slope * (x - edge)
    },
    slopeAt: (x) => (Number.isNaN(x) ? NaN : inside(nearest(x)).slope),
  }
}

/** By the tridiagonal equations of a continuous slope (Thomas algorithm). */
function secondDerivatives(nodes: readonly number[], values: readonly number[]): Float64Array {
  const n = nodes.length
  const second = new Float64Array(n)
  const upper = new Float64Array(n)
  const right = new Float64Array(n)
  for (let i = 1; i < n - 1; i++) {
    const [before, after] = [nodes[i]! - nodes[i - 1]!, nodes[i + 1]! - nodes[i]!]
    const bend = 6 * ((values[i + 1]! - values[i]!) / after - (values[i]! - values[i - 1]!) / before)
    const pivot = 2 * (before + after) - before * upper[i - 1]!
    upper[i] = after / pivot
    right[i] = (bend - before * right[i - 1]!) / pivot
  }
  for (let i = n - 2; i >= 1; i--) second[i] = right[i]! - upper[i]! * second[i + 1]!
  return second
}
