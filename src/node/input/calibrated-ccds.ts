import { basename, dirname, join } from 'node:path'
import { memorySource } from '../../formats/bytes.js'
import { readParquet } from '../../formats/parquet/index.js'
import type { MatchColumns } from '../../photometry/matches.js'
import { matchColumns } from '../../products/matches.js'
import type { CcdDocument, ResultDocument } from '../../products/result-document.js'
import { unreadableFile } from '../disk/reason.js'
import { readWhole } from '../disk/regular-file.js'
import { catalogTools } from '../store/catalog-files.js'
import type { FoundResult } from './find-results.js'
import { readDocument } from './read-products.js'

/** A CCD that has a zeropoint. */
export type CcdWithZeropoint = CcdDocument & { readonly zeropoint: number; readonly zeropointErr: number }

/** A result of one CCD. */
export interface CalibratedCcd {
  readonly document: ResultDocument
  readonly ccd: CcdWithZeropoint
}

/**
 * The result of a CCD with a zeropoint; undefined for one without, and for that of a whole exposure, which repeats
 * those of its CCDs.
 *
 * @throws InputError if it cannot be read or is no result
 */
export async function calibratedCcd({ path }: FoundResult): Promise<CalibratedCcd | undefined> {
  const document = await readDocument(path)
  if (document.solution !== undefined) return undefined
  const [ccd] = document.ccds as readonly [CcdDocument]
  const { zeropoint, zeropointErr } = ccd
  return zeropoint === null || zeropointErr === null
    ? undefined
    : { document, ccd: { ...ccd, zeropoint, zeropointErr } }
}

/** The file of the matched stars beside a CCD's result. */
export function matchesFileOf({ path, image }: FoundResult): string {
  const isOfFile = basename(path).endsWith('_zeropoint.json')
  return join(dirname(path), isOfFile ? `${image}_matches.parquet` : `matches_${image}.parquet`)
}

/**
 * The matched stars beside a CCD's result.
 *
 * @throws InputError if the file is missing, damaged or another CCD's
 */
export async function matchesBeside(found: FoundResult, { ccd }: CcdDocument): Promise<MatchColumns> {
  const file = matchesFileOf(found)
  const bytes = await readWhole(file, 'wholeFileBytes').catch((cause: unknown) => {
    throw unreadableFile(file, cause)
  })
  return matchColumns(await readParquet(memorySource(file, bytes), catalogTools), ccd, file)
}
