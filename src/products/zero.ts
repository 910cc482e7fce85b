import type { ListName } from '../exposure/catalogue-list.js'
import type { CcdResult } from '../photometry/result.js'
import type { TieFacts } from './result-json.js'

/** The value that the original writes if there is none. */
export const NO_ZEROPOINT = -999

const HEADER = 'FILENAME,Nall,Nclipped,ZP,ZPrms,magType'
const APPENDED = 'system,catalog,relation,systematicErr,outcome'

const OF_TIE = 'tieErr,anchor,ZP_A,ZP_B'

/**
 * `Zero_*.csv`: the original's columns, ZP with the original's sign (minus the zeropoint); then what it never said, and
 * of a tie four columns more: zeropoints of amplifiers have the sign of ZP,
 * and are blank if the CCD has one.
 */
export function zeroCsv(result: CcdResult, fileName: string, magsType: string, tie?: TieFacts): string {
  const number = (value: number | null) => (value === null ? NO_ZEROPOINT : value).toFixed(6)
  const row = [
    fileName,
    result.cuts.matched,
    result.cuts.used,
    number(result.zeropoint === null ? null : -result.zeropoint),
    number(result.zeropointErr),
    magsType,
    result.system,
    result.catalog,
    result.relation,
    result.systematicErr === null ? '' : result.systematicErr.toFixed(6),
    result.outcome,
    ...(tie ? [tie.tieErr === null ? '' : tie.tieErr.toFixed(6), tie.anchor, ...ofAmplifiers(tie)] : []),
  ]
  return `${[HEADER, APPENDED, ...(tie ? [OF_TIE] : [])].join(',')}\n${row.join(',')}\n`
}

const ofAmplifiers = ({ amplifiers }: TieFacts): string[] =>
  amplifiers === undefined ? ['', ''] : [amplifiers.a, amplifiers.b].map((zeropoint) => (-zeropoint).toFixed(6))

/** What `allZP_*.csv` says: the zeropoint of the exposure, or of the one CCD that was run. */
export interface ExposureZeropoint {
  readonly matched: number
  readonly used: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly system: string
  readonly catalog: string
  readonly scope: 'ccd' | 'exposure'
}

/** `allZP_*.csv`: one row, the original's columns and sign, then system, catalogue and scope. */
export function allZpCsv(expnum: number, list: ListName, exposure: ExposureZeropoint): string {
  const number = (value: number | null) => (value === null ? NO_ZEROPOINT : value).toFixed(6)
  const row = [
    expnum,
    list.reqnum,
    Number(list.attnum),
    exposure.matched,
    exposure.used,
    number(exposure.zeropoint === null ? null : -exposure.zeropoint),
    number(exposure.zeropointErr),
    exposure.system,
    exposure.catalog,
    exposure.scope,
  ]
  const names = 'EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp,system,catalog,scope'
  return `${names}\n${row.join(',')}\n`
}
