import type { ExposureName } from '../../exposure/exposure-name.js'
import type { CcdResult } from '../../photometry/result.js'
import { reportName } from '../../products/names.js'
import { parseResultDocument } from '../../products/result-document.js'
import { exposurePage } from '../../report/exposure-page.js'
import type { TypedPaths } from '../../report/repeated-run.js'
import { writeFilesWhole } from '../disk/files.js'
import { pageAssets } from './page-assets.js'
import { namesIn, productsBeside } from '../input/read-products.js'

/** What a run that has just written its products knows of them. */
interface WrittenRun {
  readonly name: ExposureName
  readonly ccds: readonly CcdResult[]
  /** The result as its JSON file holds it. */
  readonly json: string
  /** Several CCDs were solved together. */
  readonly several: boolean
  readonly typed: TypedPaths
}

/**
 * Writes the report of a run beside its products; the same bytes as `report` makes of them later. Gives the file's
 * name.
 */
export async function writeRunReport(
  directory: string,
  { name: exposureName, ccds, json, several, typed }: WrittenRun,
): Promise<string> {
  const name = reportName(exposureName, several ? undefined : ccds[0]!.ccd)
  const input = {
    result: parseResultDocument(json, name),
    stars: new Map(ccds.map(({ ccd, matches }) => [ccd, matches])),
    typed,
    beside: await productsBeside(directory, await namesIn(directory), exposureName),
  }
  const page = exposurePage(input, pageAssets())
  await writeFilesWhole(directory, [{ name, bytes: new TextEncoder().encode(page) }])
  return name
}
