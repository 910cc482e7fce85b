// Exposures of many fields that overlap, for ties of thousands of exposures: typed columns from the start, as lists
// of objects would need more memory than the tie. 60 CCDs of 500 stars each, fields a little nearer to one another
// than the camera is wide, each taken several times with dithers; patterns inside CCDs, outliers and a catalogue with
// errors as in `simulated-tie.mjs`.
import { CAMERA, cameraPlaces, ccdColumns, HEIGHT, PIXELS_X, PIXELS_Y, waveOf, WIDTH } from './simulated-camera.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { seededRandom } = await import(new URL('math/random.js', dist).href)

const FIELD_DEG = 1.7
const DITHER_DEG = 0.3
const STARS_PER_DEG2 = 11000
const REFERENCE_SHARE = 0.17
const SCATTER_MAG = 0.03
const OUTLIERS = 0.05
/** Rows of an exposure are fewer than this. */
const MAX_ROWS = 32_000

const PLACES = cameraPlaces(CAMERA)

/** @param perField exposures of each field; the fields are on a square */
export function simulateSurvey({ seed, exposures, perField = 10, patternMag = 0.004 }) {
  const random = seededRandom(99_000 + seed)
  const fields = Math.ceil(exposures / perField)
  const across = Math.ceil(Math.sqrt(fields))
  const extent = (across - 1) * FIELD_DEG + 3.2
  const sky = starsOnSquare(random, extent)
  const patterns = PLACES.map(() => waveOf(random, patternMag))
  const waves = Array.from({ length: 8 }, () => [4 * random.normal(), 4 * random.normal(), 6.283 * random.uniform()])
  const fieldAt = (x, y) => 0.003 * waves.reduce((sum, [kx, ky, phase]) => sum + Math.cos(kx * x + ky * y + phase), 0)

  const size = exposures * MAX_ROWS
  const all = {
    star: new Uint32Array(size),
    exposure: new Uint16Array(size),
    ccd: new Uint16Array(size),
    instMag: new Float64Array(size),
    instMagErr: new Float64Array(size),
    x: new Float32Array(size),
    y: new Float32Array(size),
  }
  const ccds = { exposure: [], ccd: [], xDeg: [], yDeg: [] }
  const zeropoint = []
  let row = 0
  for (let e = 0; e < exposures; e++) {
    const field = Math.floor(e / perField)
    const [dx, dy] = [field % across, Math.floor(field / across)].map(
      (at) => 1.6 + at * FIELD_DEG + DITHER_DEG * (2 * random.uniform() - 1),
    )
    const level = 30 + 0.15 * random.normal()
    const [east, north, term] = [0, 0, 0].map(() => 0.004 * random.normal())
    PLACES.forEach((place, c) => {
      const own = level + 0.004 * random.normal() + east * place.x + north * place.y
      zeropoint.push(own - patterns[c].mean)
      ccds.exposure.push(e)
      ccds.ccd.push(c + 1)
      ccds.xDeg.push(place.x)
      ccds.yDeg.push(place.y)
      const [cx, cy] = [place.x + dx, place.y + dy]
      sky.forEachNear(cx, cy, (j) => {
        const [s, t] = [(sky.x[j] - cx) / WIDTH, (sky.y[j] - cy) / HEIGHT]
        if (Math.abs(s) >= 0.5 || Math.abs(t) >= 0.5) return
        const err = Math.hypot(0.003, 0.002 * 10 ** (0.4 * (sky.mag[j] - 18.5)))
        all.star[row] = j
        all.exposure[row] = e
        all.ccd[row] = c + 1
        all.instMag[row] =
          sky.mag[j] +
          err * random.normal() +
          term * sky.colour[j] -
          own +
          patterns[c].at(s, t) +
          (random.uniform() < OUTLIERS ? 0.5 * random.normal() - 0.1 : 0)
        all.instMagErr[row] = err
        all.x[row] = (s + 0.5) * PIXELS_X
        all.y[row] = (t + 0.5) * PIXELS_Y
        row++
      })
    })
  }
  const observations = Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.subarray(0, row)]))
  return {
    input: {
      observations,
      stars: { count: sky.x.length, color: sky.colour },
      references: referencesOf(random, sky, fieldAt),
      ccds: ccdColumns(ccds),
    },
    zeropoint: Float64Array.from(zeropoint),
  }
}

/** Stars of a square, those of a strip in y together. */
function starsOnSquare(random, extent) {
  const count = Math.round(STARS_PER_DEG2 * extent * extent)
  const strips = Math.ceil(extent / HEIGHT)
  const x = new Float32Array(count)
  const y = new Float32Array(count)
  const mag = new Float32Array(count)
  const colour = new Float64Array(count)
  const first = new Uint32Array(strips + 1)
  let j = 0
  for (let strip = 0; strip < strips; strip++) {
    const end = Math.round(((strip + 1) / strips) * count)
    const along = new Float32Array(end - j)
    for (let i = 0; i < along.length; i++) along[i] = extent * random.uniform()
    x.set(along.sort(), j)
    first[strip] = j
    for (; j < end; j++) {
      y[j] = ((strip + random.uniform()) * extent) / strips
      mag[j] = 15.7 + 5.3 * random.uniform() ** (1 / 2.2)
      colour[j] = 0.5 * random.normal()
    }
  }
  first[strips] = count
  const stripOf = (at) => Math.max(0, Math.min(strips - 1, Math.floor((at * strips) / extent)))
  const from = (strip, value) => {
    let [low, high] = [first[strip], first[strip + 1]]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (x[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }
  const forEachNear = (cx, cy, use) => {
    for (let strip = stripOf(cy - HEIGHT / 2); strip <= stripOf(cy + HEIGHT / 2); strip++)
      for (let i = from(strip, cx - WIDTH / 2); i < first[strip + 1] && x[i] <= cx + WIDTH / 2; i++) use(i)
  }
  return { x, y, mag, colour, forEachNear }
}

function referencesOf(random, sky, fieldAt) {
  const chosen = []
  for (let j = 0; j < sky.mag.length; j++)
    if (sky.mag[j] < 19.5 && random.uniform() < 2 * REFERENCE_SHARE) chosen.push(j)
  return {
    star: Uint32Array.from(chosen),
    catalog: new Uint8Array(chosen.length),
    refMag: Float64Array.from(chosen, (j) => sky.mag[j] + fieldAt(sky.x[j], sky.y[j]) + SCATTER_MAG * random.normal()),
    refMagErr: new Float64Array(chosen.length),
    refScatter: new Float64Array(chosen.length).fill(SCATTER_MAG),
  }
}
