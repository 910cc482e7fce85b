import type { NamedBytes } from '../../formats/bytes.js'
import { parseResultDocument } from '../../products/result-document.js'
import { exposurePage } from '../../report/exposure-page.js'
import type { CcdPictures } from '../../report/pictures/ccd-pictures.js'
import type { TypedPaths } from '../../report/repeated-run.js'
import type { DrawnExposure } from '../exposure/exposure-job.js'
import { packagedPlanes } from '../input/camera-files.js'
import { pageAssets } from './page-assets.js'
import { namesIn, namesSystem, productsBeside } from '../input/read-products.js'

/** The report of a run whose products are about to take their place; the same bytes as `report` makes of them later. */
export async function drawRunReport(
  directory: string,
  name: string,
  { list, ccds, json, system, names }: DrawnExposure,
  typed: TypedPaths,
  pictures: readonly CcdPictures[],
): Promise<NamedBytes> {
  const others = (await namesIn(directory)).filter((other) => !names.includes(other))
  const own = names.filter((own) => namesSystem(own, list.name)).map((file) => ({ file, system }))
  const beside = [...(await productsBeside(directory, others, list.name)), ...own]
  const result = parseResultDocument(json, name)
  const plane = (await packagedPlanes()).get(result.exposure.camera)
  const input = {
    result,
    ...(plane ? { plane } : {}),
    stars: new Map(ccds.map(({ ccd, matches }) => [ccd, matches])),
    typed,
    pictures,
    beside: beside.sort((a, b) => (a.file < b.file ? -1 : 1)),
  }
  return { name, bytes: new TextEncoder().encode(exposurePage(input, pageAssets())) }
}
