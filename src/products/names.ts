import type { ListName } from '../exposure/catalogue-list.js'
import { exposureLabel, isFilesName, type ExposureName } from '../exposure/exposure-name.js'

/** Names of the products of a CCD. */
export interface CcdProductNames {
  readonly zero: string
  readonly zpCsv: string
  readonly zpFits: string
  readonly json: string
  readonly matches: string
}

/** Names of an exposure's own products: no CCD in them. */
export interface ExposureProductNames {
  /** Of a list only: what the original's readers wait for. */
  readonly allZp?: string
  readonly zpCsv: string
  readonly zpFits: string
  readonly json: string
}

/**
 * Names of the products of a CCD. After a list `D00668439_01_r4p5_ZP.csv` and its company: every part is the list
 * name's own text, so padding is kept, and the CCD has two digits at least. Of a file that was given `{stem}_ZP.csv`.
 */
export function ccdProductNames(name: ExposureName, ccd: number): CcdProductNames {
  if (isFilesName(name)) {
    const stem = stemOf(name.stems, ccd)
    return {
      zero: `${stem}_Zero.csv`,
      ...catalogueNames(stem),
      json: `${stem}_zeropoint.json`,
      matches: `${stem}_matches.parquet`,
    }
  }
  const stem = `D${name.expnumText}_${twoDigits(ccd)}_r${name.reqnum}p${name.attnum}`
  return {
    zero: `Zero_${stem}.csv`,
    ...catalogueNames(stem),
    json: `zeropoint_${stem}.json`,
    matches: `matches_${stem}.parquet`,
  }
}

/** `{stem}_cal.fits`, after a list `D00668439_01_r4p5_cal.fits`: every flux of a CCD. */
export function fluxCatalogueName(name: ExposureName, ccd: number, form: string): string {
  return ccdProductNames(name, ccd).zpFits.replace(/_ZP\.fits$/, `_cal.${form}`)
}

/** Names of the exposure's own products. */
export function exposureProductNames(name: ListName): Required<ExposureProductNames>
export function exposureProductNames(name: ExposureName): ExposureProductNames
export function exposureProductNames(name: ExposureName): ExposureProductNames {
  if (isFilesName(name)) {
    const stem = ownStem(name.exposure)
    return { ...catalogueNames(stem), json: `${stem}_zeropoint.json` }
  }
  const stem = exposureLabel(name)
  return { allZp: allZpName(name), ...catalogueNames(stem), json: `zeropoint_${stem}.json` }
}

/** `allZP_D00668439_r4p5.csv`. */
export const allZpName = (name: ListName): string => `allZP_${exposureLabel(name)}.csv`

/** `report_D00668439_r4p5.html`, or with the CCD of a run of one; of files `{stem}_report.html`. */
export function reportName(name: ExposureName, ccd?: number): string {
  if (isFilesName(name)) return `${ccd === undefined ? ownStem(name.exposure) : stemOf(name.stems, ccd)}_report.html`
  const ofCcd = ccd === undefined ? '' : `_${twoDigits(ccd)}`
  return `report_D${name.expnumText}${ofCcd}_r${name.reqnum}p${name.attnum}.html`
}

/** `targets_D00668439_r4p5.ecsv`, or with the CCD of a run of one; of files `{stem}_targets.ecsv`. */
export function targetsName(name: ExposureName, ccd?: number): string {
  if (isFilesName(name)) return `${ccd === undefined ? ownStem(name.exposure) : stemOf(name.stems, ccd)}_targets.ecsv`
  const ofCcd = ccd === undefined ? '' : `_${twoDigits(ccd)}`
  return `targets_D${name.expnumText}${ofCcd}_r${name.reqnum}p${name.attnum}.ecsv`
}

/** `{target}_lightcurve.ecsv`. */
export const lightCurveName = (target: string): string => `${target}_lightcurve.ecsv`

/** How the names of the original's figures of an exposure begin: the list's name, as the original has it. */
export const figureStem = (name: ExposureName): string => (isFilesName(name) ? ownStem(name.exposure) : name.fileName)

const ownStem = (exposure: string): string => `${exposure}_exposure`
const catalogueNames = (stem: string) => ({ zpCsv: `${stem}_ZP.csv`, zpFits: `${stem}_ZP.fits` })
const twoDigits = (ccd: number): string => String(ccd).padStart(2, '0')

function stemOf(stems: Readonly<Record<number, string>>, ccd: number): string {
  const stem = stems[ccd]
  if (stem === undefined) throw new RangeError(`CCD ${ccd} is not of this exposure`)
  return stem
}
