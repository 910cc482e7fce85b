import { csvFormatRows } from 'd3-dsv'
import type { ExitCode } from '../errors.js'
import { tableOf, type Column, type Table } from '../table/columns.js'
import { exitCodeOfRecord, type CcdRecord, type ExposureRecord } from './record.js'

/** A record with the directory of its products, as the summary's reader finds it. */
export interface SummarizedExposure {
  readonly record: ExposureRecord
  /** Relative to the summary's own directory. */
  readonly directory: string
}

const text = (name: string, values: string[], doc?: string): Column => ({
  name,
  type: 'string',
  values,
  ...(doc === undefined ? {} : { doc }),
})
const whole = (name: string, values: readonly number[], doc?: string): Column => ({
  name,
  type: 'i32',
  values: Int32Array.from(values),
  ...(doc === undefined ? {} : { doc }),
})
const real = (name: string, values: readonly (number | null | undefined)[], unit?: string, doc?: string): Column => ({
  name,
  type: 'f64',
  values: Float64Array.from(values, (value) => value ?? NaN),
  ...(unit === undefined ? {} : { unit }),
  ...(doc === undefined ? {} : { doc }),
})

/**
 * One row per CCD that was asked for, whatever became of it; what is missing is NaN, empty text, or 0 in a count.
 *
 * @param ofFiles with the column `stem`, by which CCDs of files are told apart
 */
export function ccdTable(exposures: readonly SummarizedExposure[], ofFiles = false): Table {
  const rows = exposures.flatMap(({ record, directory }) => record.ccds.map((ccd) => ({ record, directory, ccd })))
  const of = <T>(value: (ccd: CcdRecord) => T) => rows.map(({ ccd }) => value(ccd))
  const ofExposure = <T>(value: (record: ExposureRecord) => T) => rows.map(({ record }) => value(record))
  return tableOf([
    whole(
      'expnum',
      ofExposure(({ expnum }) => expnum),
    ),
    text(
      'reqnum',
      ofExposure(({ reqnum }) => reqnum),
    ),
    text(
      'attnum',
      ofExposure(({ attnum }) => attnum),
    ),
    whole(
      'ccd',
      of(({ ccd }) => ccd),
    ),
    text(
      'band',
      of(({ band }) => band),
    ),
    real(
      'epoch_yr',
      of(({ result }) => result?.epochYr),
      'yr',
    ),
    real(
      'ra',
      of(({ raDeg }) => raDeg),
      'deg',
      'centre of the CCD',
    ),
    real(
      'dec',
      of(({ decDeg }) => decDeg),
      'deg',
    ),
    text(
      'outcome',
      of(({ outcome }) => outcome),
      'fitted, borrowed, none; failed: no files; absent: no SExtractor catalogue',
    ),
    text(
      'verdict',
      of(({ verdict }) => verdict),
    ),
    text(
      'concerns',
      of(({ result }) => (result?.concerns ?? []).join(' ')),
    ),
    real(
      'zeropoint',
      of(({ result }) => result?.zeropoint),
      'mag',
      'm = -2.5 log10(flux) + zeropoint',
    ),
    real(
      'zeropoint_err',
      of(({ result }) => result?.zeropointErr),
      'mag',
    ),
    real(
      'systematic_err',
      of(({ result }) => result?.systematicErr),
      'mag',
    ),
    real(
      'own_fraction',
      of(({ result }) => result?.ownFraction),
    ),
    real(
      'scatter',
      of(({ result }) => result?.scatter),
      'mag',
    ),
    whole(
      'flag',
      of(({ result }) => result?.flag ?? NO_ZEROPOINT),
    ),
    text(
      'system',
      of(({ result }) => result?.system ?? ''),
    ),
    text(
      'catalog',
      of(({ result }) => result?.catalog ?? ''),
    ),
    text(
      'relation',
      of(({ result }) => result?.relation ?? ''),
    ),
    whole(
      'detections',
      of(({ result }) => result?.cuts.detections ?? 0),
    ),
    whole(
      'selected',
      of(({ result }) => result?.cuts.selected ?? 0),
    ),
    whole(
      'matched',
      of(({ result }) => result?.cuts.matched ?? 0),
    ),
    whole(
      'used',
      of(({ result }) => result?.cuts.used ?? 0),
    ),
    real(
      'sigma_clip_zeropoint',
      of(({ result }) => result?.sigmaClip.zeropoint),
      'mag',
      "the original's statistic on the catalogue's own magnitude",
    ),
    real(
      'sigma_clip_zeropoint_err',
      of(({ result }) => result?.sigmaClip.zeropointErr),
      'mag',
    ),
    whole(
      'sigma_clip_n_all',
      of(({ result }) => result?.sigmaClip.nAll ?? 0),
    ),
    whole(
      'sigma_clip_n_clipped',
      of(({ result }) => result?.sigmaClip.nClipped ?? 0),
    ),
    real(
      'exposure_zeropoint',
      ofExposure(({ solution }) => solution?.zeropoint),
      'mag',
    ),
    real(
      'exposure_zeropoint_err',
      ofExposure(({ solution }) => solution?.zeropointErr),
      'mag',
    ),
    text(
      'directory',
      rows.map(({ directory }) => directory),
      'of the products, from the directory of this file',
    ),
    ...(ofFiles
      ? [
          text(
            'stem',
            of(({ stem }) => stem ?? ''),
            'of files: how the names of the products begin',
          ),
        ]
      : []),
  ])
}

const NO_ZEROPOINT = -2000

/** One row per exposure. */
export function exposureTable(exposures: readonly SummarizedExposure[], acceptBorrowed: boolean): Table {
  const of = <T>(value: (record: ExposureRecord) => T) => exposures.map(({ record }) => value(record))
  const count = (outcome: CcdRecord['outcome']) =>
    of(({ ccds }) => ccds.filter((ccd) => ccd.outcome === outcome).length)
  return tableOf([
    whole(
      'expnum',
      of(({ expnum }) => expnum),
    ),
    text(
      'reqnum',
      of(({ reqnum }) => reqnum),
    ),
    text(
      'attnum',
      of(({ attnum }) => attnum),
    ),
    text(
      'band',
      of(({ ccds }) => ccds[0]?.band ?? ''),
    ),
    real(
      'epoch_yr',
      of(({ ccds }) => ccds.find(({ result }) => result !== null)?.result?.epochYr),
      'yr',
    ),
    real(
      'ra',
      of(({ raDeg }) => raDeg),
      'deg',
      "mean direction of the list's CCDs",
    ),
    real(
      'dec',
      of(({ decDeg }) => decDeg),
      'deg',
    ),
    whole(
      'exit_code',
      of((record): ExitCode => exitCodeOfRecord(record, acceptBorrowed)),
    ),
    text(
      'outcome',
      of(({ solution }) => solution?.outcome ?? ''),
      'solved, too-few, none; empty without a solution of the exposure',
    ),
    text(
      'suspect',
      of(({ solution }) => (solution?.suspect === true ? 'yes' : 'no')),
    ),
    text(
      'reason',
      of(({ solution }) => solution?.reason ?? ''),
    ),
    real(
      'zeropoint',
      of(({ solution }) => solution?.zeropoint),
      'mag',
      'm = -2.5 log10(flux) + zeropoint',
    ),
    real(
      'zeropoint_err',
      of(({ solution }) => solution?.zeropointErr),
      'mag',
    ),
    real(
      'gradient_xi',
      of(({ solution }) => solution?.gradient?.xiMagPerDeg),
      'mag/deg',
      'east',
    ),
    real(
      'gradient_eta',
      of(({ solution }) => solution?.gradient?.etaMagPerDeg),
      'mag/deg',
      'north',
    ),
    real(
      'ccd_scatter',
      of(({ solution }) => solution?.ccdScatter),
      'mag',
    ),
    whole(
      'ccds',
      of(({ ccds }) => ccds.length),
    ),
    whole('fitted', count('fitted')),
    whole('borrowed', count('borrowed')),
    whole('none', count('none')),
    whole('failed', count('failed')),
    whole('absent', count('absent')),
    whole(
      'outliers',
      of(({ solution }) => solution?.nOutliers ?? 0),
    ),
    text(
      'list',
      of(({ list }) => list),
    ),
    text(
      'directory',
      exposures.map(({ directory }) => directory),
      'of the products, from the directory of this file',
    ),
  ])
}

/** A list that could not even be read, so that it is no exposure of the summary. */
export interface ListFailure {
  readonly list: string
  readonly exitCode: ExitCode
  readonly sentence: string
}

export const FAILURES_HEADER = 'list,directory,expnum,ccd,exit_code,reason\n'

/** What could not be done, a line each: failures of CCDs and of exposures. */
export function failureLines(exposures: readonly SummarizedExposure[]): string {
  return csvLines(
    exposures.flatMap(({ record: { list, expnum, failures }, directory }) =>
      failures.map(({ ccd, exitCode, sentence }) => [list, directory, expnum, ccd ?? '', exitCode, sentence]),
    ),
  )
}

export function listFailureLines(failures: readonly ListFailure[]): string {
  return csvLines(failures.map(({ list, exitCode, sentence }) => [list, '', '', '', exitCode, sentence]))
}

const csvLines = (rows: readonly (readonly (string | number)[])[]) =>
  rows.length === 0 ? '' : `${csvFormatRows(rows.map((row) => row.map(String)))}\n`
