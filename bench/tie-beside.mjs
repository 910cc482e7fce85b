// Other ways to the same zeropoints, for the bench `tie.mjs`, so that they see the same stars. Two plainer ways to tie
// exposures are written down anew: neither has colour terms, patterns inside CCDs, or a prior of the focal plane. The
// third is what there is without a tie: each exposure solved by itself, as `--ccd all` does.
const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { fitZeropoint } = await import(new URL('photometry/fit/zeropoint.js', dist).href)
const { solveExposure } = await import(new URL('photometry/exposure/solution.js', dist).href)

/** Rounds of clipping; a row further than this from the others of its star is left out [sigma]. */
const ROUNDS = 5
const CLIP = 4

/**
 * Ubercal in its plainest form (Padmanabhan et al. 2008): one zeropoint per CCD of an exposure and one magnitude per
 * star that two have, least squares by the stated errors; the level by all reference stars.
 */
export function plainUbercal({ observations, stars, references, ccds }) {
  const rows = rowsOf({ observations, stars, ccds })
  const weight = Float64Array.from(observations.instMagErr, (err) => err ** -2)
  let x
  let inverse
  for (let round = 0; round < ROUNDS; round++) {
    const matrix = new Float64Array(rows.chips ** 2)
    const right = new Float64Array(rows.chips)
    forEachStar(rows, weight, (members, total) => {
      let mean = 0
      for (const i of members) mean += (weight[i] / total) * observations.instMag[i]
      for (const i of members) {
        right[rows.chip[i]] -= weight[i] * (observations.instMag[i] - mean)
        matrix[rows.chip[i] * (rows.chips + 1)] += weight[i]
        for (const j of members) matrix[rows.chip[i] * rows.chips + rows.chip[j]] -= (weight[i] * weight[j]) / total
      }
    })
    inverse = inverseOf(withLevel(matrix, rows.chips), rows.chips)
    x = times(inverse, right)
    clip(rows, observations, weight, x, (row) => observations.instMagErr[row] ** -2)
  }
  return { ...levelled(rows, observations, references, x), covariance: inverse }
}

/**
 * Zeropoints from differences of pairs of detections, each of the n (n - 1) / 2 of a star counted once and alike: the
 * weighting of delve-ubercal. It quotes no errors.
 */
export function pairWeighted({ observations, stars, references, ccds }) {
  const rows = rowsOf({ observations, stars, ccds })
  const kept = new Float64Array(observations.star.length).fill(1)
  let x
  for (let round = 0; round < ROUNDS; round++) {
    const matrix = new Float64Array(rows.chips ** 2)
    const right = new Float64Array(rows.chips)
    forEachStar(rows, kept, (members) => {
      for (const i of members)
        for (const j of members) {
          if (i === j) continue
          matrix[rows.chip[i] * (rows.chips + 1)] += 1
          matrix[rows.chip[i] * rows.chips + rows.chip[j]] -= 1
          right[rows.chip[i]] -= observations.instMag[i] - observations.instMag[j]
        }
    })
    x = times(inverseOf(withLevel(matrix, rows.chips), rows.chips), right)
    clip(rows, observations, kept, x, () => 1)
  }
  return { ...levelled(rows, observations, references, x), covariance: null }
}

/**
 * Each exposure by itself on its reference stars, the search on the first catalogue and its templates on the last: the
 * zeropoints and errors of `--ccd all`.
 */
export function eachExposure({ observations, references, ccds }) {
  const templates = Math.max(...references.catalog)
  const referenceOf = (catalog) =>
    new Map(Array.from(references.star, (star, r) => [star, r]).filter(([, r]) => references.catalog[r] === catalog))
  const ofSearch = referenceOf(0)
  const ofTemplates = templates === 0 ? ofSearch : referenceOf(templates)
  const zeropoint = new Float64Array(ccds.ccd.length)
  const zeropointErr = new Float64Array(ccds.ccd.length)
  const byCcd = groupedBy(observations.star.length, (i) => observations.exposure[i] * 65536 + observations.ccd[i])
  for (const exposure of new Set(ccds.exposure)) {
    const known = exposure === 0 ? ofSearch : ofTemplates
    const rows = Array.from(ccds.exposure.keys()).filter((row) => ccds.exposure[row] === exposure)
    const fitted = rows.map((row) => {
      const stars = (byCcd.get(exposure * 65536 + ccds.ccd[row]) ?? []).filter((i) => known.has(observations.star[i]))
      const reference = stars.map((i) => known.get(observations.star[i]))
      const take = (rowsOfIt, of) => Float64Array.from(rowsOfIt, (i) => of[i])
      const fit = fitZeropoint({
        instMag: take(stars, observations.instMag),
        instMagErr: take(stars, observations.instMagErr),
        refMag: take(reference, references.refMag),
        refScatter: take(reference, references.refScatter),
      })
      const { zeropoint: own = null, zeropointErr: ownErr = null, nUsed = 0 } = fit
      return { ccd: row, xiDeg: ccds.xDeg[row], etaDeg: ccds.yDeg[row], zeropoint: own, zeropointErr: ownErr, nUsed }
    })
    for (const solved of solveExposure(fitted).ccds) {
      zeropoint[solved.ccd] = solved.zeropoint
      zeropointErr[solved.ccd] = solved.zeropointErr
    }
  }
  return { zeropoint, zeropointErr }
}

/** Rows by star, chips by their row in `ccds`. */
function rowsOf({ observations, stars, ccds }) {
  const chipOf = new Map(Array.from(ccds.exposure, (exposure, k) => [exposure * 65536 + ccds.ccd[k], k]))
  const chip = Int32Array.from(observations.star, (_, i) =>
    chipOf.get(observations.exposure[i] * 65536 + observations.ccd[i]),
  )
  const byStar = Array.from({ length: stars.count }, () => [])
  observations.star.forEach((star, i) => byStar[star].push(i))
  return { chips: ccds.exposure.length, chip, byStar: byStar.filter((members) => members.length > 1) }
}

function forEachStar({ byStar }, weight, use) {
  for (const members of byStar) {
    const serving = members.filter((i) => weight[i] > 0)
    if (serving.length > 1)
      use(
        serving,
        serving.reduce((sum, i) => sum + weight[i], 0),
      )
  }
}

/** Rows that are far from the median of their star, in units of the scatter of rows as bright, count no more. */
function clip({ byStar, chip }, { instMag, instMagErr }, weight, x, weightOf) {
  const off = new Float64Array(weight.length).fill(NaN)
  for (const members of byStar) {
    const values = members.map((i) => instMag[i] + x[chip[i]])
    const centre = medianOf(values)
    members.forEach((i, k) => (off[i] = (values[k] - centre) / Math.hypot(instMagErr[i], 0.003)))
  }
  const scatter = 1.4826 * medianOf(off.filter((value) => !Number.isNaN(value)).map(Math.abs))
  for (let i = 0; i < off.length; i++) weight[i] = Math.abs(off[i]) < CLIP * scatter ? weightOf(i) : 0
}

/** The common level by the median of the reference stars. */
function levelled({ byStar, chip }, { star, instMag }, { star: refStar, refMag }, x) {
  const magOf = new Map(
    byStar.map((members) => [star[members[0]], medianOf(members.map((i) => instMag[i] + x[chip[i]]))]),
  )
  const level = medianOf(
    Array.from(refStar, (one, r) => refMag[r] - (magOf.get(one) ?? NaN)).filter((value) => !Number.isNaN(value)),
  )
  return { zeropoint: x.map((value) => value + level) }
}

function medianOf(values) {
  const sorted = Float64Array.from(values).sort()
  return sorted.length % 2 === 1
    ? sorted[(sorted.length - 1) / 2]
    : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2
}

/** Differences say nothing of a common level: it is held at 0, and CCDs without stars too. */
function withLevel(matrix, n) {
  let trace = 0
  for (let k = 0; k < n; k++) trace += matrix[k * (n + 1)]
  for (let k = 0; k < n; k++)
    for (let l = 0; l < n; l++) matrix[k * n + l] += (trace / n) * (1 / n + (k === l ? 1e-9 : 0))
  return matrix
}

/** Gauss and Jordan's, of a positive definite matrix. */
function inverseOf(matrix, n) {
  const a = matrix.slice()
  for (let k = 0; k < n; k++) {
    const pivot = 1 / a[k * n + k]
    a[k * n + k] = 1
    for (let j = 0; j < n; j++) a[k * n + j] *= pivot
    for (let i = 0; i < n; i++) {
      const factor = a[i * n + k]
      if (i === k || factor === 0) continue
      a[i * n + k] = 0
      for (let j = 0; j < n; j++) a[i * n + j] -= factor * a[k * n + j]
    }
  }
  return a
}

function times(matrix, right) {
  const n = right.length
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] * right[j]
    return sum
  })
}

/** Numbers 0 ... n - 1 by a key. */
function groupedBy(n, keyOf) {
  const groups = new Map()
  for (let i = 0; i < n; i++) {
    const key = keyOf(i)
    if (groups.has(key)) groups.get(key).push(i)
    else groups.set(key, [i])
  }
  return groups
}
