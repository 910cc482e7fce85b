import { seededRandom, type Random } from '../../src/math/random.js'
import type { TieInput } from '../../src/tie/input.js'

/** Search and templates of a camera of 60 CCDs on one field, with all that is unknown of them written down. */
export interface SkyPlan {
  readonly seed: number
  readonly exposures: number
  /** Scatter of the reference magnitudes about their relation [mag]. */
  readonly scatterMag?: number
  /** Rms of the pattern inside CCDs [mag]. */
  readonly patternMag?: number
  /** Largest offset of a template along each axis [deg]. */
  readonly ditherDeg?: number
  readonly starsPerDeg2?: number
  readonly referencesPerDeg2?: number
  /** Rms of the smooth error of the reference catalogue over the sky [mag]. */
  readonly fieldMag?: number
  readonly outlierShare?: number
  /** Templates have references of another catalogue, 10 mmag off with 12 mmag over the sky. */
  readonly otherCatalog?: boolean
  /** Noise is drawn in flux, and the search is this much shallower [mag]; errors are stated from measured fluxes. */
  readonly searchShallowerMag?: number
  readonly rowsAndColumns?: readonly number[]
  /** What a template has beyond its zeropoint [mag]. */
  readonly spoil?: (exposure: number, star: { x: number; y: number; colour: number; mag: number }) => number
  /** What the amplifier of high x of a CCD has more than the other, by the CCD's number [mag]. */
  readonly stepMag?: (ccd: number) => number
  /** Centre of an exposure that is elsewhere [deg]. */
  readonly elsewhere?: ReadonlyMap<number, number>
}

export interface SimulatedTie {
  readonly input: TieInput
  /** True zeropoint of each row of `input.ccds`, the pattern's mean over the chip in it. */
  readonly zeropoint: Float64Array
  readonly starMag: Float64Array
  readonly colourTerm: Float64Array
  /** Numbers of the stars on each CCD, in the order of `input.ccds`. */
  readonly observations: number
  /** What is inside each CCD, by its number - 1: at a place from -0.5 to 0.5 along both axes [mag], of mean 0. */
  readonly patterns: readonly ((s: number, t: number) => number)[]
}

/** CCDs in each row of the camera. */
const CAMERA = [3, 4, 5, 6, 6, 7, 7, 6, 6, 5, 4, 3]
const WIDTH = 0.3
const HEIGHT = 0.15
const PIXELS_X = 4096
const PIXELS_Y = 2048

export function cameraPlaces(rows: readonly number[] = CAMERA): { x: number; y: number }[] {
  const places = rows.flatMap((n, j) =>
    Array.from({ length: n }, (_, i) => ({ x: (i - (n - 1) / 2) * 0.311, y: ((rows.length - 1) / 2 - j) * 0.1645 })),
  )
  // Two CCDs of the camera are dead.
  return rows === CAMERA ? places.filter((_, i) => i !== 1 && i !== 61) : places
}

interface Star {
  readonly x: number
  readonly y: number
  readonly mag: number
  readonly colour: number
  readonly variable: boolean
}

export function simulateTie(plan: SkyPlan): SimulatedTie {
  const random = seededRandom(1000 + plan.seed)
  const places = cameraPlaces(plan.rowsAndColumns)
  const dither = plan.ditherDeg ?? 0.3
  const scatter = plan.scatterMag ?? 0.01
  const half = Math.max(...places.flatMap(({ x, y }) => [Math.abs(x) + WIDTH, Math.abs(y) + HEIGHT])) + dither
  const far = [...(plan.elsewhere?.values() ?? [])]
  const stars = [0, ...far].flatMap((centre) => skyOf(random, plan.starsPerDeg2 ?? 11000, half, centre))
  const field = smoothField(random, plan.fieldMag ?? 0.006)
  const otherField = smoothField(random, 0.012)
  const patterns = places.map(() => ({
    fx: 6 * random.normal(),
    fy: 6 * random.normal(),
    phase: 2 * Math.PI * random.uniform(),
    height: Math.SQRT2 * (plan.patternMag ?? 0.004),
  }))

  const share = (plan.referencesPerDeg2 ?? 1900) / (plan.starsPerDeg2 ?? 11000)
  const brightShare = stars.filter(({ mag }) => mag < 19.5).length / stars.length
  const references = { star: [] as number[], catalog: [] as number[], refMag: [] as number[] }
  const addReference = (star: number, catalog: number, mag: number) => {
    references.star.push(star)
    references.catalog.push(catalog)
    references.refMag.push(mag)
  }
  stars.forEach((star, j) => {
    if (star.mag >= 19.5 || random.uniform() >= share / brightShare) return
    addReference(j, 0, star.mag + field(star) + scatter * random.normal())
    if (plan.otherCatalog) addReference(j, 1, star.mag + 0.01 + otherField(star) + 0.7 * scatter * random.normal())
  })

  const grid = gridOf(stars)
  const rows = { star: [] as number[], exposure: [] as number[], ccd: [] as number[], mag: [] as number[] }
  const more = { err: [] as number[], x: [] as number[], y: [] as number[] }
  const zeropoint: number[] = []
  const colourTerms: number[] = []
  const ccds = { exposure: [] as number[], ccd: [] as number[], x: [] as number[], y: [] as number[] }
  for (let e = 0; e < plan.exposures; e++) {
    const [dx, dy] = e === 0 ? [0, 0] : [dither * (2 * random.uniform() - 1), dither * (2 * random.uniform() - 1)]
    const centre = plan.elsewhere?.get(e) ?? 0
    const level = 30 + 0.15 * random.normal()
    const gradient = [0.004 * random.normal(), 0.004 * random.normal()]
    const colourTerm = 0.004 * random.normal()
    colourTerms.push(colourTerm)
    places.forEach((place, c) => {
      const z = level + 0.004 * random.normal() + gradient[0]! * place.x + gradient[1]! * place.y
      const { fx, fy, phase, height } = patterns[c]!
      const mean = height * Math.cos(phase) * sinc(fx / 2) * sinc(fy / 2)
      zeropoint.push(z - mean)
      ccds.exposure.push(e)
      ccds.ccd.push(c + 1)
      ccds.x.push(place.x)
      ccds.y.push(place.y)
      const [cx, cy] = [place.x + dx + centre, place.y + dy]
      for (const j of grid(cx, cy)) {
        const star = stars[j]!
        const [s, t] = [(star.x - cx) / WIDTH, (star.y - cy) / HEIGHT]
        if (Math.abs(s) >= 0.5 || Math.abs(t) >= 0.5 || star.mag <= 15.7) continue
        const deeper = e === 0 ? 0 : (plan.searchShallowerMag ?? 0)
        const relative = 0.002 * 10 ** (0.4 * (star.mag - 18.5 - deeper)) * 10 ** (0.4 * (plan.searchShallowerMag ?? 0))
        let mag =
          star.mag +
          colourTerm * star.colour -
          z +
          height * Math.cos(fx * s + fy * t + phase) +
          (plan.stepMag?.(c + 1) ?? 0) * (s > 0 ? 0.5 : -0.5) +
          (plan.spoil?.(e, star) ?? 0)
        let err = Math.hypot(0.003, relative)
        if (plan.searchShallowerMag === undefined) mag += err * random.normal()
        else {
          // Background noise alone: the flux strays by a normal, and the stated error knows the measured flux only.
          const flux = 1 + (relative / 1.0857) * random.normal()
          if (!(flux > (3 * relative) / 1.0857)) continue
          mag += 0.003 * random.normal() - 2.5 * Math.log10(flux)
          err = Math.hypot(0.003, relative / flux)
        }
        if (star.variable) mag += 0.15 * random.normal()
        if (random.uniform() < (plan.outlierShare ?? 0.05)) mag += 0.5 * random.normal() - 0.1
        rows.star.push(j)
        rows.exposure.push(e)
        rows.ccd.push(c + 1)
        rows.mag.push(mag)
        more.err.push(err)
        more.x.push((s + 0.5) * PIXELS_X)
        more.y.push((t + 0.5) * PIXELS_Y)
      }
    })
  }
  return {
    input: {
      observations: {
        star: Uint32Array.from(rows.star),
        exposure: Uint16Array.from(rows.exposure),
        ccd: Uint16Array.from(rows.ccd),
        instMag: Float64Array.from(rows.mag),
        instMagErr: Float64Array.from(more.err),
        x: Float32Array.from(more.x),
        y: Float32Array.from(more.y),
      },
      stars: { count: stars.length, color: Float64Array.from(stars, ({ colour }) => colour) },
      references: {
        star: Uint32Array.from(references.star),
        catalog: Uint8Array.from(references.catalog),
        refMag: Float64Array.from(references.refMag),
        refMagErr: new Float64Array(references.star.length),
        refScatter: Float64Array.from(references.catalog, (catalog) => (catalog === 1 ? 0.7 : 1) * scatter),
      },
      ccds: {
        exposure: Uint16Array.from(ccds.exposure),
        ccd: Uint16Array.from(ccds.ccd),
        xDeg: Float64Array.from(ccds.x),
        yDeg: Float64Array.from(ccds.y),
        ...(plan.stepMag ? { amplifierColumn: new Float64Array(ccds.x.length).fill(PIXELS_X / 2) } : {}),
      },
    },
    zeropoint: Float64Array.from(zeropoint),
    starMag: Float64Array.from(stars, ({ mag }) => mag),
    colourTerm: Float64Array.from(colourTerms),
    observations: rows.star.length,
    patterns: patterns.map(({ fx, fy, phase, height }) => {
      const mean = height * Math.cos(phase) * sinc(fx / 2) * sinc(fy / 2)
      return (s, t) => height * Math.cos(fx * s + fy * t + phase) - mean
    }),
  }
}

const sinc = (value: number): number => (value === 0 ? 1 : Math.sin(value) / value)

function skyOf(random: Random, perDeg2: number, half: number, centre: number): Star[] {
  return Array.from({ length: Math.round(perDeg2 * (2 * half) ** 2) }, () => ({
    x: centre + half * (2 * random.uniform() - 1),
    y: half * (2 * random.uniform() - 1),
    mag: 15.5 + 5.5 * random.uniform() ** (1 / 2.2),
    colour: 0.5 * random.normal(),
    variable: random.uniform() < 0.03,
  }))
}

/** Sum of eight waves of random directions, wave numbers of four per degree. */
function smoothField(random: Random, rms: number): (at: { x: number; y: number }) => number {
  const waves = Array.from({ length: 8 }, () => [
    4 * random.normal(),
    4 * random.normal(),
    2 * Math.PI * random.uniform(),
  ])
  return ({ x, y }) => (rms / 2) * waves.reduce((sum, [kx, ky, phase]) => sum + Math.cos(kx! * x + ky! * y + phase!), 0)
}

/** Stars that may lie on a CCD, by squares of its width. */
function gridOf(stars: readonly Star[]): (x: number, y: number) => number[] {
  const squares = new Map<string, number[]>()
  const name = (i: number, j: number) => `${i},${j}`
  stars.forEach(({ x, y }, j) => {
    const key = name(Math.floor(x / WIDTH), Math.floor(y / WIDTH))
    const members = squares.get(key)
    if (members) members.push(j)
    else squares.set(key, [j])
  })
  return (x, y) => {
    const found: number[] = []
    for (let i = Math.floor((x - WIDTH / 2) / WIDTH); i <= Math.floor((x + WIDTH / 2) / WIDTH); i++)
      for (let j = Math.floor((y - HEIGHT / 2) / WIDTH); j <= Math.floor((y + HEIGHT / 2) / WIDTH); j++)
        found.push(...(squares.get(name(i, j)) ?? []))
    return found
  }
}
