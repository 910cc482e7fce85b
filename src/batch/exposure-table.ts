import type { Table } from '../table/columns.js'
import type { SummarizedExposure } from './ccd-table.js'
import { exitCodeOfRecord, type CcdRecord } from './record.js'
import { RowColumns } from './row-columns.js'

/** One row per exposure. */
export function exposureTable(exposures: readonly SummarizedExposure[], acceptBorrowed: boolean): Table {
  const count =
    (outcome: CcdRecord['outcome']) =>
    ({ record }: SummarizedExposure) =>
      record.ccds.filter((ccd) => ccd.outcome === outcome).length
  return new RowColumns(exposures)
    .whole('expnum', ({ record }) => record.expnum)
    .text('reqnum', ({ record }) => record.reqnum)
    .text('attnum', ({ record }) => record.attnum)
    .text('band', ({ record }) => record.ccds[0]?.band ?? '')
    .real('epoch_yr', ({ record }) => record.ccds.find(({ result }) => result !== null)?.result?.epochYr, 'yr')
    .real('ra', ({ record }) => record.raDeg, 'deg', "mean direction of the list's CCDs")
    .real('dec', ({ record }) => record.decDeg, 'deg')
    .whole('exit_code', ({ record }) => exitCodeOfRecord(record, acceptBorrowed))
    .text(
      'outcome',
      ({ record }) => record.solution?.outcome ?? '',
      'solved, too-few, none; empty without a solution of the exposure',
    )
    .text('suspect', ({ record }) => (record.solution?.suspect === true ? 'yes' : 'no'))
    .text('reason', ({ record }) => record.solution?.reason ?? '')
    .real('zeropoint', ({ record }) => record.solution?.zeropoint, 'mag', 'm = -2.5 log10(flux) + zeropoint')
    .real('zeropoint_err', ({ record }) => record.solution?.zeropointErr, 'mag')
    .real('gradient_xi', ({ record }) => record.solution?.gradient?.xiMagPerDeg, 'mag/deg', 'east')
    .real('gradient_eta', ({ record }) => record.solution?.gradient?.etaMagPerDeg, 'mag/deg', 'north')
    .real('ccd_scatter', ({ record }) => record.solution?.ccdScatter, 'mag')
    .whole('ccds', ({ record }) => record.ccds.length)
    .whole('fitted', count('fitted'))
    .whole('borrowed', count('borrowed'))
    .whole('none', count('none'))
    .whole('failed', count('failed'))
    .whole('absent', count('absent'))
    .whole('outliers', ({ record }) => record.solution?.nOutliers ?? 0)
    .text('list', ({ record }) => record.list)
    .text('directory', ({ directory }) => directory, 'of the products, from the directory of this file')
    .table()
}
