import { basename, dirname, join } from 'node:path'
import { CommandError, InputError } from '../../errors.js'
import { isFilesName, type ExposureName } from '../../exposure/exposure-name.js'
import type { CcdDocument, ResultDocument } from '../../products/result-document.js'
import { ccdProductNames } from '../../products/names.js'
import { parseResultName } from '../../products/report-names.js'
import type { CalibratedCcd, CalibratedExposure, TieRole } from '../../tied-products/calibrated-exposure.js'
import { refuseUnfinished } from '../disk/recover-directory.js'
import { sha256OfFile } from '../disk/file-marks.js'
import { matchesBeside, matchesFileOf } from '../input/calibrated-ccds.js'
import { packagedCameras, packagedPlanes } from '../input/camera-files.js'
import { findResults, type FoundResult } from '../input/find-results.js'
import { readDocument } from '../input/read-products.js'

/** A CCD's result, and what its exposure is. */
interface FoundCcd {
  readonly found: FoundResult
  readonly document: ResultDocument
}

/** Files are read so many at a time: a disk answers several at once. */
const READ_TOGETHER = 8

/**
 * The exposures whose products are at paths: directories of products, or results of CCDs or of whole exposures.
 *
 * Templates may be years old: whichever version made them, what is taken of them (instrumental magnitudes, places, the
 * catalogue's magnitudes with its hash and relation) means the same as long as the schema is that of this version.
 *
 * @throws InputError for a path without results, products that are missing or damaged, or are of another schema;
 *   CommandError for a result that is given twice
 */
export async function readTieExposures(paths: readonly string[], role: TieRole): Promise<CalibratedExposure[]> {
  const ccds = new Map<string, FoundCcd>()
  for (const path of paths)
    for (const one of await ccdResultsAt(path)) {
      if (ccds.has(one.found.path))
        throw new CommandError('given-twice', 'the result is given twice: each exposure once, as search or template', {
          file: one.found.path,
        })
      ccds.set(one.found.path, one)
    }
  const groups = new Map<string, FoundCcd[]>()
  for (const one of ccds.values()) {
    const key = groupKeyOf(one)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const exposures: CalibratedExposure[] = []
  for (const group of groups.values()) {
    group.sort((a, b) => a.document.ccds[0]!.ccd - b.document.ccds[0]!.ccd)
    const read: CalibratedCcd[] = []
    for (let first = 0; first < group.length; first += READ_TOGETHER)
      read.push(...(await Promise.all(group.slice(first, first + READ_TOGETHER).map(calibratedCcd))))
    const { camera } = group[0]!.document.exposure
    const plane = (await packagedPlanes()).get(camera)
    const amplifierColumn = await amplifierColumnOf(camera)
    exposures.push({
      ...{ role, name: nameOfGroup(group), ccds: read },
      ...(plane ? { plane } : {}),
      ...(amplifierColumn === undefined ? {} : { amplifierColumn }),
    })
  }
  return exposures
}

/** Border of the two amplifiers of a camera's CCDs, if the package describes one with two. */
async function amplifierColumnOf(camera: string): Promise<number | undefined> {
  const { cameras } = await packagedCameras()
  const columns = cameras.find(({ name }) => name === camera)?.detector?.amplifierColumns ?? []
  return columns.length === 1 ? columns[0] : undefined
}

/** Results of CCDs; of a whole exposure's result that is named those of its CCDs, which are beside it. */
async function ccdResultsAt(path: string): Promise<FoundCcd[]> {
  const found = await findResults([path])
  for (const directory of new Set(found.map((one) => dirname(one.path)))) await refuseUnfinished(directory)
  const ofCcds: FoundCcd[] = []
  const ofExposures: FoundCcd[] = []
  for (const one of found) {
    const document = await readDocument(one.path)
    const isCcd = document.solution === undefined && document.ccds.length === 1
    ;(isCcd ? ofCcds : ofExposures).push({ found: one, document })
  }
  const named = ofExposures.find((one) => one.found.path === path)
  if (named !== undefined) return ccdsOfExposure(named)
  refuseFailed(ofCcds, ofExposures)
  if (ofCcds.length > 0) return ofCcds
  throw new InputError('no-results', 'there are no results of CCDs', {
    file: path,
    expected: 'zeropoint_D{E}_{C}_r{R}p{A}.json or {stem}_zeropoint.json, with the matches beside it',
  })
}

/** Throws InputError if a CCD has products though its exposure's result says that it failed: which run were they of? */
function refuseFailed(ofCcds: readonly FoundCcd[], ofExposures: readonly FoundCcd[]): void {
  const keyOf = ({ found, document: { exposure } }: FoundCcd, ccd: number) =>
    [dirname(found.path), exposure.expnum, exposure.reqnum, exposure.attnum, exposure.name, ccd].map(String).join('\n')
  const failedIn = new Map(
    ofExposures.flatMap((one) => (one.document.failed ?? []).map(({ ccd }) => [keyOf(one, ccd), one] as const)),
  )
  for (const one of ofCcds) {
    const [{ ccd }] = one.document.ccds as readonly [CcdDocument]
    const exposure = failedIn.get(keyOf(one, ccd))
    if (exposure === undefined) continue
    const sentence = `CCD ${ccd} failed when its exposure was calibrated last: these products are of another run`
    throw new InputError('unmerged-products', sentence, {
      file: one.found.path,
      expected: `${exposure.found.path} in place of the directory (without CCD ${ccd}), or bliss-calib merge first`,
    })
  }
}

async function ccdsOfExposure({ found: { path }, document }: FoundCcd): Promise<FoundCcd[]> {
  const name = nameOf(document, basename(path))
  return Promise.all(
    document.ccds.map(async ({ ccd }) => {
      const { json } = ccdProductNames(name, ccd)
      const [found] = await findResults([join(dirname(path), json)])
      return { found: found!, document: await readDocument(found!.path) }
    }),
  )
}

/** CCDs of one exposure have one name and one time; those of two directories too, if no CCD is in both. */
function groupKeyOf({ found, document: { exposure, ccds, provenance } }: FoundCcd): string {
  const { expnum, reqnum, attnum, name, epochYr } = exposure
  const { ccd } = ccds[0]!
  const parts = [expnum, reqnum, attnum, name, epochYr, provenance.options['magsType']]
  return parts.map(String).join('\n') + (ccd < 0 ? found.path : '')
}

function nameOfGroup(group: readonly FoundCcd[]): ExposureName {
  const [first] = group as readonly [FoundCcd]
  const name = nameOf(first.document, basename(first.found.path))
  if (!isFilesName(name)) return name
  return {
    ...name,
    stems: Object.assign({}, ...group.map(({ document }) => document.exposure.stems)) as typeof name.stems,
  }
}

/** What products are named after. */
function nameOf({ exposure }: ResultDocument, fileName: string): ExposureName {
  if (exposure.expnum === null) return { exposure: exposure.name ?? '', stems: exposure.stems ?? {} }
  const parts = parseResultName(fileName)
  if (parts === undefined)
    throw new InputError('renamed', 'the result of an exposure of a list has another name than it was written with', {
      file: fileName,
      expected: `zeropoint_D{E}_{C}_r{R}p{A}.json of exposure ${exposure.expnum}`,
    })
  const { expnumText, reqnum, attnum } = parts
  return { fileName: `D${expnumText}_r${reqnum}p${attnum}_red_catlist.csv`, expnumText, reqnum, attnum }
}

async function calibratedCcd({ found, document }: FoundCcd): Promise<CalibratedCcd> {
  const result: CcdDocument = document.ccds[0]!
  const stars = await matchesBeside(found, result)
  const files = [found.path, matchesFileOf(found)]
  const inputs = await Promise.all(files.map(async (file) => [basename(file), await sha256OfFile(file)] as const))
  return {
    file: found.path,
    result,
    exposure: document.exposure,
    provenance: document.provenance,
    stars,
    inputs: Object.fromEntries(inputs),
  }
}
