import type { ListName } from '../exposure/catalogue-list.js'
import { combinedCatalogue, type CataloguePart } from './combined-catalogue.js'
import { exposureProductNames } from './names.js'
import { allZpCsv, type ExposureZeropoint } from './zero.js'

/** The products of an exposure beside those of its CCDs: `allZP_`, the combined catalogue, the JSON. The large ones come piece by piece. */
export async function exposureProducts(
  list: ListName,
  expnum: number,
  summary: ExposureZeropoint,
  parts: readonly CataloguePart[],
  json: string,
): Promise<{ readonly name: string; readonly bytes: Uint8Array | AsyncIterable<Uint8Array> }[]> {
  const names = exposureProductNames(list)
  const combined = await combinedCatalogue(parts)
  const text = (name: string, content: string) => ({ name, bytes: new TextEncoder().encode(content) })
  return [text(names.allZp, allZpCsv(expnum, list, summary)), { name: names.zpCsv, bytes: combined.csv }, { name: names.zpFits, bytes: combined.fits }, text(names.json, json)]
}
