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
const MIN_SCATTER_MAG = 0.008
const MAX_SCATTER_MAG = 0.2
/** A part's own scatter counts as its stars to these of the whole. */
const STARS_OF_THE_WHOLE = 15
/** Parts of the colours, of at least so many stars each. */
const MAX_PARTS = 4
const FEWEST_STARS = 15

/** Scatter of each star at its colour. */
export const scatterAt = ({ colour: nodes, sigmaMag }: Scatter, colour: Float64Array): Float64Array =>
  numbersOf(colour, (value) => interpolated(value, nodes, sigmaMag))

/**
 * What residuals show beyond their errors, at some colours: `nodes` if there are two or more of them, each from the
 * stars that are nearer to it than to the others; else the median colour of each quarter of the stars.
 */
export function intrinsicScatter(
  colour: Float64Array,
  residual: Float64Array,
  err: Float64Array,
  nodes: readonly number[] = [],
): Scatter {
  const whole = beyondErrors(residual, err)
  const parts = nodes.length > 1 ? nearestTo(nodes, colour) : quartersOf(colour)
  const sigmas = parts.map(({ rows }) => {
    if (rows.length === 0) return whole
    const own = beyondErrors(gather(residual, rows), gather(err, rows))
    return Math.sqrt((rows.length * own ** 2 + STARS_OF_THE_WHOLE * whole ** 2) / (rows.length + STARS_OF_THE_WHOLE))
  })
  return {
    colour: parts.map(({ node }) => node),
    sigmaMag: sigmas.map((sigma) => Math.max(MIN_SCATTER_MAG, sigma)),
  }
}

/** Stars about a colour. */
interface PartOfColours {
  readonly node: number
  readonly rows: Uint32Array
}

function nearestTo(nodes: readonly number[], colour: Float64Array): PartOfColours[] {
  const edge = (k: number) =>
    nodes[k] === undefined || nodes[k + 1] === undefined ? NaN : (nodes[k]! + nodes[k + 1]!) / 2
  return nodes.map((node, k) => ({
    node,
    rows: indicesWhere(colour.length, (i) => !(colour[i]! <= edge(k - 1)) && !(colour[i]! > edge(k))),
  }))
}

/** Fewer stars make fewer parts; of two with one colour the first. */
function quartersOf(colour: Float64Array): PartOfColours[] {
  const count = Math.max(1, Math.min(MAX_PARTS, Math.floor(colour.length / FEWEST_STARS)))
  const order = sortingOrder(colour)
  const parts = Array.from({ length: count }, (_, part) => {
    const rows = order.slice(Math.round((part * order.length) / count), Math.round(((part + 1) * order.length) / count))
    return { node: Number(median(gather(colour, rows)).toFixed(2)), rows }
  })
  return parts.filter(({ node }, part) => part === 0 || node > parts[part - 1]!.node)
}

/** The scatter at which normalised residuals have a median size of one sigma. */
export function beyondErrors(residual: Float64Array, err: Float64Array): number {
  const finite = indicesWhere(residual.length, (i) => Number.isFinite(residual[i]! + err[i]!))
  if (finite.length === 0) return MIN_SCATTER_MAG
  let [low, high] = [0, MAX_SCATTER_MAG]
  for (let round = 0; round < 24; round++) {
    const s = (low + high) / 2
    const sizes = numbersOf(finite, (i) => Math.abs(residual[i]!) / Math.hypot(err[i]!, s))
    if (MAD_TO_SIGMA * median(sizes) > 1) low = s
    else high = s
  }
  return high
}
