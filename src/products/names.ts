import type { ListName } from '../exposure/catalogue-list.js'

/** Names of the products; every part is the list name's own text, so padding is kept. */
interface ProductNames {
  readonly zero: string
  readonly zpCsv: string
  readonly zpFits: string
  readonly json: string
  readonly matches: string
}

const exposureTag = (list: ListName) => `r${list.reqnum}p${list.attnum}`

/** `D00668439_01_r4p5_ZP.csv` and its company; at least two digits of CCD. */
export function ccdProductNames(list: ListName, ccd: number): ProductNames {
  const stem = `D${list.expnumText}_${String(ccd).padStart(2, '0')}_${exposureTag(list)}`
  return {
    zero: `Zero_${stem}.csv`,
    zpCsv: `${stem}_ZP.csv`,
    zpFits: `${stem}_ZP.fits`,
    json: `zeropoint_${stem}.json`,
    matches: `matches_${stem}.parquet`,
  }
}

/** Names of the exposure's own products: no CCD in them. */
export function exposureProductNames(list: ListName): {
  readonly allZp: string
  readonly zpCsv: string
  readonly zpFits: string
  readonly json: string
} {
  const stem = `D${list.expnumText}_${exposureTag(list)}`
  return {
    allZp: `allZP_${stem}.csv`,
    zpCsv: `${stem}_ZP.csv`,
    zpFits: `${stem}_ZP.fits`,
    json: `zeropoint_${stem}.json`,
  }
}
