import { cholesky, choleskySolve } from '../math/positive-definite.js'
import type { TieModel } from './model.js'
import { normalMatrix } from './normal-matrix.js'
import type { TiePrior } from './prior.js'
import { FIELD_SHAPES, fieldPower, logFieldPrior } from './sky-basis.js'
import type { TieSystem } from './system.js'

/** Rms that is considered, in units of the expected one. */
const RMS = Array.from({ length: 16 }, (_, i) => 0.08 * 1.28 ** i)
/** The expected rms is known to a factor of three or so. */
const logRmsPrior = (ratio: number): number => -0.5 * (Math.log(ratio) / 1.1) ** 2
/**
 * Up to this many unknowns patterns are integrated too; beyond, those that were found count as they are. Two and ten
 * exposures of 60 CCDs have the same ratios and pulls both ways (to 0.03), for a sixth less of the time.
 */
const MAX_WITH_PATTERNS = 1000
/** Catalogues in turn, each given what the others are. */
const SWEEPS = 2

/**
 * Power of every catalogue's error over the sky: the mean over rms and shapes by how probable they are, chips, colour
 * terms and offsets integrated, patterns too if all unknowns are few. With S the information on the fields' modes that
 * is left and t = S x what the data ask, log p = (log |P| - log |S + P| + t' (S + P)^-1 t) / 2 for the precision P of
 * the modes.
 *
 * The long waves, which look like gradients of the exposures, are what errors of zeropoints hang on, and a field has
 * only two or three of them. With the most probable rms and shape alone pulls of zeropoints were 1.14 (ten exposures in
 * g, 20 skies; so 1.06), those of the network's gradient along the field 1.65 (two exposures; 1.34).
 */
export function seenFields(
  model: TieModel,
  system: TieSystem,
  value: Float64Array,
  x: Float64Array,
  prior: TiePrior,
  expectedRms: readonly number[],
): Float64Array[] {
  const { layout, sky, rows } = model
  const fields = layout.colour - layout.sky
  if (fields === 0) return []
  const { information, asked } = reduced(model, system, value, x, prior)
  const level = (u: number) => u % sky.modes === 0
  const precision = prior.precision.slice(layout.sky, layout.colour)
  for (let u = 0; u < fields; u++) information[u * fields + u]! -= precision[u]!
  const logPosterior = () => {
    const factor = information.slice()
    let sum = 0
    for (let u = 0; u < fields; u++) {
      factor[u * fields + u]! += precision[u]!
      if (!level(u)) sum += 0.5 * Math.log(precision[u]!)
    }
    cholesky(factor, fields)
    const solved = asked.slice()
    choleskySolve(factor, fields, solved)
    for (let u = 0; u < fields; u++) sum += 0.5 * asked[u]! * solved[u]! - Math.log(factor[u * fields + u]!)
    return sum
  }
  const found = rows.catalogs.map((): Float64Array => new Float64Array(sky.modes))
  const use = (b: number, power: Float64Array) => {
    for (let m = 1; m < sky.modes; m++) precision[b * sky.modes + m] = 1 / power[m]!
  }
  for (let sweep = 0; sweep < (rows.catalogs.length > 1 ? SWEEPS : 1); sweep++)
    rows.catalogs.forEach((_, b) => {
      const tried: { readonly power: Float64Array; readonly log: number }[] = []
      for (const shape of FIELD_SHAPES)
        for (const ratio of RMS) {
          const power = fieldPower(sky, shape, ratio * expectedRms[b]!)
          use(b, power)
          tried.push({ power, log: logPosterior() + logRmsPrior(ratio) + logFieldPrior(shape) })
        }
      found[b] = meanPower(tried)
      use(b, found[b]!)
    })
  return found
}

/** The mean of powers by their probability. */
function meanPower(tried: readonly { readonly power: Float64Array; readonly log: number }[]): Float64Array {
  const most = Math.max(...tried.map(({ log }) => log))
  const share = tried.map(({ log }) => Math.exp(log - most))
  const whole = share.reduce((sum, own) => sum + own, 0)
  const mean = new Float64Array(tried[0]!.power.length)
  tried.forEach(({ power }, i) => power.forEach((own, m) => (mean[m]! += (share[i]! / whole) * own)))
  return mean
}

/** Information on the fields' modes with the other unknowns eliminated, and what the data ask. */
function reduced(
  model: TieModel,
  system: TieSystem,
  value: Float64Array,
  x: Float64Array,
  prior: TiePrior,
): { readonly information: Float64Array; readonly asked: Float64Array } {
  const { layout } = model
  const from = layout.size <= MAX_WITH_PATTERNS ? 0 : layout.sky
  const n = layout.size - from
  const before = layout.sky - from
  const fields = layout.colour - layout.sky
  const others = n - fields
  const matrix = normalMatrix(model, system.weight, prior, from)
  // As the last block of a factor the fields are what is left of them.
  const turned = new Float64Array(n * n)
  const place = (u: number) => (u < before ? u : u < before + fields ? others + u - before : u - fields)
  for (let u = 0; u < n; u++)
    for (let v = 0; v <= u; v++) {
      const a = place(u)
      const b = place(v)
      turned[Math.max(a, b) * n + Math.min(a, b)] = matrix[u * n + v]!
    }
  cholesky(turned, n)
  const slope = new Float64Array(x.length)
  system.slope(value, x, slope)
  const right = new Float64Array(n)
  for (let u = 0; u < n; u++) right[place(u)] = slope[from + u]!
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) right[i]! -= turned[i * n + k]! * right[k]!
    right[i]! /= turned[i * n + i]!
  }
  const information = new Float64Array(fields * fields)
  const asked = new Float64Array(fields)
  const at = (u: number, v: number) => turned[(others + u) * n + others + v]!
  for (let u = 0; u < fields; u++) {
    for (let k = 0; k <= u; k++) asked[u]! += at(u, k) * right[others + k]!
    for (let v = 0; v <= u; v++) {
      let sum = 0
      for (let k = 0; k <= v; k++) sum += at(u, k) * at(v, k)
      information[u * fields + v] = information[v * fields + u] = sum
    }
  }
  for (let u = 0; u < fields; u++)
    for (let v = 0; v < fields; v++) asked[u]! += information[u * fields + v]! * x[layout.sky + v]!
  return { information, asked }
}
