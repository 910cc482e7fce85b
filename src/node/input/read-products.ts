import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { isFilesName, type ExposureName } from '../../exposure/exposure-name.js'
import { memorySource } from '../../formats/bytes.js'
import { readParquet } from '../../formats/parquet/index.js'
import { systemOfZeroCsv } from '../../products/mixed-systems.js'
import { ccdProductNames, reportName } from '../../products/names.js'
import { parseResultName, type ResultName } from '../../products/report-names.js'
import { parseResultDocument, type ResultDocument } from '../../products/result-document.js'
import type { ReportInput } from '../../report/exposure-page.js'
import { REPORT_STAR_COLUMNS, reportStarsOf, type ReportStars } from '../../report/report-stars.js'
import type { BesideProduct } from '../../report/sections/system.js'
import { packagedPlanes } from './camera-files.js'
import { catalogTools } from '../store/catalog-files.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'
import { readWhole, readWholeText } from '../disk/regular-file.js'
import { isAbsent } from '../disk/absent.js'

/** The results of one exposure in a directory: the exposure's own, or those of its CCDs. */
export interface StandingExposure {
  readonly directory: string
  readonly name: ExposureName
  /** The exposure's JSON; without it `ccds` are the exposure. */
  readonly whole?: ResultName
  readonly ccds: readonly ResultName[]
}

/** File names of a directory; throws InputError if it cannot be read. */
export async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-directory',
      `the directory cannot be read: ${reasonOf(cause)}`,
      { file: directory },
      { cause },
    )
  })
}

/** The exposures whose results are in a directory, by name. */
export function standingExposures(directory: string, fileNames: readonly string[]): StandingExposure[] {
  const byName = new Map<string, { name: ResultName; whole?: ResultName; ccds: ResultName[] }>()
  for (const name of [...fileNames].sort().map(parseResultName)) {
    if (name === undefined) continue
    const key = reportName(name)
    const exposure = byName.get(key) ?? { name, ccds: [] }
    if (name.ccdText === undefined) exposure.whole = name
    else exposure.ccds.push(name)
    byName.set(key, exposure)
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, exposure]) => ({ directory, ...exposure }))
}

/** The result of an exposure as one document, from its own JSON or from those of its CCDs. */
export async function readResult({ directory, whole, ccds }: StandingExposure): Promise<ResultDocument> {
  if (whole) return readDocument(join(directory, whole.fileName))
  const documents = await Promise.all(ccds.map(({ fileName }) => readDocument(join(directory, fileName))))
  const first = documents[0]!
  return {
    ...first,
    ccds: documents.flatMap((document) => document.ccds).sort((a, b) => a.ccd - b.ccd),
    provenance: {
      ...first.provenance,
      inputs: Object.assign({}, ...documents.map(({ provenance }) => provenance.inputs)) as Record<string, string>,
    },
  }
}

/** The result in a file. Throws InputError that names it. */
export async function readDocument(path: string): Promise<ResultDocument> {
  const text = await readWholeText(path, 'jsonBytes').catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })
  return parseResultDocument(text, path)
}

/** All that the report of an exposure is made from. CCDs whose matches are missing have no stars. */
export async function readReportInput(exposure: StandingExposure, fileNames: readonly string[]): Promise<ReportInput> {
  const result = await readResult(exposure)
  const present = new Set(fileNames)
  const stars = new Map<number, ReportStars>()
  await Promise.all(
    result.ccds.map(async ({ ccd }) => {
      const name = ccdProductNames(exposure.name, ccd).matches
      if (!present.has(name)) return
      const path = join(exposure.directory, name)
      const bytes = await readWhole(path, 'wholeFileBytes').catch((cause: unknown) => {
        throw unreadableFile(path, cause)
      })
      stars.set(
        ccd,
        reportStarsOf(await readParquet(memorySource(path, bytes), catalogTools, REPORT_STAR_COLUMNS), path),
      )
    }),
  )
  const plane = (await packagedPlanes()).get(result.exposure.camera)
  return {
    result,
    ...(plane ? { plane } : {}),
    stars,
    beside: await productsBeside(exposure.directory, fileNames, exposure.name),
  }
}

/** Whether a file of this name tells a photometric system that a page compares with its own. */
export function namesSystem(name: string, exposure: ExposureName): boolean {
  if (!name.endsWith('.csv')) return false
  if (name.startsWith('allZP_')) return true
  return isFilesName(exposure)
    ? Object.values(exposure.stems).some((stem) => name === `${stem}_Zero.csv`)
    : name.startsWith(`Zero_D${exposure.expnumText}_`)
}

/** Products that name a photometric system: this exposure's `Zero_`, and every exposure's `allZP_`. */
export async function productsBeside(
  directory: string,
  fileNames: readonly string[],
  exposure: ExposureName,
): Promise<BesideProduct[]> {
  const named = fileNames.filter((name) => namesSystem(name, exposure)).sort()
  const systems = await Promise.all(
    named.map((name) =>
      readWholeText(join(directory, name), 'textBytes').then(systemOfZeroCsv, (cause: unknown) =>
        isAbsent(cause) ? undefined : 'unknown, it cannot be read',
      ),
    ),
  )
  return named.flatMap((file, i) => (systems[i] === undefined ? [] : [{ file, system: systems[i] }]))
}

/** The name of the exposure's report: with the CCD if there is the result of one CCD only. */
export function reportNameOf({ name, whole, ccds }: StandingExposure): string {
  return whole === undefined && ccds.length === 1 ? reportName(name, Number(ccds[0]!.ccdText)) : reportName(name)
}
