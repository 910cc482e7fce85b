import { ecsvText, type EcsvColumn } from '../formats/ecsv-write.js'
import type { CalibratedDetection, TargetResult, TargetStatus } from '../photometry/targets/target-result.js'
import type { Target } from '../photometry/targets/target.js'
import type { ResultDocument } from '../products/result-document.js'
import { decide, type DecisionWord } from './decision.js'

/** A row of the tables of targets: a target on an image, or one of several detections there. */
export interface TargetRow {
  readonly image: string
  readonly band: string | null
  readonly target: Target
  readonly status: TargetStatus | 'failed'
  /** Whether the calibration of the CCD can be used; null if there is none. */
  readonly verdict: DecisionWord | null
  readonly note: string
  readonly seeingArcsec: number | null
  /** Absent of an image that failed. */
  readonly result?: TargetResult
  readonly detection?: CalibratedDetection
}

/** The rows of an exposure's result, from its document. */
export function targetRows(document: ResultDocument): TargetRow[] {
  return (document.targets ?? []).flatMap((result): TargetRow[] => {
    const ccd = document.ccds.find((one) => one.ccd === result.ccd)
    const alone = ccd === undefined ? undefined : { ...document, ccds: [ccd], failed: [], missing: [] }
    const row = {
      image: imageOf(document, result.ccd),
      band: document.exposure.band,
      target: { name: result.name, raDeg: result.raDeg, decDeg: result.decDeg },
      status: result.status,
      verdict: alone === undefined ? null : decide(alone).word,
      note: result.sentence,
      seeingArcsec: ccd?.diagnostics.fwhmArcsec ?? null,
      result,
    }
    return result.detections.length === 0 ? [row] : result.detections.map((detection) => ({ ...row, detection }))
  })
}

/** How the products of a CCD begin, or are marked in their middle. */
function imageOf({ exposure: { expnum, reqnum, attnum, stems } }: ResultDocument, ccd: number): string {
  if (expnum === null) return stems?.[String(ccd)] ?? String(ccd)
  return `D${String(expnum).padStart(8, '0')}_${String(ccd).padStart(2, '0')}_r${reqnum}p${attnum}`
}

/** The row of an image that could not be calibrated. */
export const failedRow = (target: Target, image: string, reason: string): TargetRow => ({
  image,
  band: null,
  target,
  status: 'failed',
  verdict: null,
  note: reason,
  seeingArcsec: null,
})

/** By time, those of an unknown time last; those of one time by image, as they were found. */
export function inTimeOrder(rows: readonly TargetRow[]): TargetRow[] {
  const timeOf = ({ result }: TargetRow) => result?.mjd ?? Infinity
  return [...rows].sort((a, b) => {
    const [first, second] = [timeOf(a), timeOf(b)]
    if (first !== second) return first - second
    return a.image < b.image ? -1 : Number(a.image > b.image)
  })
}

/** Micromagnitudes are enough for a magnitude. */
const mag = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.round(value * 1e6) / 1e6

/** Whether a magnitude is one: a detection that is too faint is a limit. */
const hasMagnitude = ({ status }: TargetRow): boolean =>
  status === 'detected' || status === 'flagged' || status === 'several'

/**
 * Rows as ECSV: units and descriptions in the head, which astropy's `Table.read` and `QTable.read` know. `mag` of what
 * is detected, else `limit_3sigma`; the three errors apart, as they add differently over many images.
 */
export function targetTable(rows: readonly TargetRow[], version: string): string {
  const number = (
    name: string,
    unit: string,
    doc: string,
    value: (row: TargetRow) => number | null | undefined,
  ): EcsvColumn => ({
    name,
    type: 'float64',
    doc,
    ...(unit === '' ? {} : { unit }),
    values: rows.map((row) => value(row) ?? null),
  })
  const whole = (name: string, doc: string, value: (row: TargetRow) => number | null | undefined): EcsvColumn => ({
    name,
    type: 'int64',
    doc,
    values: rows.map((row) => value(row) ?? null),
  })
  const text = (name: string, doc: string, value: (row: TargetRow) => string | null | undefined): EcsvColumn => ({
    name,
    type: 'string',
    doc,
    values: rows.map((row) => value(row) ?? null),
  })
  const columns = [
    text('name', 'the target', ({ target }) => target.name),
    number('ra', 'deg', 'right ascension asked for, ICRS', ({ target }) => target.raDeg),
    number('dec', 'deg', 'declination asked for, ICRS', ({ target }) => target.decDeg),
    text('image', 'how its products are named', ({ image }) => image),
    whole('ccd', 'CCD number', ({ result }) => result?.ccd),
    text('band', 'band of the image', ({ band }) => band),
    number('mjd', 'd', 'UTC of the middle of the exposure; see time_of', ({ result }) => result?.mjd),
    text('time_of', 'middle; beginning if the exposure time is unknown', ({ result }) => result?.mjdOf),
    number('exptime', 's', 'exposure time', ({ result }) => result?.exposureTimeSec),
    text('status', 'detected, flagged, several, limit, no-limit, outside, failed', ({ status }) => status),
    number('mag', 'mag', 'magnitude of the detection; not of one below 3 sigma', (row) =>
      hasMagnitude(row) ? mag(row.detection?.mag) : null,
    ),
    number('mag_err', 'mag', 'statistical error, from the flux alone', (row) =>
      hasMagnitude(row) ? mag(row.detection?.magErr) : null,
    ),
    number('zeropoint_err', 'mag', 'error of the zeropoint, shared by the image', ({ result }) =>
      mag(result?.zeropointErr),
    ),
    number('systematic_err', 'mag', "error of the system's level, shared by all images", ({ result }) =>
      mag(result?.systematicErr),
    ),
    number('limit_3sigma', 'mag', 'magnitude of 3 times the noise, if nothing is detected', ({ result }) =>
      mag(result?.limit3Sigma),
    ),
    number('flux', '', "as measured, in the image's unit", ({ detection }) => detection?.flux),
    number('flux_err', '', 'its error; without a detection the noise', ({ detection, result }) =>
      detection === undefined ? result?.noise?.sigma : detection.fluxErr,
    ),
    text('flux_kind', 'which flux, as --magsType names it', ({ result }) => result?.flux),
    number('zeropoint', 'mag', 'mag = zeropoint - 2.5 log10(flux)', ({ result, detection }) =>
      mag(detection?.zeropoint ?? result?.zeropoint),
    ),
    text(
      'system',
      "des-ab: the camera's band; catalog: the reference catalogue's own; others by name",
      ({ result }) => result?.system,
    ),
    text('magnitudes', 'AB or Vega', ({ result }) => result?.magnitudes),
    number('stars_bp_rp', 'mag', 'middle BP-RP of the stars of the zeropoint', ({ result }) =>
      mag(result?.colour?.median),
    ),
    number('separation', 'arcsec', 'of the detection from the target', ({ detection }) =>
      mag(detection?.separationArcsec),
    ),
    whole('number', 'NUMBER of the detection', ({ detection }) => detection?.number),
    whole('flags', 'FLAGS of the detection', ({ detection }) => detection?.flags),
    whole('image_flags', 'IMAFLAGS_ISO of the detection', ({ detection }) => detection?.imageFlags),
    number('seeing', 'arcsec', 'median FWHM of the matched stars', ({ seeingArcsec }) => mag(seeingArcsec)),
    text('verdict', 'GO, LOOK, STOP: of the calibration of this CCD', ({ verdict }) => verdict),
    text('note', 'in plain words', ({ note }) => note),
  ]
  return ecsvText(columns, { creator: `bliss-calib ${version}`, missing: 'a blank is a value that is not there' })
}
