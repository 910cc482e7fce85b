import { InputError } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import { ldacImageHeaders, readFitsHeaders } from '../../formats/fits/index.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { CatalogueListRow } from '../catalogue-list.js'
import { plainColumns } from '../detection-columns.js'
import { detectionsIn, withUnitOf, type FurtherColumns, type ReadDetections } from '../detections.js'
import { fluxColumnNames } from '../flux-columns.js'
import { columnsToRead, fluxChoice, type FluxChoice } from '../fullcat.js'
import { imageFacts } from '../image-facts.js'
import { headerLookup } from '../image-header.js'
import { sextractorCcd, type ReadSextractor, type ReadSextractorOptions, withStarFlat } from '../sextractor-ccd.js'
import type { GivenColumns, GivenDetections } from './given-detections.js'
import { withTold } from './told-facts.js'
import { renamed, sourceNames } from './renamed-columns.js'

/** Reads columns of a table that is no FITS; those that it lacks are left out. */
export type ReadOtherTable = (given: GivenDetections, wanted: readonly string[]) => Promise<Table>

/**
 * Reads the detections of one CCD from a file that was given, as `readSextractorCcd` does for a row of a list. NUMBER
 * counts the rows if the file does not number them, and FLAGS are 0 if it has none. The camera is the one that was
 * recognised when the row was made.
 *
 * @param source of FITS, unpacked
 * @param row that was made from the file's own headers
 * @throws as `readSextractorCcd`
 */
export async function readGivenCcd(
  source: ByteSource,
  row: CatalogueListRow & { readonly given: GivenDetections },
  {
    magsType = 'mag_psf',
    columns = [],
    everyFlux = false,
    starFlat,
  }: Omit<ReadSextractorOptions, 'unpack' | 'listFile' | 'camera'>,
  readOther: ReadOtherTable,
): Promise<ReadSextractor> {
  if (row.fault !== undefined) throw row.fault
  const flux = fluxChoice(magsType)
  const { given, fileName } = row
  const further = { columns, fluxes: everyFlux ? fluxColumnNames(given.fluxKinds) : [] }
  const names = {
    asked: (wanted: readonly string[]) => sourceNames(wanted, given.columns),
    standard: (table: Table) => completed(renamed(table, given.columns)),
  }
  const found =
    given.form === 'fits'
      ? await fitsDetections(source, given, fileName, flux, further, names)
      : await otherDetections(source.name, given, flux, further, names, readOther)
  const told = { ...found, header: withTold(found.header, given.told, source.name) }
  const read = withStarFlat(told, row, source, starFlat)
  const sourceName = (column: string) => given.columns[column] ?? column
  const ccd = sextractorCcd(read, flux, row, { file: fileName }, source.name, everyFlux, sourceName)
  return { ...ccd, loneFluxes: given.loneFluxes, notes: [...lacking(ccd.table, given.columns), ...ccd.notes] }
}

type Names = NonNullable<Parameters<typeof detectionsIn>[3]>

async function fitsDetections(
  source: ByteSource,
  given: GivenDetections,
  fileName: string,
  flux: FluxChoice,
  further: FurtherColumns,
  names: Names,
): Promise<ReadDetections> {
  const hdus = await readFitsHeaders(source)
  const inTable = await ldacImageHeaders(source, hdus)
  const of = (index: number) => {
    const hdu = hdus[index]
    if (hdu !== undefined) return hdu
    throw new InputError('fits-missing-hdu', 'the file was changed while it was read', {
      file: source.name,
      hdu: index,
    })
  }
  const headers = given.imageHeaders.map(
    (index) => inTable.find(({ hdu }) => hdu.index === index)?.header ?? of(index).header,
  )
  return detectionsIn(
    { source, hdus, tables: given.tables.map(of), headers, nite: '', fileName, cameraOf: () => given.camera },
    flux,
    further,
    names,
  )
}

/** A file without a header of the image. */
async function otherDetections(
  file: string,
  given: GivenDetections,
  flux: FluxChoice,
  further: FurtherColumns,
  names: Names,
  readOther: ReadOtherTable,
): Promise<ReadDetections> {
  const wanted = [...new Set([...columnsToRead(flux), ...further.columns, ...further.fluxes])]
  const table = names.standard(await readOther(given, names.asked(wanted)))
  const plain = plainColumns(table, [...flux.fluxNames, ...flux.fluxErrNames], { file }, further.fluxes)
  const lookup = headerLookup([])
  const { camera } = given
  const header = withUnitOf(plain.table, flux, imageFacts(lookup, '', file, camera.description))
  return { ...plain, header, camera }
}

/** A table with NUMBER and FLAGS. */
function completed(table: Table): Table {
  const has = (name: string) => table.columns.some((column) => column.name === name)
  const rows = table.rowCount
  const further: Column[] = [
    ...(has('NUMBER')
      ? []
      : [{ name: 'NUMBER', type: 'i32' as const, values: Int32Array.from({ length: rows }, (_, k) => k + 1) }]),
    ...(has('FLAGS') ? [] : [{ name: 'FLAGS', type: 'i32' as const, values: new Int32Array(rows), doc: NO_FLAGS }]),
  ]
  return further.length === 0 ? table : tableOf([...table.columns, ...further], rows)
}

const NO_FLAGS = 'there is no column of flags'

/** Whether FLAGS are those of the file, not zeros in the place of what it lacks. */
export const hasOwnFlags = (table: Table): boolean =>
  table.columns.some(({ name, doc }) => name === 'FLAGS' && doc !== NO_FLAGS)

function lacking(table: Table, columns: GivenColumns): string[] {
  const none = !hasOwnFlags(table) && columns['FLAGS'] === undefined
  return none ? [`${NO_FLAGS} (--columns flags=...): saturated and blended detections are not left out`] : []
}
