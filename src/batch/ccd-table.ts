import type { Table } from '../table/columns.js'
import type { CcdRecord, ExposureRecord } from './record.js'
import { RowColumns } from './row-columns.js'

/** A record with the directory of its products, as the summary's reader finds it. */
export interface SummarizedExposure {
  readonly record: ExposureRecord
  /** Relative to the summary's own directory. */
  readonly directory: string
}

interface CcdRow extends SummarizedExposure {
  readonly ccd: CcdRecord
}

/** Flag of a CCD that was not even calibrated: as without a zeropoint. */
const NO_ZEROPOINT = -2000

/**
 * One row per CCD that was asked for, whatever became of it; what is missing is NaN, empty text, or 0 in a count.
 *
 * @param ofFiles with the column `stem`, by which CCDs of files are told apart
 */
export function ccdTable(exposures: readonly SummarizedExposure[], ofFiles = false): Table {
  const rows = exposures.flatMap(({ record, directory }): CcdRow[] =>
    record.ccds.map((ccd) => ({ record, directory, ccd })),
  )
  const columns = new RowColumns(rows)
    .whole('expnum', ({ record }) => record.expnum)
    .text('reqnum', ({ record }) => record.reqnum)
    .text('attnum', ({ record }) => record.attnum)
    .whole('ccd', ({ ccd }) => ccd.ccd)
    .text('band', ({ ccd }) => ccd.band)
    .real('epoch_yr', ({ ccd }) => ccd.result?.epochYr, 'yr')
    .real('ra', ({ ccd }) => ccd.raDeg, 'deg', 'centre of the CCD')
    .real('dec', ({ ccd }) => ccd.decDeg, 'deg')
    .text(
      'outcome',
      ({ ccd }) => ccd.outcome,
      'fitted, borrowed, none; failed: no files; absent: no SExtractor catalogue',
    )
    .text('verdict', ({ ccd }) => ccd.verdict)
    .text('concerns', ({ ccd }) => (ccd.result?.concerns ?? []).join(' '))
    .real('zeropoint', ({ ccd }) => ccd.result?.zeropoint, 'mag', 'm = -2.5 log10(flux) + zeropoint')
    .real('zeropoint_err', ({ ccd }) => ccd.result?.zeropointErr, 'mag')
    .real('systematic_err', ({ ccd }) => ccd.result?.systematicErr, 'mag')
    .real('own_fraction', ({ ccd }) => ccd.result?.ownFraction)
    .real('scatter', ({ ccd }) => ccd.result?.scatter, 'mag')
    .whole('flag', ({ ccd }) => ccd.result?.flag ?? NO_ZEROPOINT)
    .text('system', ({ ccd }) => ccd.result?.system ?? '')
    .text('catalog', ({ ccd }) => ccd.result?.catalog ?? '')
    .text('relation', ({ ccd }) => ccd.result?.relation ?? '')
    .whole('detections', ({ ccd }) => ccd.result?.cuts.detections ?? 0)
    .whole('selected', ({ ccd }) => ccd.result?.cuts.selected ?? 0)
    .whole('matched', ({ ccd }) => ccd.result?.cuts.matched ?? 0)
    .whole('used', ({ ccd }) => ccd.result?.cuts.used ?? 0)
    .real(
      'sigma_clip_zeropoint',
      ({ ccd }) => ccd.result?.sigmaClip.zeropoint,
      'mag',
      "the original's statistic on the catalogue's own magnitude",
    )
    .real('sigma_clip_zeropoint_err', ({ ccd }) => ccd.result?.sigmaClip.zeropointErr, 'mag')
    .whole('sigma_clip_n_all', ({ ccd }) => ccd.result?.sigmaClip.nAll ?? 0)
    .whole('sigma_clip_n_clipped', ({ ccd }) => ccd.result?.sigmaClip.nClipped ?? 0)
    .real('exposure_zeropoint', ({ record }) => record.solution?.zeropoint, 'mag')
    .real('exposure_zeropoint_err', ({ record }) => record.solution?.zeropointErr, 'mag')
    .text('directory', ({ directory }) => directory, 'of the products, from the directory of this file')
  if (ofFiles) columns.text('stem', ({ ccd }) => ccd.stem ?? '', 'of files: how the names of the products begin')
  return columns.table()
}
