import type { ListName } from '../exposure/catalogue-list.js'
import { baseName } from './file-name.js'
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

/**
 * Names of all products that a run of CCDs writes, but for pages, figures and tables: of each CCD, and the exposure's
 * own if they are solved together.
 *
 * @param cal form of the catalogues of all fluxes, if they are written
 */
export function runProductNames(
  name: ExposureName,
  ccds: readonly number[],
  { together, cal }: { readonly together: boolean; readonly cal?: string | undefined },
): { readonly zeropoints: readonly string[]; readonly fluxes: readonly string[] } {
  const allZp = isFilesName(name) ? [] : [allZpName(name)]
  const own = together ? (Object.values(exposureProductNames(name)) as string[]) : allZp
  return {
    zeropoints: [...ccds.flatMap((ccd) => Object.values(ccdProductNames(name, ccd)) as string[]), ...own],
    fluxes: cal === undefined ? [] : ccds.map((ccd) => fluxCatalogueName(name, ccd, cal)),
  }
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

/** `report_D00668439_r4p5`, or with the CCD of a run of one; of files `{stem}_report`. */
function besideProducts(what: string, name: ExposureName, ccd?: number): string {
  if (isFilesName(name)) return `${ccd === undefined ? ownStem(name.exposure) : stemOf(name.stems, ccd)}_${what}`
  const ofCcd = ccd === undefined ? '' : `_${twoDigits(ccd)}`
  return `${what}_D${name.expnumText}${ofCcd}_r${name.reqnum}p${name.attnum}`
}

/** `report_D00668439_r4p5.html`; of files `{stem}_report.html`. */
export const reportName = (name: ExposureName, ccd?: number): string => `${besideProducts('report', name, ccd)}.html`

/** `targets_D00668439_r4p5.ecsv`; of files `{stem}_targets.ecsv`. */
export const targetsName = (name: ExposureName, ccd?: number): string => `${besideProducts('targets', name, ccd)}.ecsv`

/** `methods_D00668439_r4p5.txt` and `.bib`; of files `{stem}_methods.txt` and `.bib`. */
export const methodsNames = (name: ExposureName, ccd?: number): { readonly text: string; readonly bibtex: string } => ({
  text: `${besideProducts('methods', name, ccd)}.txt`,
  bibtex: `${besideProducts('methods', name, ccd)}.bib`,
})

/** `{target}_lightcurve.ecsv`. */
export const lightCurveName = (target: string): string => `${target}_lightcurve.ecsv`

/** How the names of the original's figures of an exposure begin: the list's name, as the original has it. */
export const figureStem = (name: ExposureName): string => (isFilesName(name) ? ownStem(name.exposure) : name.fileName)

/** Endings of the original's six figures of an exposure. */
const EXPOSURE_FIGURES = ['ZP', 'deltaZP', 'NumClipstar', 'NewZP', 'NewdeltaZP', 'CCDsvsZPs']

/** Names that the figures of a run may have: of each CCD that of its catalogue, or with its number. */
export function figureNames(
  name: ExposureName,
  rows: readonly { readonly fileName: string; readonly ccd: number }[],
  together: boolean,
): string[] {
  const ofExposure = together ? EXPOSURE_FIGURES.map((ending) => `${figureStem(name)}_${ending}`) : []
  const stems = rows.map(({ fileName }) => baseName(fileName))
  const ofCcds = rows.flatMap(({ ccd }, k) => {
    const stem = stems[k]!
    return stems.indexOf(stem) === stems.lastIndexOf(stem) ? [stem] : [stem, `${stem}_${twoDigits(ccd)}`]
  })
  return [...ofExposure, ...ofCcds].flatMap((stem) => [`${stem}.png`, `${stem}.svg`])
}

const ownStem = (exposure: string): string => `${exposure}_exposure`
const catalogueNames = (stem: string) => ({ zpCsv: `${stem}_ZP.csv`, zpFits: `${stem}_ZP.fits` })
const twoDigits = (ccd: number): string => String(ccd).padStart(2, '0')

function stemOf(stems: Readonly<Record<number, string>>, ccd: number): string {
  const stem = stems[ccd]
  if (stem === undefined) throw new RangeError(`CCD ${ccd} is not of this exposure`)
  return stem
}
