import type { BandRelation } from '../catalog/relation.js'
import { median } from '../math/robust.js'
import { gather, indicesWhere, numbersOf, sortingOrder } from '../math/select.js'
import { MAD_TO_SIGMA } from '../math/units.js'
import { interpolated } from '../photometry/system/colour-relation.js'

type Scatter = BandRelation['scatter']

/**
 * Stars repeat to 6 to 7 mmag from one DES exposure to another (Burke et al. 2018): in an image none scatters less,
 * however good a relation is.
 */
const LEAST_SCATTER_MAG = 0.008
const MOST_SCATTER_MAG = 0.2
/** A part's own scatter counts as its stars to these of the whole. */
const STARS_OF_THE_WHOLE = 15
/** Parts of the colours, of at least so many stars each. */
const MOST_PARTS = 4
const FEWEST_STARS = 15

/** Scatter of each star at its colour. */
export const scatterAt = ({ colour: nodes, sigmaMag }: Scatter, colour: Float64Array): Float64Array =>
  numbersOf(colour, (value) => interpolated(value, nodes, sigmaMag))

/** What residuals show beyond their errors, at the median colour of each quarter of the stars. */
export function intrinsicScatter(colour: Float64Array, residual: Float64Array, err: Float64Array): Scatter {
  const whole = beyondErrors(residual, err)
  const parts = Math.max(1, Math.min(MOST_PARTS, Math.floor(colour.length / FEWEST_STARS)))
  const order = sortingOrder(colour)
  const nodes = Array.from({ length: parts }, (_, part) => {
    const rows = order.slice(Math.round((part * order.length) / parts), Math.round(((part + 1) * order.length) / parts))
    const own = beyondErrors(gather(residual, rows), gather(err, rows))
    const square = (rows.length * own ** 2 + STARS_OF_THE_WHOLE * whole ** 2) / (rows.length + STARS_OF_THE_WHOLE)
    return {
      colour: Number(median(gather(colour, rows)).toFixed(2)),
      sigma: Math.max(LEAST_SCATTER_MAG, Math.sqrt(square)),
    }
  })
  const ascending = nodes.filter((node, part) => part === 0 || node.colour > nodes[part - 1]!.colour)
  return { colour: ascending.map((node) => node.colour), sigmaMag: ascending.map(({ sigma }) => sigma) }
}

/** The scatter at which normalised residuals have a median size of one sigma. */
export function beyondErrors(residual: Float64Array, err: Float64Array): number {
  const finite = indicesWhere(residual.length, (i) => Number.isFinite(residual[i]! + err[i]!))
  if (finite.length === 0) return LEAST_SCATTER_MAG
  let [low, high] = [0, MOST_SCATTER_MAG]
  for (let round = 0; round < 24; round++) {
    const s = (low + high) / 2
    const sizes = numbersOf(finite, (i) => Math.abs(residual[i]!) / Math.hypot(err[i]!, s))
    if (MAD_TO_SIGMA * median(sizes) > 1) low = s
    else high = s
  }
  return high
}
