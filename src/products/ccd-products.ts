import type { ExposureName } from '../exposure/exposure-name.js'
import type { NamedBytes } from '../formats/bytes.js'
import { csvBytes } from '../formats/csv-write.js'
import { writeFitsTable } from '../formats/fits/index.js'
import { writeParquet } from '../formats/parquet/index.js'
import type { CcdResult } from '../photometry/result.js'
import type { Table } from '../table/columns.js'
import { FITS_FORM, type AppliedZeropoint } from './calibrated-catalogue.js'
import { describedCatalogue, type CatalogueFacts } from './catalogue-header.js'
import { matchTable, OPTIONAL_MATCH_COLUMNS } from './matches.js'
import { ccdProductNames } from './names.js'
import { resultJson, type ExposureFacts, type OwnResult, type Provenance, type TieFacts } from './result-json.js'
import { zeroCsv } from './zero.js'

/** EXPNUM and CCDNUM of the calibrated catalogue: whole numbers, -1 if the image has none. */
export interface CcdIdentity {
  readonly expnum: number
  readonly ccdnum: number
}

/** What the files that hold a CCD's result say beside it. */
export interface ResultContext {
  readonly name: ExposureName
  readonly exposure: ExposureFacts
  /** FILENAME of the list: the SExtractor catalogue. */
  readonly fileName: string
  readonly identity: CcdIdentity
  readonly magsType: string
  readonly provenance: Provenance
  /** What the CCD gave by itself, if its exposure was solved. */
  readonly own?: OwnResult
  /** What it has of a tie of several exposures. */
  readonly tie?: TieFacts
}

/** A borrowed zeropoint with a larger error than this is not applied to magnitudes unless asked for. */
const LARGEST_BORROWED_ERROR_MAG = 0.03

/** The zeropoint that goes into a CCD's magnitudes: none if there is none, or if it is borrowed and poor. */
export function appliedZeropoint(
  result: CcdResult,
  { expnum, ccdnum }: CcdIdentity,
  keepBorrowed: boolean,
): AppliedZeropoint {
  const poor =
    result.outcome === 'borrowed' && !keepBorrowed && (result.zeropointErr ?? Infinity) > LARGEST_BORROWED_ERROR_MAG
  return {
    expnum,
    ccd: ccdnum,
    zeropoint: poor ? null : result.zeropoint,
    zeropointErr: poor ? null : result.zeropointErr,
    flag: result.flag,
  }
}

/** What the header of a CCD's calibrated catalogue says. */
export function catalogueFacts(
  { band, system, magnitudes, colourTerm, catalog, epochYr, epochFrom }: CcdResult,
  { catalogHash, version }: Provenance,
): CatalogueFacts {
  const ofTerm = colourTerm === undefined ? {} : { colourTerm }
  return { band, system, magnitudes, ...ofTerm, catalog, catalogHash, version, epochYr, epochFrom }
}

/** A calibrated catalogue as the content of its two files. */
export interface CatalogueFiles {
  readonly csv: Uint8Array
  readonly fits: Uint8Array
}

export function catalogueFiles(calibrated: Table, facts: CatalogueFacts): CatalogueFiles {
  const { table, options } = describedCatalogue(calibrated, facts)
  return {
    csv: csvBytes(calibrated),
    fits: writeFitsTable(table, { ...FITS_FORM, ...options }),
  }
}

/** The product files of one CCD beside its calibrated catalogue, in memory. */
export async function resultFiles(result: CcdResult, context: ResultContext): Promise<NamedBytes[]> {
  const names = ccdProductNames(context.name, result.ccd)
  const { own, tie } = context
  const beside = { ...(own ? { own } : {}), ...(tie ? { tie } : {}) }
  const text = (name: string, content: string): NamedBytes => ({ name, bytes: new TextEncoder().encode(content) })
  return [
    text(names.zero, zeroCsv(result, context.fileName, context.magsType, context.tie)),
    text(names.json, resultJson(context.exposure, [{ ...result, ...beside }], context.provenance)),
    { name: names.matches, bytes: await writeParquet(matchTable(result.ccd, result.matches), OPTIONAL_MATCH_COLUMNS) },
  ]
}
