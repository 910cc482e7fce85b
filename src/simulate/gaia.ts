import type { StarColumns } from '../catalog/stars.js'
import { nestedIndices } from '../healpix/index.js'
import type { Random } from '../math/random.js'
import { DEG_TO_RAD, MAG_PER_RELATIVE_FLUX, MAS_PER_DEG, wrapRaDeg } from '../math/units.js'
import { interpolated } from '../photometry/system/colour-relation.js'
import { clamped, exponential } from './draw.js'
import { GAIA_LIMIT_MAG, type TrueStars } from './sky.js'

type GaiaColumn =
  | 'magErr'
  | 'bpMag'
  | 'bpMagErr'
  | 'rpMag'
  | 'rpMagErr'
  | 'bpRpExcess'
  | 'pmRaCosDecMasYr'
  | 'pmDecMasYr'
  | 'parallaxMas'
  | 'ruwe'

/** The catalogue as Gaia publishes it, all optional columns present, ascending in source id. */
export type GaiaRows = Required<Pick<StarColumns, 'sourceId' | 'raDeg' | 'decDeg' | 'epochYr' | 'mag' | GaiaColumn>> & {
  /** Row of the true star that each row is a measurement of. */
  readonly starIndex: Uint32Array
}

interface GaiaOptions {
  /** `gaia_dr2` has the larger errors; other names are measured as DR3. */
  readonly release: string
  /** Part of the stars that the catalogue lacks. */
  readonly missingFraction: number
  /** Part of the bright stars whose BP and RP hold a neighbour's light; at the faint end 10 times as many. */
  readonly contaminatedFraction: number
}

interface ErrorCurve {
  readonly mag: readonly number[]
  readonly logMmag: readonly number[]
}

/** Median errors of Gaia DR3 against the band's own magnitude (DPAC's curves, Riello et al. 2021). */
const ERROR_CURVES: Record<'g' | 'bp' | 'rp', ErrorCurve> = {
  g: { mag: [13, 15, 17, 18, 19, 20, 20.5, 21], logMmag: [0.25, 0.36, 0.98, 1.7, 3.1, 6, 8.4, 12].map(Math.log10) },
  bp: {
    mag: [13, 15, 16, 17, 18, 19, 20, 21, 22],
    logMmag: [1.1, 1.8, 3.3, 6.4, 13, 30, 63, 130, 270].map(Math.log10),
  },
  rp: { mag: [13, 15, 16, 17, 18, 19, 20, 21], logMmag: [1.2, 2.2, 4.5, 9.8, 21, 45, 102, 220].map(Math.log10) },
}
/** Median errors of DR2's positions [mas] and proper motions [mas/yr] are 0.82 and 1.75 times its parallax errors. */
const PARALLAX_ERROR = {
  mag: [13.5, 14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 20.5],
  mas: [0.03, 0.035, 0.046, 0.07, 0.117, 0.249, 0.468, 0.917],
}
/** DR2's errors in units of DR3's. */
const DR2_PHOTOMETRY = 1.4
const DR3_ASTROMETRY = { position: 0.8, properMotion: 0.5 }
/** BP fainter than this comes out too bright. */
const FAINT_BP_MAG = 20.3
/** Ids were given before the final positions were known: 0.8 % of rows carry a neighbour's cell. */
const ID_POSITION_ARCSEC = 0.25

/** Measures the true stars to G = 21 with Gaia's errors, and draws what Gaia lacks. */
export function observeWithGaia(stars: TrueStars, options: GaiaOptions, random: Random): GaiaRows {
  const isDr2 = options.release === 'gaia_dr2'
  const photometryScale = isDr2 ? DR2_PHOTOMETRY : 1
  const listed: number[] = []
  for (let s = 0; s < stars.gMag.length; s++)
    if (stars.gMag[s]! < GAIA_LIMIT_MAG && random.uniform() >= options.missingFraction) listed.push(s)
  const n = listed.length
  const column = () => new Float64Array(n).fill(NaN)
  const rows = {
    raDeg: column(),
    decDeg: column(),
    mag: column(),
    magErr: column(),
    bpMag: column(),
    bpMagErr: column(),
    rpMag: column(),
    rpMagErr: column(),
    bpRpExcess: column(),
    pmRaCosDecMasYr: column(),
    pmDecMasYr: column(),
    parallaxMas: column(),
    ruwe: column(),
  }
  const measured = (trueMag: number, curve: ErrorCurve) => {
    const error =
      (photometryScale * 10 ** interpolated(trueMag, curve.mag, curve.logMmag) * Math.exp(0.12 * random.normal())) /
      1000
    return { relativeFlux: 1 + (error / MAG_PER_RELATIVE_FLUX) * random.normal(), error }
  }

  for (let i = 0; i < n; i++) {
    const s = listed[i]!
    const [g, bp, rp] = [stars.gMag[s]!, stars.bpMag[s]!, stars.rpMag[s]!]
    const inG = measured(g, ERROR_CURVES.g)
    rows.mag[i] = Math.fround(g - MAG_PER_RELATIVE_FLUX * Math.log(inG.relativeFlux))
    rows.magErr[i] = inG.error
    const [inBp, inRp] = [measured(bp, ERROR_CURVES.bp), measured(rp, ERROR_CURVES.rp)]
    const contaminated = random.uniform() < options.contaminatedFraction * (1 + 9 * clamped((g - 18) / 2.5, 0, 1))
    const added = contaminated ? [exponential(random, 0.15), exponential(random, 0.15)] : [0, 0]
    const [bpFlux, rpFlux] = [inBp.relativeFlux + added[0]!, inRp.relativeFlux + added[1]!]
    const isMissing = random.uniform() < (g < 19.5 ? 0.012 : 0.012 + 0.06 * (g - 19.5)) || bpFlux < 0.1 || rpFlux < 0.1
    if (!isMissing) {
      const faintBpBias = -0.12 * Math.max(0, bp - FAINT_BP_MAG)
      rows.bpMag[i] = Math.fround(bp + faintBpBias - MAG_PER_RELATIVE_FLUX * Math.log(bpFlux))
      rows.bpMagErr[i] = inBp.error
      rows.rpMag[i] = Math.fround(rp - MAG_PER_RELATIVE_FLUX * Math.log(rpFlux))
      rows.rpMagErr[i] = inRp.error
      rows.bpRpExcess[i] = Math.fround(
        excessFactor(bp - rp, bpFlux * 10 ** (-0.4 * faintBpBias), rpFlux, inG.relativeFlux),
      )
    }
    const parallaxErr = interpolated(g, PARALLAX_ERROR.mag, PARALLAX_ERROR.mas)
    const positionErr = 0.82 * parallaxErr * (isDr2 ? 1 : DR3_ASTROMETRY.position)
    const cosDec = Math.max(1e-9, Math.cos(stars.decDeg[s]! * DEG_TO_RAD))
    rows.raDeg[i] = wrapRaDeg(stars.raDeg[s]! + (positionErr * random.normal()) / MAS_PER_DEG / cosDec)
    rows.decDeg[i] = clamped(stars.decDeg[s]! + (positionErr * random.normal()) / MAS_PER_DEG, -90, 90)
    rows.ruwe[i] = Math.fround(
      random.uniform() < 0.05 ? 1.3 + exponential(random, 1) : Math.exp(0.01 + 0.05 * random.normal()),
    )
    // Faint stars often have a two-parameter solution: a position only.
    if (random.uniform() < (g < 19 ? 0.015 : g < 20 ? 0.04 : 0.04 + 0.4 * (g - 20))) continue
    const pmErr = 1.75 * parallaxErr * (isDr2 ? 1 : DR3_ASTROMETRY.properMotion)
    rows.pmRaCosDecMasYr[i] = stars.pmRaCosDecMasYr[s]! + pmErr * random.normal()
    rows.pmDecMasYr[i] = stars.pmDecMasYr[s]! + pmErr * random.normal()
    rows.parallaxMas[i] = stars.parallaxMas[s]! + parallaxErr * (isDr2 ? 1 : DR3_ASTROMETRY.position) * random.normal()
  }
  return sortedById(
    { ...rows, starIndex: Uint32Array.from(listed) },
    sourceIds(rows.raDeg, rows.decDeg, random),
    stars.epochYr,
  )
}

/**
 * (I_BP + I_RP) / I_G: the locus of well measured DR3 stars (Riello et al. 2021, table 2), moved by what each flux was
 * measured off.
 */
function excessFactor(bpMinusRp: number, bpFlux: number, rpFlux: number, gFlux: number): number {
  const locus =
    bpMinusRp < 0.5
      ? 1.15436 + 0.033772 * bpMinusRp + 0.032277 * bpMinusRp ** 2
      : 1.162004 + 0.011464 * bpMinusRp + 0.049255 * bpMinusRp ** 2 - 0.005879 * bpMinusRp ** 3
  // Ratio of the fluxes of BP and RP from their Vega zeropoints 25.3385 and 24.7479.
  const ratio = 10 ** (-0.4 * (bpMinusRp - 0.5906))
  return (locus * (ratio * bpFlux + rpFlux)) / ((1 + ratio) * gFlux)
}

/**
 * Gaia's numbering: NESTED cell of order 12 in the high bits from 2^35, a running number in the cell, seven zero bits.
 */
function sourceIds(raDeg: Float64Array, decDeg: Float64Array, random: Random): BigInt64Array {
  const offDeg = ID_POSITION_ARCSEC / 3600
  const dec = decDeg.map((value) => clamped(value + offDeg * random.normal(), -90, 90))
  const ra = raDeg.map(
    (value, i) => value + (offDeg * random.normal()) / Math.max(1e-9, Math.cos(decDeg[i]! * DEG_TO_RAD)),
  )
  const running = new Map<number, number>()
  return BigInt64Array.from(nestedIndices(12, ra, dec) as unknown as number[], (cell) => {
    const number = (running.get(cell) ?? 0) + 1 + random.below(40)
    running.set(cell, number)
    return (BigInt(cell) << 35n) | (BigInt(number) << 7n)
  })
}

function sortedById(rows: Omit<GaiaRows, 'sourceId' | 'epochYr'>, sourceId: BigInt64Array, epochYr: number): GaiaRows {
  const order = Array.from(sourceId.keys()).sort((a, b) => (sourceId[a]! < sourceId[b]! ? -1 : 1))
  const inOrder = (values: Float64Array) => Float64Array.from(order, (i) => values[i]!)
  const { starIndex, ...columns } = rows
  const sorted = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, inOrder(values)])) as Omit<
    typeof columns,
    never
  >
  return {
    ...sorted,
    starIndex: Uint32Array.from(order, (i) => starIndex[i]!),
    sourceId: BigInt64Array.from(order, (i) => sourceId[i]!),
    epochYr,
  }
}
