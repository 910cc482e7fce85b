import { DataError, InputError } from '../errors.js'
import { detectionsOutline } from '../exposure/given/detections-outline.js'
import { FOOTPRINT_MARGIN_ARCSEC } from '../exposure/footprint.js'
import type { SourceColumns } from '../exposure/sources.js'
import { separationArcsec } from '../math/sphere.js'
import { atTargets } from '../photometry/targets/at-target.js'
import {
  targetResult,
  type TargetAmplifier,
  type TargetAmplifiers,
  type TargetResult,
} from '../photometry/targets/target-result.js'
import type { Target, TargetSearch } from '../photometry/targets/target.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'
import type { CcdDocument, ResultDocument } from './result-document.js'
import { NO_ZEROPOINT } from './zero.js'

/** Columns of a calibrated catalogue that tell what is at a target. */
export const TARGET_CATALOGUE_COLUMNS = [
  'NUMBER',
  'ALPHAWIN_J2000',
  'DELTAWIN_J2000',
  ...['FLUX_AUTO', 'FLUXERR_AUTO', 'FLUX_PSF', 'FLUXERR_PSF', 'FLAGS', 'IMAFLAGS_ISO', 'ZeroPoint'],
]

/** Column of the flux that was calibrated, in the calibrated catalogue. */
const FLUXES: Readonly<Record<string, string>> = { mag_psf: 'PSF', mag_auto: 'AUTO' }
/** ZeroPoint is written to a micromagnitude. */
const SAME_ZEROPOINT_MAG = 2e-6

/**
 * What is at targets on one CCD, from the products that its run has left: its result and its calibrated catalogue. The
 * CCD's outline is that of its detections, as the products do not hold the corners. If a tie has given its two
 * amplifiers a zeropoint each, every detection has the one in its row, and a place that of the detection nearest to it.
 *
 * @param document of one CCD
 * @throws DataError if the flux that was calibrated is not in the catalogue; InputError if the two are of different
 *   runs, or no detection has a position
 */
export function targetsInCatalogue(
  table: Table,
  file: string,
  document: ResultDocument,
  search: TargetSearch,
): TargetResult[] {
  const [ccd] = document.ccds as readonly [CcdDocument]
  const flux = String(document.provenance.options['magsType'])
  const sources = sourcesIn(table, file, flux)
  const applied = appliedOf(table, file, ccd)
  const { corners, centre } = detectionsOutline(sources, file)
  const { fwhmArcsec } = ccd.diagnostics
  const field = { sources, astrometry: ccd.astrometry, corners, centre, fwhmArcsec }
  const { epochYr, epochFrom } = document.exposure
  const epoch = epochYr === null || epochFrom === null ? NO_EPOCH : { epochYr, epochFrom }
  const exposureSec = document.targets?.[0]?.exposureTimeSec ?? ccd.diagnostics.expectation?.exposureTimeSec ?? null
  return atTargets(field, search).map((at) => {
    // The outline has a margin round the detections, in which there is no image.
    const edgeArcsec = at.edgeArcsec - FOOTPRINT_MARGIN_ARCSEC
    const noise = edgeArcsec < 0 ? null : at.noise
    const amplifiers = ccd.tie?.amplifiers && amplifiersAt(at.target, sources, applied, ccd.tie.amplifiers)
    return targetResult({ ...at, edgeArcsec, noise }, { ...ccd, ...epoch }, flux, exposureSec, amplifiers)
  })
}

const NO_EPOCH = { epochYr: NaN, epochFrom: 'catalog' } as const

function sourcesIn(table: Table, file: string, flux: string): SourceColumns {
  const kind = FLUXES[flux]
  const values = (name: string) => {
    const column = findColumn(table, name)
    const numbers = column === undefined ? undefined : asFloat64(column)
    if (numbers !== undefined) return numbers
    throw new InputError('damaged-catalogue', 'the file is no calibrated catalogue', { file, column: name })
  }
  if (kind === undefined) {
    throw new DataError('which-flux', 'the calibrated catalogue does not hold the flux that was calibrated', {
      file,
      found: flux,
      expected: 'mag_psf or mag_auto; of another flux ask when it is calibrated: bliss-calib FILE... --target',
    })
  }
  const imageFlags = values('IMAFLAGS_ISO')
  return {
    number: values('NUMBER'),
    raDeg: values('ALPHAWIN_J2000'),
    decDeg: values('DELTAWIN_J2000'),
    flux: values(`FLUX_${kind}`),
    fluxErr: values(`FLUXERR_${kind}`),
    flags: values('FLAGS'),
    // A blank column is NaN throughout.
    ...(imageFlags.every(Number.isNaN) ? {} : { imaflagsIso: imageFlags }),
  }
}

/**
 * The zeropoint of each row [mag].
 *
 * @throws InputError if the catalogue was calibrated with another zeropoint than the result tells
 */
function appliedOf(table: Table, file: string, { zeropoint, tie }: CcdDocument): Float64Array {
  const written = asFloat64(findColumn(table, 'ZeroPoint')!) ?? new Float64Array(0)
  const known = tie?.amplifiers === undefined ? [zeropoint] : [tie.amplifiers.a, tie.amplifiers.b, zeropoint]
  const isKnown = (value: number) => known.some((one) => one !== null && isSame(-value, one))
  const other = zeropoint === null ? -1 : written.findIndex((value) => value !== NO_ZEROPOINT && !isKnown(value))
  if (other < 0) return written.map((value) => -value)
  throw new InputError('different-runs', 'the calibrated catalogue and the result beside it are of different runs', {
    ...{ file, row: other + 1, column: 'ZeroPoint', found: written[other]! },
    expected: known.map((one) => (-one!).toFixed(6)).join(' or '),
  })
}

const isSame = (a: number, b: number): boolean => Math.abs(a - b) <= SAME_ZEROPOINT_MAG

/** The amplifiers that a target and the detections are on, by the zeropoints of the rows. */
function amplifiersAt(
  target: Target,
  { number, raDeg, decDeg }: SourceColumns,
  applied: Float64Array,
  { a, b }: { readonly a: number; readonly b: number },
): TargetAmplifiers {
  const all: readonly TargetAmplifier[] = [
    { name: 'A', zeropoint: a },
    { name: 'B', zeropoint: b },
  ]
  const ofRow = (row: number) => all.find(({ zeropoint }) => isSame(zeropoint, applied[row]!))
  let [nearest, least] = [-1, Infinity]
  for (let row = 0; row < number.length; row++) {
    const away = separationArcsec(target.raDeg, target.decDeg, raDeg[row]!, decDeg[row]!)
    if (away < least) [nearest, least] = [row, away]
  }
  return { ofTarget: ofRow(nearest), ofDetection: (own) => ofRow(number.indexOf(own)) }
}
