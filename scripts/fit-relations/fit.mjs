// y = m_band - G = sum k_n (BP-RP - pivot)^n [+ second colour] [+ faint term], fitted with the weights that a
// zeropoint's fit gives to the stars:
// 1 / (errors of G, BP, RP carried through all terms^2 + error of the truth^2 + scatter(colour)^2), and a bisquare
// against outliers.
import { LOCUS } from './rows.mjs'
import { bisquare, interpolated, median, scaleOf, solve } from './statistics.mjs'

export const PIVOT = 1.5
export const SCATTER_COLOURS = [0.75, 1.25, 1.85, 2.6]
const SCATTER_EDGES = [-Infinity, 1, 1.5, 2.2, Infinity]
export const FAINT_AT_MAG = 18

const faintMag = (s, of) => (of === 'bp' ? s.bp : s.rp)

/**
 * What each coefficient multiplies, and its derivatives by G, BP and RP. `form`: { degree, second, faint: 'bp' | 'rp'
 * | undefined }
 */
function basis(s, { degree, second, faint }) {
  const x = s.colour - PIVOT
  const terms = Array.from({ length: degree + 1 }, (_, n) => {
    const slope = n === 0 ? 0 : n * x ** (n - 1)
    return { value: x ** n, by: [0, slope, -slope] }
  })
  if (second) terms.push({ value: s.offLocus, by: [1, -LOCUS.slope, LOCUS.slope - 1] })
  if (faint) {
    const value = 10 ** (0.4 * (faintMag(s, faint) - FAINT_AT_MAG))
    const slope = 0.4 * Math.LN10 * value
    terms.push({ value, by: [0, faint === 'bp' ? slope : 0, faint === 'rp' ? slope : 0] })
  }
  return terms
}

export const predicted = (terms, k) => terms.reduce((sum, { value }, n) => sum + k[n] * value, 0)

/** Errors of G, BP and RP carried through G + all terms, and the truth's own. */
function measurementErr(s, terms, k) {
  let [byG, byBp, byRp] = [1, 0, 0]
  for (let n = 0; n < k.length; n++) {
    const { by } = terms[n]
    byG += k[n] * by[0]
    byBp += k[n] * by[1]
    byRp += k[n] * by[2]
  }
  return Math.sqrt(s.magErr ** 2 + (byG * s.errors[0]) ** 2 + (byBp * s.errors[1]) ** 2 + (byRp * s.errors[2]) ** 2)
}

/** Residuals of stars under a fit, each with its error and its whole sigma. */
export function residualsOf(stars, { form, k, scatter }) {
  return stars.map((s) => {
    const terms = basis(s, form)
    const err = measurementErr(s, terms, k)
    return {
      star: s,
      r: s.y - predicted(terms, k),
      err,
      sigma: Math.hypot(err, interpolated(s.colour, SCATTER_COLOURS, scatter)),
    }
  })
}

/**
 * For given scatter; the groups (tiles) count equally, whatever their numbers: skies differ by more than their stars'
 * errors.
 */
function coefficients(groups, form, scatter, from) {
  const stars = groups.flat()
  const design = stars.map((s) => basis(s, form))
  const intrinsic = stars.map((s) => interpolated(s.colour, SCATTER_COLOURS, scatter))
  const count = design[0].length
  let k = from ?? [median(stars.map((s) => s.y)), ...new Array(count - 1).fill(0)]
  let first = from === undefined
  for (let round = 0; round < 60; round++) {
    const sigma = stars.map((s, i) => Math.hypot(measurementErr(s, design[i], k), intrinsic[i]))
    const u = stars.map((s, i) => (s.y - predicted(design[i], k)) / sigma[i])
    const scale = first ? Infinity : scaleOf(u)
    first = false
    const weight = stars.map((_, i) => bisquare(u[i], scale) / sigma[i] ** 2)
    let at = 0
    for (const group of groups) {
      const end = at + group.length
      const sum = weight.slice(at, end).reduce((total, w) => total + w, 0)
      for (; at < end; at++) weight[at] /= sum
    }
    const A = Array.from({ length: count }, () => new Float64Array(count))
    const b = new Float64Array(count)
    for (let i = 0; i < stars.length; i++) {
      const terms = design[i]
      for (let n = 0; n < count; n++) {
        const weighted = weight[i] * terms[n].value
        b[n] += weighted * stars[i].y
        for (let m = 0; m < count; m++) A[n][m] += weighted * terms[m].value
      }
    }
    const next = solve(A, b)
    const moved = Math.max(...next.map((v, n) => Math.abs(v - k[n])))
    k = next
    if (moved < 1e-7) break
  }
  return k
}

/** The scatter at which the normalised residuals have unit MAD about 0. */
function excessScatter(residuals) {
  let [low, high] = [0.002, 0.2]
  for (let round = 0; round < 20; round++) {
    const s = (low + high) / 2
    if (1.4826 * median(residuals.map(({ r, err }) => Math.abs(r) / Math.sqrt(err ** 2 + s ** 2))) > 1) low = s
    else high = s
  }
  return high
}

/**
 * Stars repeat to 6 to 7 mmag from one DES exposure to another (Burke et al. 2018): in an image none scatters less,
 * however good a relation is.
 */
const LEAST_SCATTER_MAG = 0.008

/** What the residuals show beyond the errors, at SCATTER_COLOURS, each drawn to the whole as by 15 stars. */
function scatterOf(residuals) {
  const whole = excessScatter(residuals)
  return SCATTER_COLOURS.map((_, j) => {
    const some = residuals.filter(({ star }) => star.colour > SCATTER_EDGES[j] && star.colour <= SCATTER_EDGES[j + 1])
    if (some.length < 4) return Math.max(LEAST_SCATTER_MAG, whole)
    const square = (some.length * excessScatter(some) ** 2 + 15 * whole ** 2) / (some.length + 15)
    return Math.max(LEAST_SCATTER_MAG, Math.sqrt(square))
  })
}

const MOST_ROUNDS = 12
/** A tenth of the scatter's last digit in a description. */
const SETTLED_MAG = 1e-5

/**
 * Coefficients and scatter, each given the other.
 *
 * @param groups one list of stars per tile
 * @param from a fit to many of the same stars, to begin with
 */
export function fit(groups, form, from) {
  let scatter = from?.scatter ?? SCATTER_COLOURS.map(() => 0.015)
  let k = from?.k
  for (let round = 0; round < MOST_ROUNDS; round++) {
    k = coefficients(groups, form, scatter, k)
    const next = scatterOf(residualsOf(groups.flat(), { form, k, scatter }))
    const moved = Math.max(...next.map((s, j) => Math.abs(s - scatter[j])))
    scatter = next
    if (moved < SETTLED_MAG) break
  }
  return { form, k, scatter }
}

/** Robust weighted mean residual and its standard error, as a zeropoint's fit sees it. */
export function levelOf(residuals) {
  let level = median(residuals.map(({ r }) => r))
  let weights = []
  for (let round = 0; round < 20; round++) {
    const u = residuals.map(({ r, sigma }) => (r - level) / sigma)
    const scale = scaleOf(u)
    weights = residuals.map(({ sigma }, i) => bisquare(u[i], scale) / sigma ** 2)
    level = residuals.reduce((sum, { r }, i) => sum + weights[i] * r, 0) / weights.reduce((a, b) => a + b, 0)
  }
  const sum = weights.reduce((a, b) => a + b, 0)
  return {
    level,
    err: Math.sqrt(residuals.reduce((total, { r }, i) => total + (weights[i] * (r - level)) ** 2, 0)) / sum,
  }
}
