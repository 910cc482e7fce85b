// Search and template exposures of one field with all that is unknown of them written down: the simulation of the bench
// `tie.mjs`. It shares nothing with src/tie but the shape of the input, and draws what the solver only models:
// waves or rings inside CCDs, steps between amplifiers, catalogues that err in patches, clouds, noise in flux.
import { CAMERA, cameraPlaces, ccdColumns, HEIGHT, PIXELS_X, PIXELS_Y, waveOf, WIDTH } from './simulated-camera.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { seededRandom } = await import(new URL('math/random.js', dist).href)

/** Scatter of reference stars about their relation, by band [mag]. */
export const SCATTER = { g: 0.03, r: 0.012, i: 0.01, z: 0.019 }

/**
 * What a CCD does to magnitudes at a place on it, s and t in -0.5 ... 0.5, of about `rms`: one wave of a random
 * direction and length (six radians over the CCD), thirty such waves, or rings about a corner.
 */
const PATTERNS = {
  wave: (random, rms) => waveOf(random, rms).at,
  hills: (random, rms) => {
    const all = Array.from({ length: 30 }, () => PATTERNS.wave(random, rms / Math.sqrt(30)))
    return (s, t) => all.reduce((sum, at) => sum + at(s, t), 0)
  },
  rings: (random, rms) => {
    const [corner, phase] = [random.uniform() < 0.5 ? -0.6 : 0.6, 2 * Math.PI * random.uniform()]
    return (s, t) => Math.SQRT2 * rms * Math.cos(16 * Math.hypot(s - corner, t / 2 + 0.3) ** 1.5 + phase)
  },
}

/**
 * @param plan.exposures the search, number 0, and its templates
 * @param plan.band g or i: how much reference stars scatter
 * @param plan.patternMag rms of the pattern inside CCDs, of the kind `plan.pattern`
 * @param plan.stepMag what the right half of every CCD has more than the left
 * @param plan.otherCatalog templates have reference stars of another catalogue too, 10 mmag off, 12 mmag over the sky
 * @param plan.shallower noise is drawn in flux, the search is so many magnitudes shallower than its templates
 * @param plan.spoil what an exposure has beside its zeropoint [mag]: (exposure, star) => mag
 * @param plan.elsewhere an exposure of another field
 */
export function simulateTie({
  seed,
  exposures,
  band = 'i',
  pattern = 'wave',
  patternMag = 0.004,
  stepMag = 0,
  fieldMag = 0.006,
  otherCatalog = false,
  shallower = null,
  ditherDeg = 0.3,
  starsPerDeg2 = 11000,
  referencesPerDeg2 = 1900,
  outliers = 0.05,
  rows = CAMERA,
  spoil = () => 0,
  elsewhere = null,
}) {
  const random = seededRandom(77_000 + seed)
  const places = cameraPlaces(rows)
  const scatter = SCATTER[band]
  const halfX = Math.max(...places.map(({ x }) => x)) + WIDTH + ditherDeg
  const halfY = Math.max(...places.map(({ y }) => y)) + HEIGHT + ditherDeg
  const fields = elsewhere === null ? [0] : [0, 30]
  const stars = fields.flatMap((centre) =>
    Array.from({ length: Math.round(starsPerDeg2 * 4 * halfX * halfY) }, () => ({
      x: centre + halfX * (2 * random.uniform() - 1),
      y: halfY * (2 * random.uniform() - 1),
      mag: 15.5 + 5.5 * random.uniform() ** (1 / 2.2),
      colour: 0.5 * random.normal(),
      variable: random.uniform() < 0.03,
    })),
  )
  const references = referencesOf({ random, stars, scatter, fieldMag, otherCatalog, referencesPerDeg2, starsPerDeg2 })
  const onCcd = starsByPlace(stars)
  const patterns = places.map(() => PATTERNS[pattern](random, patternMag))
  const means = patterns.map(meanOverCcd)

  const rowsOut = { star: [], exposure: [], ccd: [], instMag: [], instMagErr: [], x: [], y: [] }
  const ccds = { exposure: [], ccd: [], xDeg: [], yDeg: [] }
  const zeropoint = []
  for (let e = 0; e < exposures; e++) {
    const [dx, dy] = e === 0 ? [0, 0] : [0, 0].map(() => ditherDeg * (2 * random.uniform() - 1))
    const [level, east, north, colourTerm] = [
      30 + 0.15 * random.normal(),
      0.004 * random.normal(),
      0.004 * random.normal(),
      0.004 * random.normal(),
    ]
    places.forEach((place, c) => {
      const own = level + 0.004 * random.normal() + east * place.x + north * place.y
      // The mean of the pattern over the CCD belongs to its zeropoint.
      zeropoint.push(own - means[c])
      ccds.exposure.push(e)
      ccds.ccd.push(c + 1)
      ccds.xDeg.push(place.x)
      ccds.yDeg.push(place.y)
      const [cx, cy] = [place.x + dx + (e === elsewhere ? 30 : 0), place.y + dy]
      for (const j of onCcd(cx, cy)) {
        const star = stars[j]
        const [s, t] = [(star.x - cx) / WIDTH, (star.y - cy) / HEIGHT]
        if (Math.abs(s) >= 0.5 || Math.abs(t) >= 0.5 || star.mag <= 15.7) continue
        const seen = seenMag(random, star, shallower, e)
        if (seen === null) continue
        const step = stepMag * (s < 0 ? -0.5 : 0.5)
        rowsOut.star.push(j)
        rowsOut.exposure.push(e)
        rowsOut.ccd.push(c + 1)
        rowsOut.instMag.push(
          seen.mag +
            colourTerm * star.colour -
            own +
            patterns[c](s, t) +
            step +
            spoil(e, star) +
            (star.variable ? 0.15 * random.normal() : 0) +
            (random.uniform() < outliers ? 0.5 * random.normal() - 0.1 : 0),
        )
        rowsOut.instMagErr.push(seen.err)
        rowsOut.x.push((s + 0.5) * PIXELS_X)
        rowsOut.y.push((t + 0.5) * PIXELS_Y)
      }
    })
  }
  return {
    input: {
      observations: {
        star: Uint32Array.from(rowsOut.star),
        exposure: Uint16Array.from(rowsOut.exposure),
        ccd: Uint16Array.from(rowsOut.ccd),
        instMag: Float64Array.from(rowsOut.instMag),
        instMagErr: Float64Array.from(rowsOut.instMagErr),
        x: Float32Array.from(rowsOut.x),
        y: Float32Array.from(rowsOut.y),
      },
      stars: { count: stars.length, color: Float64Array.from(stars, ({ colour }) => colour) },
      references,
      ccds: ccdColumns(ccds),
    },
    /** True zeropoint of each row of `input.ccds`. */
    zeropoint: Float64Array.from(zeropoint),
    starMag: Float64Array.from(stars, ({ mag }) => mag),
    /** What is inside each CCD, its mean taken off: (s, t) => mag. */
    patterns: patterns.map((at, c) => (s, t) => at(s, t) - means[c] + stepMag * (s < 0 ? -0.5 : 0.5)),
  }
}

/** Magnitude with its noise, and the error that is stated; null if the search does not see the star. */
function seenMag(random, star, shallower, e) {
  const relative = 0.002 * 10 ** (0.4 * (star.mag - 18.5 + (e === 0 ? (shallower ?? 0) : 0)))
  if (shallower === null) {
    const err = Math.hypot(0.003, relative)
    return { mag: star.mag + err * random.normal(), err }
  }
  // Noise of the background, in flux; the stated error knows the flux that was measured.
  const flux = 1 + (relative / 1.0857) * random.normal()
  if (!(flux > (3 * relative) / 1.0857)) return null
  return {
    mag: star.mag + 0.003 * random.normal() - 2.5 * Math.log10(flux),
    err: Math.hypot(0.003, relative / flux),
  }
}

function referencesOf({ random, stars, scatter, fieldMag, otherCatalog, referencesPerDeg2, starsPerDeg2 }) {
  const field = waves(random, fieldMag)
  const other = waves(random, 0.012)
  const bright = stars.filter(({ mag }) => mag < 19.5).length / stars.length
  const out = { star: [], catalog: [], refMag: [], refScatter: [] }
  const add = (star, catalog, refMag, refScatter) => {
    out.star.push(star)
    out.catalog.push(catalog)
    out.refMag.push(refMag)
    out.refScatter.push(refScatter)
  }
  stars.forEach((star, j) => {
    if (star.mag >= 19.5 || random.uniform() >= referencesPerDeg2 / starsPerDeg2 / bright) return
    add(j, 0, star.mag + field(star) + scatter * random.normal(), scatter)
    if (otherCatalog) add(j, 1, star.mag + 0.01 + other(star) + 0.7 * scatter * random.normal(), 0.7 * scatter)
  })
  return {
    star: Uint32Array.from(out.star),
    catalog: Uint8Array.from(out.catalog),
    refMag: Float64Array.from(out.refMag),
    refMagErr: new Float64Array(out.star.length),
    refScatter: Float64Array.from(out.refScatter),
  }
}

/** Eight waves of wave numbers of about four radians per degree. */
function waves(random, rms) {
  const all = Array.from({ length: 8 }, () => [
    4 * random.normal(),
    4 * random.normal(),
    2 * Math.PI * random.uniform(),
  ])
  return ({ x, y }) => (rms / 2) * all.reduce((sum, [kx, ky, phase]) => sum + Math.cos(kx * x + ky * y + phase), 0)
}

const GRID = 64

function meanOverCcd(at) {
  let sum = 0
  for (let i = 0; i < GRID; i++)
    for (let j = 0; j < GRID; j++) sum += at((i + 0.5) / GRID - 0.5, (j + 0.5) / GRID - 0.5)
  return sum / GRID ** 2
}

/** Numbers of the stars that may be on a CCD about a place. */
function starsByPlace(stars) {
  const squares = new Map()
  stars.forEach(({ x, y }, j) => {
    const key = `${Math.floor(x / WIDTH)},${Math.floor(y / WIDTH)}`
    if (squares.has(key)) squares.get(key).push(j)
    else squares.set(key, [j])
  })
  return (x, y) => {
    const found = []
    for (let i = Math.floor((x - WIDTH / 2) / WIDTH); i <= Math.floor((x + WIDTH / 2) / WIDTH); i++)
      for (let j = Math.floor((y - HEIGHT / 2) / WIDTH); j <= Math.floor((y + HEIGHT / 2) / WIDTH); j++)
        found.push(...(squares.get(`${i},${j}`) ?? []))
    return found
  }
}
