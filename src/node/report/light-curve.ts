import { each } from '../../each.js'
import { isBlissError } from '../../errors.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { onTheirCcds } from '../../products/target-results.js'
import type { TargetResult } from '../../photometry/targets/target-result.js'
import type { TargetSearch } from '../../photometry/targets/target.js'
import { exposureInWords } from '../../products/result-json.js'
import { exposureKey, type ResultDocument } from '../../products/result-document.js'
import { TARGET_CATALOGUE_COLUMNS, targetsInCatalogue } from '../../products/target-catalogue.js'
import { failedRow, targetRows, type TargetRow } from '../../report/target-table.js'
import { fileSource } from '../disk/files.js'
import { reasonWithoutPath } from '../disk/reason.js'
import type { FoundResult } from '../input/find-results.js'
import { readDocument } from '../input/read-products.js'

/** A CCD whose products tell what is at the targets, or why they do not. */
type Measured = { readonly found: FoundResult } & (
  | { readonly document: ResultDocument; readonly results: readonly TargetResult[] }
  | { readonly document?: ResultDocument; readonly error: unknown }
)

/** Rows of targets from products, and what failed. */
export interface LightCurveRows {
  readonly rows: readonly TargetRow[]
  readonly failures: readonly unknown[]
}

/** Catalogues that are read at a time: each is some megabytes. */
const AT_ONCE = 8

/**
 * What is at targets on images that were calibrated before, from their products. Of an exposure that has the result of
 * all its CCDs too, that result tells which CCDs failed, and what is off with all of them. A CCD whose products are
 * damaged is a row that says so.
 */
export async function lightCurveRows(
  found: readonly FoundResult[],
  search: TargetSearch,
  signal?: AbortSignal,
): Promise<LightCurveRows> {
  const wholes = new Map<string, ResultDocument>()
  const byExposure = new Map<string, Measured[]>()
  const measured = await each(found, AT_ONCE, (one) => measuredAt(one, search), signal)
  for (const one of measured) {
    const { document } = one
    const key = document === undefined ? one.found.path : exposureKey(document)
    if (document?.solution !== undefined) wholes.set(key, document)
    else byExposure.set(key, [...(byExposure.get(key) ?? []), one])
  }
  const rows = [...byExposure].flatMap(([key, ccds]) => rowsOfExposure(ccds, wholes.get(key), search))
  return { rows, failures: measured.flatMap((one) => ('error' in one ? [one.error] : [])) }
}

async function measuredAt(found: FoundResult, search: TargetSearch): Promise<Measured> {
  let document: ResultDocument | undefined
  try {
    document = await readDocument(found.path)
    if (document.solution !== undefined) return { found, document, results: [] }
    const source = await fileSource(found.catalogue)
    try {
      const table = await readFitsTable(source, { hdu: 1, wanted: TARGET_CATALOGUE_COLUMNS })
      return { found, document, results: targetsInCatalogue(table, found.catalogue, document, search) }
    } finally {
      await source.close()
    }
  } catch (error) {
    if (!isBlissError(error)) throw error
    return { found, ...(document === undefined ? {} : { document }), error }
  }
}

function rowsOfExposure(
  ccds: readonly Measured[],
  whole: ResultDocument | undefined,
  { targets }: TargetSearch,
): TargetRow[] {
  const sound = ccds.flatMap((one) => ('results' in one ? [one] : []))
  const chosen = new Set(onTheirCcds(sound.flatMap(({ results }) => results)))
  const rows = sound.flatMap(({ found, document, results }) => {
    const solution = whole?.solution === undefined ? {} : { solution: whole.solution }
    const own = { ...document, ...solution, targets: results.filter((result) => chosen.has(result)) }
    return targetRows(own).map((row) => ({ ...row, image: found.image }))
  })
  const failed = [
    ...ccds.flatMap((one) => ('error' in one ? [[one.found.image, reasonWithoutPath(one.error)] as const] : [])),
    ...(whole?.failed ?? []).map(
      ({ ccd, reason }) => [exposureInWords(whole!.exposure), `CCD ${ccd}: ${reason}`] as const,
    ),
  ]
  // Where a failed CCD lies is not known: a target that is on another one is told by that.
  return targets.flatMap((target) => {
    const own = rows.filter((row) => row.target.name === target.name)
    if (failed.length === 0 || own.some(({ status }) => status !== 'outside')) return own
    return failed.map(([image, reason]) => failedRow(target, image, reason))
  })
}
