import type { ListName } from '../exposure/catalogue-list.js'
import type { NamedBytes } from '../formats/bytes.js'
import { csvBytes } from '../formats/csv-write.js'
import { writeFitsTable } from '../formats/fits/index.js'
import type { Table } from '../table/columns.js'
import { combinedCatalogue, fitsForm } from './calibrated-catalogue.js'
import { exposureProductNames } from './names.js'
import { allZpCsv, type ExposureZeropoint } from './zero.js'

/** The products of an exposure beside those of its CCDs: `allZP_`, the combined catalogue, the JSON. */
export function exposureProducts(list: ListName, expnum: number, summary: ExposureZeropoint, catalogues: readonly Table[], json: string): NamedBytes[] {
  const names = exposureProductNames(list)
  const combined = combinedCatalogue(catalogues)
  const text = (name: string, content: string): NamedBytes => ({ name, bytes: new TextEncoder().encode(content) })
  return [
    text(names.allZp, allZpCsv(expnum, list, summary)),
    { name: names.zpCsv, bytes: csvBytes(combined) },
    { name: names.zpFits, bytes: writeFitsTable(fitsForm(combined)) },
    text(names.json, json),
  ]
}
