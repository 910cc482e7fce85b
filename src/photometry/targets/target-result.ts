import { extractionFlagWords } from '../../exposure/extraction-flags.js'
import type { EpochSource } from '../../exposure/image-facts.js'
import { mjdOfJulianYear } from '../../exposure/epoch.js'
import { MAG_PER_RELATIVE_FLUX } from '../../math/units.js'
import type { ColourTerm } from '../../camera/colour-terms.js'
import { magnitudeScale } from '../magnitude-scale.js'
import type { CcdResult } from '../result.js'
import type { AtTarget, TargetDetection } from './at-target.js'
import type { FluxNoise } from './flux-noise.js'
import { colourOfStars, type StarsColour } from './stars-colour.js'

/**
 * `detected` and sound · `flagged`: a detection that FLAGS or the image's flags speak against · `several` detections
 * within the radius, none of them chosen · `limit`: nothing, or too little, is there · `no-limit`: nothing is there,
 * and nothing tells the noise, or the place is in a hole of the detections · `outside` the CCD.
 */
export const TARGET_STATUSES = ['detected', 'flagged', 'several', 'limit', 'no-limit', 'outside'] as const
export type TargetStatus = (typeof TARGET_STATUSES)[number]

/** A detection at a target, calibrated. */
export interface CalibratedDetection extends TargetDetection {
  /** Null if the flux is not positive, or there is no zeropoint. */
  readonly mag: number | null
  /** From the error of the flux alone. */
  readonly magErr: number | null
  /** Of the amplifier that it is on, if the CCD's two have one each. */
  readonly zeropoint?: number
}

/** One of two amplifiers of a CCD that have a zeropoint each. */
export interface TargetAmplifier {
  readonly name: 'A' | 'B'
  readonly zeropoint: number
}

/** On which amplifier a target and the detections round it are; undefined of one that lies on neither. */
export interface TargetAmplifiers {
  readonly ofTarget: TargetAmplifier | undefined
  /** By NUMBER. */
  readonly ofDetection: (number: number) => TargetAmplifier | undefined
}

/** What is at a target on one CCD, calibrated. A missing value is null. */
export interface TargetResult {
  readonly name: string
  readonly raDeg: number
  readonly decDeg: number
  readonly ccd: number
  readonly status: TargetStatus
  /** In plain words. */
  readonly sentence: string
  readonly radiusArcsec: number
  readonly edgeArcsec: number
  readonly centreArcsec: number
  readonly isOnInHours: boolean
  readonly detections: readonly CalibratedDetection[]
  readonly noise: FluxNoise | null
  /** Magnitude of three times the noise of the flux. */
  readonly limit3Sigma: number | null
  /** The flux that all of this is of: `mag_psf`. */
  readonly flux: string
  /** Of the amplifier that the target is on, if the CCD's two have one each. */
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly systematicErr: number | null
  readonly system: CcdResult['system']
  /** Zero of the magnitudes. */
  readonly magnitudes: 'AB' | 'Vega' | null
  /** A source of colour c adds k (c - c0); absent of a filter that is the system's own. */
  readonly colourTerm?: ColourTerm
  /** Of the stars that the zeropoint rests on. */
  readonly colour: StarsColour | null
  readonly mjd: number | null
  /** What `mjd` is of; of the beginning only if the exposure time is not known. */
  readonly mjdOf: 'middle' | 'beginning' | null
  readonly exposureTimeSec: number | null
}

/** What is said of a CCD whose products hold no more than this. */
export type CalibratedCcd = Pick<
  CcdResult,
  'ccd' | 'outcome' | 'zeropoint' | 'zeropointErr' | 'systematicErr' | 'system' | 'catalog' | 'epochYr' | 'epochFrom'
> & {
  readonly colourTerm?: ColourTerm
  readonly magnitudes?: CcdResult['magnitudes']
  readonly matches?: CcdResult['matches']
}

const LIMIT_SIGMAS = 3
/** Up to here SExtractor's photometry is good for a star; the calibration takes its stars by the same rule. */
const HIGHEST_SOUND_FLAGS = 3

/**
 * Calibrates what is at a target: magnitudes follow m = -2.5 log10(flux) + zeropoint.
 *
 * @param amplifiers where the CCD's two amplifiers have a zeropoint each
 */
export function targetResult(
  at: AtTarget,
  ccd: CalibratedCcd,
  flux: string,
  exposureSec: number | null,
  amplifiers?: TargetAmplifiers,
): TargetResult {
  const { zeropointErr, systematicErr, system } = ccd
  const zeropoint = amplifiers?.ofTarget?.zeropoint ?? ccd.zeropoint
  const magnitude = (value: number, own = zeropoint) =>
    own === null || !(value > 0) ? null : own - 2.5 * Math.log10(value)
  const detections = at.detections.map((one): CalibratedDetection => {
    const amplifier = amplifiers?.ofDetection(one.number)
    const mag = magnitude(one.flux, amplifier?.zeropoint)
    const hasError = mag !== null && one.fluxErr > 0 && one.fluxErr < Infinity
    return {
      ...{ ...one, mag, magErr: hasError ? (MAG_PER_RELATIVE_FLUX * one.fluxErr) / one.flux : null },
      ...(amplifier === undefined ? {} : { zeropoint: amplifier.zeropoint }),
    }
  })
  const status = statusOf(at)
  const sigma = at.noise?.sigma ?? (status === 'limit' ? at.detections[0]!.fluxErr : undefined)
  return {
    name: at.target.name,
    raDeg: at.target.raDeg,
    decDeg: at.target.decDeg,
    ccd: ccd.ccd,
    status,
    sentence: [sentenceOf(status, at, ccd), ...amplifierWords(status, at, amplifiers)].join('; '),
    radiusArcsec: at.radiusArcsec,
    edgeArcsec: at.edgeArcsec,
    centreArcsec: at.centreArcsec,
    isOnInHours: at.isOnInHours,
    detections,
    noise: at.noise,
    limit3Sigma: sigma === undefined ? null : magnitude(LIMIT_SIGMAS * sigma),
    flux,
    zeropoint,
    zeropointErr,
    systematicErr,
    system,
    magnitudes: magnitudeScale(ccd),
    ...(ccd.colourTerm === undefined ? {} : { colourTerm: plainTerm(ccd.colourTerm) }),
    colour: ccd.matches === undefined ? null : colourOfStars(ccd.matches),
    ...timeOf(ccd.epochYr, ccd.epochFrom, exposureSec),
    exposureTimeSec: exposureSec,
  }
}

const plainTerm = ({ k, kErr, color, c0 }: ColourTerm): ColourTerm => ({ k, kErr, color, c0 })

const isSound = ({ flags, imageFlags }: TargetDetection): boolean =>
  flags <= HIGHEST_SOUND_FLAGS && (imageFlags === null || imageFlags === 0)

function statusOf({ detections, noise, edgeArcsec }: AtTarget): TargetStatus {
  const [first, ...others] = detections
  if (others.length > 0) return 'several'
  if (first !== undefined) {
    if (!isSound(first)) return 'flagged'
    return first.flux < LIMIT_SIGMAS * first.fluxErr ? 'limit' : 'detected'
  }
  if (edgeArcsec < 0) return 'outside'
  return noise === null ? 'no-limit' : 'limit'
}

/** The middle of the exposure; MJD-OBS and DATE-OBS are its beginning (FITS 4.0, 9.5). A night is no time. */
function timeOf(
  epochYr: number,
  epochFrom: EpochSource,
  exposureSec: number | null,
): Pick<TargetResult, 'mjd' | 'mjdOf'> {
  if (epochFrom !== 'MJD-OBS' && epochFrom !== 'DATE-OBS') return { mjd: null, mjdOf: null }
  // A Julian year as a double is good to 10 microseconds; what is below 0.1 ms is its rounding.
  const mjd = Math.round((mjdOfJulianYear(epochYr) + (exposureSec ?? 0) / 2 / SECONDS_PER_DAY) * 1e9) / 1e9
  return { mjd, mjdOf: exposureSec === null ? 'beginning' : 'middle' }
}
const SECONDS_PER_DAY = 86_400

function sentenceOf(status: TargetStatus, at: AtTarget, { outcome, zeropoint }: CalibratedCcd): string {
  const calibrated = zeropoint === null ? ['the CCD has no zeropoint'] : outcome === 'borrowed' ? [BORROWED] : []
  return [...wordsOf(status, at), ...calibrated].join('; ')
}
const BORROWED = 'the zeropoint is borrowed from the exposure'

/** Whose zeropoint it is, if the CCD has more than one; nothing of a target outside it. */
function amplifierWords(status: TargetStatus, { detections }: AtTarget, amplifiers?: TargetAmplifiers): string[] {
  if (amplifiers === undefined || status === 'outside') return []
  const found = detections.map(({ number }) => amplifiers.ofDetection(number))
  const names = [...new Set((found.length > 0 ? found : [amplifiers.ofTarget]).map((one) => one?.name))]
  if (names.includes(undefined)) return ['zeropoint of both amplifiers together']
  return [`zeropoint of ${names.length > 1 ? 'amplifiers' : 'amplifier'} ${names.sort().join(' and ')}`]
}

function wordsOf(status: TargetStatus, at: AtTarget): readonly string[] {
  const { detections, radiusArcsec } = at
  switch (status) {
    case 'outside':
      return outsideWords(at)
    case 'several': {
      const each = detections.map((one) => `NUMBER ${one.number} at ${one.separationArcsec.toFixed(2)} arcsec`)
      return [`${detections.length} detections within ${radiusArcsec.toFixed(2)} arcsec: ${each.join(', ')}`]
    }
    case 'detected':
    case 'flagged':
      return [detectionWords(detections[0]!), ...noFluxWords(detections[0]!), ...edgeWords(at)]
    case 'limit':
    case 'no-limit':
      return [...nothingWords(at), ...edgeWords(at)]
  }
}

function detectionWords({ separationArcsec, flags, imageFlags }: TargetDetection): string {
  const image = imageFlags === null || imageFlags === 0 ? [] : [`lies on flagged pixels (IMAFLAGS_ISO ${imageFlags})`]
  const words = [...extractionFlagWords(flags), ...image]
  const flagged = words.length === 0 ? '' : `: the detection ${words.join(', ')} (FLAGS ${flags})`
  return `${separationArcsec.toFixed(2)} arcsec away${flagged}`
}

const noFluxWords = ({ flux }: TargetDetection): readonly string[] =>
  flux > 0 ? [] : ['its flux is not positive: no magnitude']

function nothingWords({ detections, noise, radiusArcsec }: AtTarget): readonly string[] {
  const [faint] = detections
  if (faint !== undefined) {
    const signal = (faint.flux / faint.fluxErr).toFixed(1)
    return [`${faint.separationArcsec.toFixed(2)} arcsec away, with a signal to noise of ${signal}, less than 3`]
  }
  const nothing = `nothing within ${radiusArcsec.toFixed(2)} arcsec`
  if (noise === null)
    return [
      `${nothing}, and too few faint detections without flags to tell the noise, or none for so far round that the ` +
        'place is masked, dead or under a bright star',
    ]
  const from = `noise from ${noise.detections} faint detections within ${noise.withinArcsec.toFixed(0)} arcsec`
  const missing =
    noise.faintestSn > LIMIT_SIGMAS
      ? [`the catalogue holds little below a signal to noise of ${noise.faintestSn.toFixed(1)}`]
      : []
  return [`${nothing}; ${from}`, ...missing]
}

/** Within twice the radius, about the seeing, a star's light ends beyond the edge. */
function edgeWords({ edgeArcsec, radiusArcsec }: AtTarget): readonly string[] {
  if (edgeArcsec > 2 * radiusArcsec) return []
  const where = `${Math.abs(edgeArcsec).toFixed(1)} arcsec ${edgeArcsec < 0 ? 'outside' : 'from'} the edge of the CCD`
  return [`${where}: a part of the light may be lost`]
}

function outsideWords({ edgeArcsec, centreArcsec, isOnInHours, target }: AtTarget): readonly string[] {
  const near = centreArcsec < 3600
  const far = near
    ? `${(-edgeArcsec).toFixed(1)} arcsec from its edge`
    : `${(centreArcsec / 3600).toFixed(2)} deg from its centre`
  const hours = `a right ascension of ${target.raDeg} hours would be on it: write ${target.raDeg}h if that is meant`
  return [`outside the CCD, ${far}`, ...(isOnInHours ? [hours] : [])]
}
