import type { SkyPosition } from '../wcs/index.js'
import { galacticLatitudeDeg } from '../math/galactic.js'
import type { Random } from '../math/random.js'
import { fromTangentPlane } from '../math/sphere.js'
import { interpolated } from '../photometry/system/colour-relation.js'
import { between, clamped, exponential, powerLawMagnitude } from './draw.js'

/** The stars as they are, free of noise, at the catalogue's epoch; every column has one entry per star. */
export interface TrueStars {
  readonly epochYr: number
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** On the catalogue's own (Vega) system, as it would publish them without noise. */
  readonly gMag: Float64Array
  readonly bpMag: Float64Array
  readonly rpMag: Float64Array
  readonly pmRaCosDecMasYr: Float64Array
  readonly pmDecMasYr: Float64Array
  readonly parallaxMas: Float64Array
  /** Where the star lies in the intrinsic scatter of any colour relation: a unit normal. */
  readonly deviate: Float64Array
  /** 1 for the fainter star of a close pair. */
  readonly isCompanion: Uint8Array
}

/** A box in the tangent plane of the pointing, degrees. */
export interface TangentBox {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

export interface SkyOptions {
  readonly pointing: SkyPosition
  /** Where stars are needed; a star in several boxes is drawn once. */
  readonly boxes: readonly TangentBox[]
  readonly epochYr: number
  /** Gaia stars (G < 21) per square degree. */
  readonly densityPerSqDeg: number
  /** Stars with 21 < G < 23.5, which Gaia lacks, per Gaia star. */
  readonly faintRatio: number
  /** Part of the stars with a fainter companion within 0.5 to 2 arcsec. */
  readonly companionFraction: number
  /** 0 holds every star still; 1 is the real sky. */
  readonly motionScale: number
}

export const GAIA_LIMIT_MAG = 21
const BRIGHT_MAG = 9
const FAINT_MAG = 23.5

/** Median of Gaia DR3's source counts per nside-64 cell against galactic latitude [1/sq deg]. */
const LATITUDE_DEG = [1, 3.5, 7.5, 12.5, 17.5, 25, 35, 45, 55, 65, 75, 85]
const LOG_DENSITY = [96_127, 102_681, 79_691, 38_949, 22_409, 12_648, 6_997, 4_773, 3_739, 3_298, 3_100, 2_912].map(
  Math.log10,
)

/** Gaia stars per square degree to its limit, typical of a galactic latitude. */
export function gaiaDensityPerSqDeg({ raDeg, decDeg }: SkyPosition): number {
  return 10 ** interpolated(Math.abs(galacticLatitudeDeg(raDeg, decDeg)), LATITUDE_DEG, LOG_DENSITY)
}

/**
 * Stars of a region: positions uniform, counts growing as 10^(0.18 G) (0.12 beyond Gaia's limit), colours from a blue
 * turn-off and a red dwarf population whose share grows with magnitude, motions from distances and the local velocity
 * spread.
 */
export function drawSky(options: SkyOptions, random: Random): TrueStars {
  const { boxes, pointing, epochYr } = options
  const outline = outlineOf(boxes)
  const area = (outline.east - outline.west) * (outline.north - outline.south)
  const columns = {
    raDeg: [] as number[],
    decDeg: [] as number[],
    gMag: [] as number[],
    bpMag: [] as number[],
    rpMag: [] as number[],
  }
  const motions = { pmRaCosDecMasYr: [] as number[], pmDecMasYr: [] as number[], parallaxMas: [] as number[] }
  const deviate: number[] = []
  const isCompanion: number[] = []

  const add = (xiDeg: number, etaDeg: number, g: number, companion: boolean, motion: readonly number[]): void => {
    const colour = drawColour(g, random)
    const bpMinusG = bpMinusGOf(colour) + LOCUS_SCATTER_MAG * random.normal()
    const { raDeg, decDeg } = fromTangentPlane(xiDeg, etaDeg, pointing)
    columns.raDeg.push(raDeg)
    columns.decDeg.push(decDeg)
    columns.gMag.push(g)
    columns.bpMag.push(g + bpMinusG)
    columns.rpMag.push(g + bpMinusG - colour)
    motions.pmRaCosDecMasYr.push(motion[0]!)
    motions.pmDecMasYr.push(motion[1]!)
    motions.parallaxMas.push(motion[2]!)
    deviate.push(random.normal())
    isCompanion.push(Number(companion))
  }

  const drawStars = (count: number, brightMag: number, faintMag: number, slope: number): void => {
    for (let k = 0; k < count; k++) {
      const xiDeg = between(random, outline.west, outline.east)
      const etaDeg = between(random, outline.south, outline.north)
      if (!boxes.some((box) => xiDeg >= box.west && xiDeg <= box.east && etaDeg >= box.south && etaDeg <= box.north))
        continue
      const g = powerLawMagnitude(random, brightMag, faintMag, slope)
      const motion = drawMotion(g, options.motionScale, random)
      add(xiDeg, etaDeg, g, false, motion)
      if (random.uniform() >= options.companionFraction) continue
      const separationDeg = between(random, 0.5, 2) / 3600
      const angle = between(random, 0, 2 * Math.PI)
      const companionMag = g + 0.3 + exponential(random, 1.5)
      if (companionMag < FAINT_MAG)
        add(
          xiDeg + separationDeg * Math.sin(angle),
          etaDeg + separationDeg * Math.cos(angle),
          companionMag,
          true,
          motion,
        )
    }
  }
  drawStars(random.poisson(options.densityPerSqDeg * area), BRIGHT_MAG, GAIA_LIMIT_MAG, 0.18)
  drawStars(random.poisson(options.densityPerSqDeg * options.faintRatio * area), GAIA_LIMIT_MAG, FAINT_MAG, 0.12)

  const typed = <T extends Record<string, number[]>>(lists: T) =>
    Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, Float64Array.from(values)])) as {
      [K in keyof T]: Float64Array
    }
  return {
    epochYr,
    ...typed(columns),
    ...typed(motions),
    deviate: Float64Array.from(deviate),
    isCompanion: Uint8Array.from(isCompanion),
  }
}

/**
 * BP - RP, and the median of (G - RP) - 0.45 (BP - RP + 0.2) of real DR3 stars there (G < 19, three high-latitude
 * tiles); the ends are guesses.
 */
const LOCUS_COLOUR = [-0.4, 0.66, 0.8, 1, 1.19, 1.41, 1.59, 1.8, 2, 2.2, 2.4, 2.56, 2.8, 4]
const OFF_LOCUS = [-0.08, 0.02, 0.034, 0.043, 0.046, 0.042, 0.036, 0.023, 0.005, -0.012, -0.051, -0.079, -0.138, -0.43]
/** Scatter of bright real stars about it, beyond their errors: 4 to 9 mmag. */
const LOCUS_SCATTER_MAG = 0.006

/** BP - G of a star of colour BP - RP on the locus of real stars, to 5 mmag for colours of 0.6 to 2.8. */
export function bpMinusGOf(bpMinusRp: number): number {
  return 0.55 * bpMinusRp - 0.09 - interpolated(bpMinusRp, LOCUS_COLOUR, OFF_LOCUS)
}

/** Counts of colours by magnitude follow real Gaia rows: medians of BP - RP 0.95 at G = 14, 1.2 at 17, 1.6 at 19.5. */
function drawColour(g: number, random: Random): number {
  const redShare = clamped(0.06 + 0.075 * (g - 14), 0.06, 0.45)
  const kind = random.uniform()
  if (kind < 0.015) return between(random, -0.4, 0.6) // white dwarfs and quasars
  if (kind < 0.015 + redShare) return clamped(2.2 + 0.35 * random.normal(), 1.3, 4)
  if (kind < 0.235 + redShare) return between(random, 1, 1.9)
  return clamped(0.93 - 0.03 * Math.max(0, g - 17) + 0.16 * random.normal(), 0.35, 1.8)
}

/**
 * Parallax [mas] about a median that falls with magnitude; proper motion is velocity (60 km/s per axis, drifting) over
 * distance.
 */
function drawMotion(
  g: number,
  scale: number,
  random: Random,
): readonly [pmRaCosDec: number, pmDec: number, parallax: number] {
  const parallax = (0.45 + 0.9 * 10 ** (-0.13 * Math.max(0, g - 12))) * Math.exp(0.9 * random.normal())
  const perVelocity = parallax / 4.74047
  return [
    scale * perVelocity * (60 * random.normal() - 5),
    scale * perVelocity * (60 * random.normal() - 15),
    scale * parallax,
  ]
}

function outlineOf(boxes: readonly TangentBox[]): TangentBox {
  return {
    west: Math.min(...boxes.map((box) => box.west)),
    east: Math.max(...boxes.map((box) => box.east)),
    south: Math.min(...boxes.map((box) => box.south)),
    north: Math.max(...boxes.map((box) => box.north)),
  }
}
