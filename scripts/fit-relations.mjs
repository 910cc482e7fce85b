// Fits the relations DES(AB) - G = sum k_n (BP-RP - 1.5)^n of catalogs/gaia_dr3.json to stars with DES Y6 and Gaia DR3 magnitudes.
// usage: node scripts/fit-relations.mjs des_y6_x_gaia_dr3.csv [--write]
//
// Per band: bisquare regression (Beaton & Tukey 1974) weighted by 1 / (measurement errors carried through the curve^2 + scatter(colour)^2); the scatter at four
// colours is what the residuals show beyond the errors; the degree is the lowest within one (paired) standard error of the best in 10-fold
// cross-validation (folds by source id). Printed are level and scatter over the useful range, and each colour tercile in its own standard errors,
// both of the fit and of the stars when held out.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { csvParse } from 'd3-dsv'

const [csv, ...flags] = process.argv.slice(2)
if (csv === undefined) {
  console.error('usage: node scripts/fit-relations.mjs des_y6_x_gaia_dr3.csv [--write]')
  process.exit(2)
}

const PIVOT = 1.5
const FIT = { g: [14, 19.5], bp: 20, colour: [0.4, 3.1] }
const USEFUL = { g: [15.5, 18.5], colour: [0.5, 3] }
const RANGE = [0.5, 3]
const SCATTER_COLOURS = [0.75, 1.25, 1.85, 2.6]
const BANDS = {
  g: { column: 'des_G', bright: 16.25, systematicErrMag: 0.012, grade: 'full' },
  r: { column: 'des_R', bright: 16, systematicErrMag: 0.01, grade: 'full' },
  i: { column: 'des_I', bright: 15.5, systematicErrMag: 0.01, grade: 'full' },
  z: { column: 'des_Z', bright: 15, systematicErrMag: 0.01, grade: 'full' },
  Y: { column: 'des_Y', bright: 15, systematicErrMag: 0.02, grade: 'lower' },
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
const mad = (values) => {
  const centre = median(values)
  return 1.4826 * median(values.map((v) => Math.abs(v - centre)))
}
const curve = (k, c) => k.reduceRight((value, kn) => value * (c - PIVOT) + kn, 0)
const slope = (k, c) => k.slice(1).reduceRight((value, kn, n) => value * (c - PIVOT) + (n + 1) * kn, 0)
const interpolate = (x, xs, ys) => {
  if (x <= xs[0]) return ys[0]
  const i = xs.findIndex((node) => x <= node)
  return i < 0 ? ys.at(-1) : ys[i - 1] + ((ys[i] - ys[i - 1]) * (x - xs[i - 1])) / (xs[i] - xs[i - 1])
}

/** Solves the normal equations A x = b, A symmetric and small. */
function solve(A, b) {
  const n = b.length
  const M = A.map((row, i) => [...row, b[i]])
  for (let i = 0; i < n; i++) {
    const pivot = M.slice(i).reduce((best, row, j) => (Math.abs(row[i]) > Math.abs(M[best][i]) ? i + j : best), i)
    ;[M[i], M[pivot]] = [M[pivot], M[i]]
    for (let j = i + 1; j < n; j++) {
      const f = M[j][i] / M[i][i]
      for (let k = i; k <= n; k++) M[j][k] -= f * M[i][k]
    }
  }
  const x = new Array(n).fill(0)
  for (let i = n - 1; i >= 0; i--) x[i] = (M[i][n] - M[i].reduce((sum, m, k) => (k > i && k < n ? sum + m * x[k] : sum), 0)) / M[i][i]
  return x
}

const measurementErr = (star, k) => Math.hypot(star.magErr, star.gErr, slope(k, star.c) * star.cErr)

/** Bisquare polynomial of one degree through the stars; the scatter is given as values at SCATTER_COLOURS. */
function polynomial(stars, degree, scatter, from) {
  let k = from ?? [median(stars.map((s) => s.y)), ...new Array(degree).fill(0)]
  k = [...k, ...new Array(degree + 1).fill(0)].slice(0, degree + 1)
  let first = from === undefined
  for (let round = 0; round < 60; round++) {
    const sigma = stars.map((s) => Math.hypot(measurementErr(s, k), interpolate(s.c, SCATTER_COLOURS, scatter)))
    const u = stars.map((s, i) => (s.y - curve(k, s.c)) / sigma[i])
    const scale = first ? Infinity : 4.685 * Math.max(1, 1.4826 * median(u.map(Math.abs)))
    first = false
    const A = Array.from({ length: degree + 1 }, () => new Array(degree + 1).fill(0))
    const b = new Array(degree + 1).fill(0)
    stars.forEach((s, i) => {
      const t = (u[i] / scale) ** 2
      const w = t < 1 ? (1 - t) ** 2 / sigma[i] ** 2 : 0
      const powers = Array.from({ length: degree + 1 }, (_, n) => (s.c - PIVOT) ** n)
      powers.forEach((p, n) => {
        b[n] += w * p * s.y
        powers.forEach((q, m) => (A[n][m] += w * p * q))
      })
    })
    const next = solve(A, b)
    const moved = Math.max(...next.map((v, n) => Math.abs(v - k[n])))
    k = next
    if (moved < 1e-9) break
  }
  return k
}

/** What the residuals show beyond the measurement errors, at SCATTER_COLOURS; each drawn to the whole as by 15 stars, some 35 being in each part. */
function scatterOf(stars, k) {
  const edges = [-Infinity, 1, 1.5, 2.2, Infinity]
  const whole = excessScatter(stars, k)
  return SCATTER_COLOURS.map((_, j) => {
    const some = stars.filter((s) => s.c > edges[j] && s.c <= edges[j + 1])
    return Math.sqrt((some.length * excessScatter(some, k) ** 2 + 15 * whole ** 2) / (some.length + 15))
  })
}

function excessScatter(some, k) {
  const residual = some.map((s) => s.y - curve(k, s.c))
  const errors = some.map((s) => measurementErr(s, k))
  // The scatter at which the normalised residuals have unit MAD.
  let low = 0.003
  let high = 0.1
  for (let round = 0; round < 40; round++) {
    const s = (low + high) / 2
    if (1.4826 * median(residual.map((r, i) => Math.abs(r) / Math.hypot(errors[i], s))) > 1) low = s
    else high = s
  }
  return high
}

/** Curve and scatter, each given the other. */
function fit(stars, degree) {
  let scatter = SCATTER_COLOURS.map(() => 0.015)
  let k
  for (let round = 0; round < 6; round++) {
    k = polynomial(stars, degree, scatter, k)
    scatter = scatterOf(stars, k)
  }
  return { k, scatter }
}

const foldOf = (id) => Number((BigInt(id) * 2654435761n) % 10007n) % 10

/** Held-out residuals of every star, and their mean clipped chi^2 with its standard error. */
function crossValidate(stars, degree) {
  const held = stars.map(() => NaN)
  const loss = stars.map(() => NaN)
  for (let fold = 0; fold < 10; fold++) {
    const { k } = fit(stars.filter((s) => foldOf(s.id) !== fold), degree)
    stars.forEach((s, i) => {
      if (foldOf(s.id) !== fold) return
      held[i] = s.y - curve(k, s.c)
      // One yardstick for all degrees: errors and 15 mmag.
      loss[i] = Math.min(9, held[i] ** 2 / (measurementErr(s, k) ** 2 + 0.015 ** 2))
    })
  }
  const mean = loss.reduce((a, b) => a + b) / loss.length
  return { held, loss, mean }
}

/** Standard error of the mean difference of two losses over the same stars. */
function pairedErr(a, b) {
  const difference = a.map((value, i) => value - b[i])
  const mean = difference.reduce((sum, d) => sum + d, 0) / difference.length
  return Math.sqrt(difference.reduce((sum, d) => sum + (d - mean) ** 2, 0)) / difference.length
}

const isUseful = (s) => s.G > USEFUL.g[0] && s.G < USEFUL.g[1] && s.c > USEFUL.colour[0] && s.c < USEFUL.colour[1]

function terciles(stars, residual) {
  const useful = stars.map((s, i) => ({ c: s.c, r: residual[i], ok: isUseful(s) })).filter((s) => s.ok).sort((a, b) => a.c - b.c)
  const third = Math.ceil(useful.length / 3)
  return [0, 1, 2].map((j) => {
    const r = useful.slice(j * third, (j + 1) * third).map((s) => s.r)
    return { median: median(r), err: (1.2533 * mad(r)) / Math.sqrt(r.length) }
  })
}

const number = (text) => (text === '' || text === undefined ? NaN : Number(text))
const rows = csvParse(readFileSync(csv, 'utf8'))
const mmag = (v) => (1000 * v).toFixed(1).padStart(6)
const relations = {}
for (const [band, { column, bright, systematicErrMag, grade }] of Object.entries(BANDS)) {
  const stars = rows
    .map((row) => ({
      id: row.source_id,
      G: number(row.phot_g_mean_mag),
      bp: number(row.phot_bp_mean_mag),
      c: number(row.phot_bp_mean_mag) - number(row.phot_rp_mean_mag),
      cErr: Math.hypot(number(row.bp_mag_err), number(row.rp_mag_err)),
      gErr: number(row.g_mag_err),
      mag: number(row[column]),
      magErr: number(row[`${column}_err`]),
    }))
    .map((s) => ({ ...s, y: s.mag - s.G }))
    .filter((s) => Number.isFinite(s.y + s.c + s.cErr + s.magErr) && s.mag > bright && s.G > FIT.g[0] && s.G < FIT.g[1] && s.bp < FIT.bp && s.c > FIT.colour[0] && s.c < FIT.colour[1])
  const tries = [1, 2, 3, 4, 5].map((degree) => ({ degree, ...crossValidate(stars, degree) }))
  const best = tries.reduce((a, b) => (b.mean < a.mean ? b : a))
  const chosen = tries.find((t) => t.mean <= best.mean + pairedErr(t.loss, best.loss))
  const { k, scatter } = fit(stars, chosen.degree)
  const residual = stars.map((s) => s.y - curve(k, s.c))
  const useful = residual.filter((_, i) => isUseful(stars[i]))
  console.log(`${band}  ${stars.length} stars, ${useful.length} in the useful range; cross-validated loss ${tries.map((t) => `${t.degree}:${t.mean.toFixed(3)}`).join(' ')} -> degree ${chosen.degree}`)
  console.log(`   k ${k.map((v) => v.toFixed(4)).join(', ')}; scatter [mmag] ${scatter.map((s, j) => `${mmag(s).trim()} at ${SCATTER_COLOURS[j]}`).join(', ')}`)
  console.log(`   useful range: median ${mmag(median(useful))} mmag, MAD scatter ${mmag(mad(useful))}`)
  for (const [label, values] of [['fit', residual], ['held out', chosen.held]]) {
    console.log(`   terciles, ${label.padEnd(8)}: ${terciles(stars, values).map((t) => `${mmag(t.median)} +- ${mmag(t.err).trim()} (${(t.median / t.err).toFixed(1)})`).join('  ')}`)
  }
  relations[band] = {
    k: k.map((v) => Number(v.toFixed(5))),
    scatter: scatter.map((s) => Number(Math.max(0.004, s).toFixed(4))),
    count: stars.length,
    systematicErrMag,
    grade,
  }
}

if (flags.includes('--write')) {
  const path = fileURLToPath(new URL('../catalogs/gaia_dr3.json', import.meta.url))
  const dr2 = JSON.parse(readFileSync(fileURLToPath(new URL('../catalogs/gaia_dr2.json', import.meta.url)), 'utf8'))
  const description = JSON.parse(readFileSync(path, 'utf8'))
  description.relations = Object.fromEntries(
    Object.entries(relations).map(([band, { k, scatter, count, systematicErrMag, grade }]) => [
      band,
      {
        fittedTo: { release: description.release, magnitudeState: 'as published' },
        colour: 'bp-rp',
        curve: 'polynomial',
        pivot: PIVOT,
        coefficients: k,
        colourRange: RANGE,
        scatter: { colour: SCATTER_COLOURS, sigmaMag: scatter },
        systematicErrMag,
        systematicPerEbv: dr2.relations[band].systematicPerEbv,
        grade,
        magRange: [13, 19.5],
        excessLimits: { low: [1, 0.015], high: [1.3, 0.06] },
        source: `own fit (scripts/fit-relations.mjs) to ${count} stars with DES Y6 and published Gaia DR3 magnitudes in one sky tile at RA 45 Dec -26.5, low reddening, BP < 20; the level carries what one tile cannot show; dust term for dwarfs, CCM, R_V 3.1`,
      },
    ]),
  )
  description.refused = dr2.refused
  description.bpFaintLimitMag = 20
  // Lists of numbers and of names on one line each.
  const text = JSON.stringify(description, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner) => `[${inner.split(/,\s+/).join(', ')}]`)
  writeFileSync(path, `${text.replace(/"fittedTo": \{\s+("release": "[^"]*"),\s+("magnitudeState": "[^"]*")\s+\}/g, '"fittedTo": { $1, $2 }')}\n`)
  console.log(`wrote ${path}`)
}
