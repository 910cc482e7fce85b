import type { Random } from '../math/random.js'
import { fromTangentPlane } from '../math/sphere.js'
import { MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import type { SkyPosition } from '../wcs/index.js'
import { blendsOf } from './blends.js'
import { KINDS, type Candidates } from './candidates.js'
import { between, clamped, exponential } from './draw.js'
import type { ExposureOptions } from './options.js'
import { APERTURE_DIAMETERS_PIXELS, type PointSpread } from './psf.js'
import { PLANE } from './telescope.js'

/** Sky and detector of an exposure, in counts. */
export interface ImageNoise {
  readonly backgroundPerPixel: number
  readonly skySigmaPerPixel: number
  readonly saturation: number
  readonly gain: number
}

/** What was measured on one CCD, in SExtractor's order, with the truth of each row beside it. */
export interface Detections {
  readonly count: number
  readonly x: Float64Array
  readonly y: Float64Array
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly fluxPsf: Float64Array
  readonly fluxErrPsf: Float64Array
  readonly fluxAuto: Float64Array
  readonly fluxErrAuto: Float64Array
  /** Twelve per row. */
  readonly fluxAper: Float64Array
  readonly fluxErrAper: Float64Array
  readonly fluxMax: Float64Array
  readonly background: Float64Array
  readonly flags: Int16Array
  readonly imaflags: Int32Array
  readonly spreadModel: Float64Array
  readonly spreadErrModel: Float64Array
  readonly classStar: Float64Array
  readonly fwhmPixels: Float64Array
  readonly elongation: Float64Array
  readonly thetaDeg: Float64Array
  /** Truth: row of the true star, -1 for galaxies and junk. */
  readonly starIndex: Int32Array
  /** Truth: index in KINDS. */
  readonly kind: Uint8Array
  /** Truth: 1 for a star whose flux differs from its own by noise alone. */
  readonly clean: Uint8Array
}

/** SExtractor's FLAGS: saturated, cut by the edge. */
const FLAG_SATURATED = 4
const FLAG_TRUNCATED = 8
/** The survey's image flags: saturated, cosmic ray, halo of a bright star, edge. */
const IMA_SATURATED = 2
const IMA_COSMIC_RAY = 16
const IMA_STAR = 32
const IMA_EDGE = 512
const EDGE_PIXELS = 15
const DETECTION_LIMIT = 5
/** Ratio of FLUX_AUTO to FLUX_PSF of stars on a real image, and its scatter. */
const AUTO_OF_STARS = 0.975
const AUTO_SCATTER = 0.01
/** Sky noise of FLUX_AUTO's ellipse in units of the PSF's. */
const AUTO_NOISE = 1.6
/** Part of a contaminating flux above which a star no longer counts as clean. */
const CLEAN_RATIO = 0.002

/**
 * Measures the candidates of a CCD as PSF fitting, Kron and circular apertures would; what stays under 5 sigma is not
 * listed.
 */
export function measure(
  ccd: number,
  candidates: Candidates,
  psf: PointSpread,
  noise: ImageNoise,
  pointing: SkyPosition,
  options: ExposureOptions,
  random: Random,
): Detections {
  const none = { absorbed: new Uint8Array(0), flags: new Uint8Array(0), added: new Float64Array(0) }
  const blends = options.blending ? blendsOf(candidates, psf.fwhmPixels) : none
  const skyNoise = noise.skySigmaPerPixel * Math.sqrt(psf.noisePixels)
  const shiftDeg = [options.ccdShiftMas * random.normal(), options.ccdShiftMas * random.normal()].map(
    (mas) => mas / 3.6e6,
  )
  const rows: Record<Exclude<keyof Detections, 'count'>, number[]> = {
    x: [],
    y: [],
    raDeg: [],
    decDeg: [],
    fluxPsf: [],
    fluxErrPsf: [],
    fluxAuto: [],
    fluxErrAuto: [],
    fluxAper: [],
    fluxErrAper: [],
    fluxMax: [],
    background: [],
    flags: [],
    imaflags: [],
    spreadModel: [],
    spreadErrModel: [],
    classStar: [],
    fwhmPixels: [],
    elongation: [],
    thetaDeg: [],
    starIndex: [],
    kind: [],
    clean: [],
  }
  for (const i of inReadingOrder(candidates, random)) {
    if (blends.absorbed[i]) continue
    const kind = candidates.kind[i]!
    const isStar = kind === 'star'
    const own = candidates.flux[i]!
    const added = blends.added[i] ?? 0
    const light = own + added
    const photonNoise = (flux: number, pixels: number) =>
      Math.sqrt(Math.max(0, flux) / noise.gain + noise.skySigmaPerPixel ** 2 * pixels)
    const floor = 1 + (options.photometricFloorMag / MAG_PER_RELATIVE_FLUX) * random.normal()
    let fluxPsf = light * floor + photonNoise(light, psf.noisePixels) * random.normal()
    if (kind !== 'spurious' && fluxPsf < DETECTION_LIMIT * skyNoise) continue

    let flags = blends.flags[i] ?? 0
    let imaflags = 0
    const peakAllowed = noise.saturation - noise.backgroundPerPixel
    const peak = light * psf.peakFraction * (isStar ? 1 : 0.4)
    const saturated = isStar && peak > peakAllowed
    if (saturated) {
      flags |= FLAG_SATURATED
      imaflags |= IMA_SATURATED
      fluxPsf *= Math.sqrt(peakAllowed / peak) * between(random, 0.85, 1)
    }
    const x = candidates.x[i]!
    const y = candidates.y[i]!
    const edge = Math.min(x, y, PLANE.columns + 1 - x, PLANE.rows + 1 - y)
    if (edge < EDGE_PIXELS) imaflags |= IMA_EDGE
    if (edge < 0.6 * psf.fwhmPixels) {
      flags |= FLAG_TRUNCATED
      fluxPsf *= between(random, 0.6, 0.95)
    }
    const cosmicRay = kind === 'spurious' ? random.uniform() < 0.5 : random.uniform() < options.cosmicRayFraction
    if (cosmicRay) {
      imaflags |= IMA_COSMIC_RAY
      if (kind !== 'spurious') fluxPsf += exponential(random, 10 * skyNoise)
    } else if (kind === 'spurious') imaflags |= IMA_STAR

    const fluxErrPsf = photonNoise(fluxPsf, psf.noisePixels)
    const signal = Math.max(3, Math.abs(fluxPsf) / fluxErrPsf)
    // A galaxy's light is wider than the PSF: the PSF fit loses part of it.
    const extent = kind === 'galaxy' ? 0.003 + exponential(random, 0.011) : 0
    const fitted = 1 / (1 + 25 * extent)
    if (kind === 'galaxy') fluxPsf *= fitted
    const total = kind === 'galaxy' ? fluxPsf / fitted : fluxPsf
    const positionNoise = Math.hypot(options.astrometricNoiseMas / 3.6e6, (0.6 * options.seeingArcsec) / signal / 3600)
    const offset = PLANE.pixelToTangentPlane(ccd, x, y)
    const { raDeg, decDeg } = fromTangentPlane(
      offset.xiDeg + shiftDeg[0]! + positionNoise * random.normal(),
      offset.etaDeg + shiftDeg[1]! + positionNoise * random.normal(),
      pointing,
    )

    const put = (name: keyof typeof rows, value: number) => rows[name].push(value)
    put('x', x + (positionNoise * 3600 * random.normal()) / PLANE.pixelScaleArcsec)
    put('y', y + (positionNoise * 3600 * random.normal()) / PLANE.pixelScaleArcsec)
    put('raDeg', raDeg)
    put('decDeg', decDeg)
    put('fluxPsf', fluxPsf)
    put('fluxErrPsf', fluxErrPsf)
    put(
      'fluxAuto',
      total * AUTO_OF_STARS * (1 + AUTO_SCATTER * random.normal()) + 0.8 * AUTO_NOISE * skyNoise * random.normal(),
    )
    put('fluxErrAuto', photonNoise(total, psf.noisePixels * AUTO_NOISE ** 2))
    if (options.columns === 'full') {
      for (const diameter of APERTURE_DIAMETERS_PIXELS) {
        const pixels = (Math.PI * diameter ** 2) / 4
        const within = total * psf.fractionWithin(diameter / 2 / (1 + 30 * extent))
        put('fluxAper', within + noise.skySigmaPerPixel * Math.sqrt(pixels) * 0.5 * random.normal())
        put('fluxErrAper', photonNoise(within, pixels))
      }
    }
    put('fluxMax', Math.min(peak, peakAllowed * 1.02))
    put('background', noise.backgroundPerPixel * (1 + 0.002 * random.normal()))
    put('flags', flags)
    put('imaflags', imaflags)
    const spreadErr = 0.00005 + 0.024 / signal
    put(
      'spreadModel',
      (kind === 'spurious' ? -0.03 : extent) + (saturated ? 0.006 : 0) + (0.0004 + spreadErr) * random.normal(),
    )
    put('spreadErrModel', spreadErr)
    put('classStar', classStarOf(kind === 'galaxy' ? extent : 0, kind === 'spurious', signal, random))
    put('fwhmPixels', psf.fwhmPixels * (1 + 30 * extent) * Math.abs(1 + (0.02 + 0.5 / signal) * random.normal()))
    put('elongation', 1 + Math.abs((kind === 'galaxy' ? 0.4 : 0.04) * random.normal()))
    put('thetaDeg', between(random, -90, 90))
    put('starIndex', candidates.starIndex[i]!)
    put('kind', KINDS.indexOf(kind))
    put(
      'clean',
      Number(
        isStar &&
          !saturated &&
          !cosmicRay &&
          !candidates.variable[i] &&
          edge >= EDGE_PIXELS &&
          Math.abs(added) < CLEAN_RATIO * own,
      ),
    )
  }
  const f64 = (values: number[]) => Float64Array.from(values)
  const { flags, imaflags, starIndex, kind, clean, ...rest } = rows
  const doubles = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, f64(values)])) as Record<
    keyof typeof rest,
    Float64Array
  >
  return {
    ...doubles,
    count: rows.x.length,
    flags: Int16Array.from(flags),
    imaflags: Int32Array.from(imaflags),
    starIndex: Int32Array.from(starIndex),
    kind: Uint8Array.from(kind),
    clean: Uint8Array.from(clean),
  }
}

/** SExtractor lists objects about as the image is read, row by row. */
function inReadingOrder({ y }: Candidates, random: Random): Uint32Array {
  const place = y.map((row) => row + 20 * random.normal())
  return Uint32Array.from(place.keys()).sort((a, b) => place[a]! - place[b]! || a - b)
}

/** SExtractor's neural classifier: near 1 for bright stars, near 0 for bright galaxies, undecided at low signal. */
function classStarOf(extent: number, junk: boolean, signal: number, random: Random): number {
  if (junk) return random.uniform()
  const certainty = clamped((signal - 5) / 25, 0, 1)
  const verdict = extent > 0.003 ? 0.02 + exponential(random, 0.03) : 0.983 - exponential(random, 0.006)
  return clamped(certainty * verdict + (1 - certainty) * clamped(0.55 + 0.2 * random.normal(), 0, 1), 0, 1)
}
