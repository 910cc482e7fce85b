import { numbersOf } from '../math/select.js'
import { EXPECTED_CCD_SCATTER_MAG, EXPECTED_GRADIENT_MAG_PER_DEG } from '../photometry/exposure/expected.js'

/** Instrumental magnitudes of stars that several exposures share, one row per detection. */
export interface TieObservations {
  /** Number of the star, below `stars.count`. */
  readonly star: Uint32Array
  readonly exposure: Uint16Array
  readonly ccd: Uint16Array
  /** -2.5 log10(flux) [mag]. */
  readonly instMag: Float64Array
  /** Its measurement error [mag]. */
  readonly instMagErr: Float64Array
  /** Place on the CCD [pixel]; without it the pattern inside CCDs cannot be seen. */
  readonly x?: Float32Array
  readonly y?: Float32Array
}

export interface TieStars {
  readonly count: number
  /** NaN if it is not known: the star then counts with the typical colour of its magnitude. */
  readonly color?: Float64Array
  /** Probability that a star is single and constant; 0 leaves it out, NaN says nothing. */
  readonly inlierPrior?: Float64Array
}

/** Standard magnitudes, one row per star and catalogue. */
export interface TieReferences {
  readonly star: Uint32Array
  readonly catalog: Uint8Array
  readonly refMag: Float64Array
  readonly refMagErr: Float64Array
  /** Expected scatter of sound stars beyond the errors [mag], up to one factor per catalogue that is fitted. */
  readonly refScatter?: Float64Array
}

/** Every CCD of every exposure, with the place of its centre on its exposure's focal plane [deg]. */
export interface TieCcds {
  readonly exposure: Uint16Array
  readonly ccd: Uint16Array
  readonly xDeg: Float64Array
  readonly yDeg: Float64Array
  /** Last column of the first of its two amplifiers [pixel]; NaN of a CCD that has not two. Default: none has. */
  readonly amplifierColumn?: Float64Array
}

export interface TieInput {
  readonly observations: TieObservations
  readonly stars: TieStars
  readonly references: TieReferences
  readonly ccds: TieCcds
}

/** A zeropoint that is kept as it is. */
export interface HeldZeropoint {
  readonly exposure: number
  readonly ccd: number
  readonly zeropoint: number
}

export interface TieOptions {
  /** One sigma of each catalogue's level [mag], by its number, or the same for all. Default 0.01. */
  readonly systematicErrMag?: number | readonly number[]
  /** Scatter from CCD to CCD that is expected [mag]; the network's own is learnt. Default 0.005. */
  readonly expectedCcdScatterMag?: number
  /** Prior standard deviation of an exposure's gradient along each axis [mag per degree]. Default 0.03. */
  readonly expectedGradientMagPerDeg?: number
  /** Prior standard deviation of an exposure's colour term [mag per mag]. Default 0.005. */
  readonly expectedColourTerm?: number
  /** Pattern inside CCDs that is expected [mag]; the network's own amplitude is learnt. Default 0.004. */
  readonly expectedPatternMag?: number
  /** Scatter of reference stars if `refScatter` is absent [mag]. Default 0.012. */
  readonly expectedScatterMag?: number
  /** An observation counts from this signal-to-noise on, predicted from the star's joint magnitude. Default 30. */
  readonly minSignalToNoise?: number
  /** Zeropoints that are kept (templates that are published). */
  readonly held?: readonly HeldZeropoint[]
  /** Exposures whose pairs with the others are wanted; by default all. */
  readonly search?: readonly number[]
  /** Whether maps of what is inside CCDs are wanted, of five dithered exposures or more. Default false. */
  readonly starFlat?: boolean
  /** Whether the covariance of all zeropoints is wanted. Default false. */
  readonly covariance?: boolean
}

/** The options with their defaults filled in. */
export interface TieSettings {
  readonly systematicErrMag: (catalog: number) => number
  readonly ccdScatterMag: number
  readonly gradientMagPerDeg: number
  readonly colourTerm: number
  readonly patternMag: number
  readonly expectedScatterMag: number
  readonly minSignalToNoise: number
}

/** @throws RangeError for arrays of different lengths, numbers out of range, or a CCD that `ccds` does not have */
export function checkTieInput({ observations, stars, references, ccds }: TieInput, options: TieOptions): void {
  sameLengths('observations', observations.star.length, observations)
  sameLengths('references', references.star.length, references)
  sameLengths('ccds', ccds.exposure.length, ccds)
  for (const name of ['color', 'inlierPrior'] as const) {
    const length = stars[name]?.length ?? stars.count
    if (length !== stars.count)
      throw new RangeError(`stars.${name} has ${length} values, there are ${stars.count} stars`)
  }
  for (const [name, { star }] of [
    ['observations', observations],
    ['references', references],
  ] as const)
    for (let i = 0; i < star.length; i++)
      if (star[i]! >= stars.count)
        throw new RangeError(`${name}.star[${i}] is ${star[i]}, there are ${stars.count} stars`)
  if ((observations.x === undefined) !== (observations.y === undefined))
    throw new RangeError('observations.x and observations.y go together')
  const known = new Set<number>()
  for (let i = 0; i < ccds.exposure.length; i++) {
    const name = `CCD ${ccds.ccd[i]} of exposure ${ccds.exposure[i]}`
    if (known.has(chipKey(ccds.exposure[i]!, ccds.ccd[i]!))) throw new RangeError(`${name} is given twice in ccds`)
    if (!Number.isFinite(ccds.xDeg[i]! + ccds.yDeg[i]!)) throw new RangeError(`${name} has no place on the focal plane`)
    known.add(chipKey(ccds.exposure[i]!, ccds.ccd[i]!))
  }
  for (let i = 0; i < observations.star.length; i++)
    if (!known.has(chipKey(observations.exposure[i]!, observations.ccd[i]!)))
      throw new RangeError(
        `observations[${i}] is of CCD ${observations.ccd[i]} of exposure ${observations.exposure[i]}, ` +
          'which is not in ccds',
      )
  const { systematicErrMag, held = [], search = [] } = options
  if (typeof systematicErrMag === 'object')
    for (const catalog of references.catalog)
      if (systematicErrMag[catalog] === undefined)
        throw new RangeError(`systematicErrMag has ${systematicErrMag.length} values, there is a catalogue ${catalog}`)
  for (const { exposure, ccd, zeropoint } of held)
    if (!known.has(chipKey(exposure, ccd)) || !Number.isFinite(zeropoint))
      throw new RangeError(`held: CCD ${ccd} of exposure ${exposure} with zeropoint ${zeropoint} cannot be held`)
  const exposures = new Set(ccds.exposure)
  for (const exposure of search)
    if (!exposures.has(exposure)) throw new RangeError(`search: there is no exposure ${exposure}`)
}

/** One number for a CCD of an exposure. */
export const chipKey = (exposure: number, ccd: number): number => exposure * 65536 + ccd

function sameLengths(table: string, length: number, columns: object): void {
  for (const [name, column] of Object.entries(columns) as [string, ArrayLike<number> | undefined][])
    if (column !== undefined && column.length !== length)
      throw new RangeError(`${table}.${name} has ${column.length} values, ${table} has ${length} rows`)
}

/** @throws RangeError for an option that is not positive */
export function tieSettings(options: TieOptions): TieSettings {
  const { systematicErrMag = 0.01 } = options
  const settings = {
    ccdScatterMag: options.expectedCcdScatterMag ?? EXPECTED_CCD_SCATTER_MAG,
    gradientMagPerDeg: options.expectedGradientMagPerDeg ?? EXPECTED_GRADIENT_MAG_PER_DEG,
    colourTerm: options.expectedColourTerm ?? 0.005,
    patternMag: options.expectedPatternMag ?? 0.004,
    expectedScatterMag: options.expectedScatterMag ?? 0.012,
    minSignalToNoise: options.minSignalToNoise ?? 30,
  }
  for (const [name, value] of Object.entries(settings))
    if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be positive, it is ${value}`)
  const given = typeof systematicErrMag === 'number' ? [systematicErrMag] : systematicErrMag
  const levels = numbersOf(given, (value) => value)
  if (!levels.every((value) => value > 0 && value < Infinity)) throw new RangeError('systematicErrMag must be positive')
  return {
    ...settings,
    systematicErrMag: (catalog) =>
      typeof systematicErrMag === 'number' ? systematicErrMag : (levels[catalog] ?? 0.01),
  }
}
