import { madScatter, median } from './robust.js'
import { gather, indicesWhere, sortingOrder } from './select.js'

/** A straight line through a cloud; both null if there are too few points or no spread in x. */
interface RobustSlope {
  readonly slope: number | null
  readonly slopeErr: number | null
}

/** Points that each third of a resistant line needs. */
const MIN_IN_A_THIRD = 3
const REFINEMENTS = 5
/** A step of the refinement that moves no point by more than this is the last. */
const NEGLIGIBLE_MAG = 1e-7
/** Standard error of a median over that of a mean, for normal noise. */
const MEDIAN_OVER_MEAN_ERROR = Math.sqrt(Math.PI / 2)

/**
 * Slope dy/dx by the resistant line of three thirds (Tukey 1977, Exploratory Data Analysis, chapter 10): the medians of
 * the outer thirds, refined on the residuals. It tolerates a sixth of the points being outliers at either end, and
 * costs one sort. Rows with a NaN take no part.
 *
 * @returns `slopeErr`: from the scatter of the residuals, for normal noise
 */
export function resistantSlope(x: Float64Array, y: Float64Array): RobustSlope {
  const finite = indicesWhere(x.length, (i) => Number.isFinite(x[i]!) && Number.isFinite(y[i]!))
  const order = gather(finite, sortingOrder(gather(x, finite)))
  const third = Math.floor(order.length / 3)
  if (third < MIN_IN_A_THIRD) return { slope: null, slopeErr: null }
  const xs = gather(x, order)
  const residual = gather(y, order)
  const last = order.length - third
  const width = median(xs.subarray(last)) - median(xs.subarray(0, third))
  if (!(width > 0)) return { slope: null, slopeErr: null }
  let slope = 0
  for (let pass = 0; pass < REFINEMENTS; pass++) {
    const step = (median(residual.subarray(last)) - median(residual.subarray(0, third))) / width
    slope += step
    if (Math.abs(step) * width < NEGLIGIBLE_MAG) break
    for (let i = 0; i < xs.length; i++) residual[i]! -= step * (xs[i]! - xs[0]!)
  }
  return { slope, slopeErr: (MEDIAN_OVER_MEAN_ERROR * madScatter(residual) * Math.sqrt(2 / third)) / width }
}
