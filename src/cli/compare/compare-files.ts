import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import { readNumericCsv } from '../../formats/csv.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { readParquet } from '../../formats/parquet/index.js'
import { catalogTools } from '../../node/store/catalog-files.js'
import { openInput, reasonOf } from '../../node/disk/files.js'
import { refuseUnfinished } from '../../node/disk/recover-directory.js'
import { parseProductName, type ProductKind } from '../../compare/names.js'
import { filesByExposure, type ExposureFiles, type NamedProduct } from '../../compare/plan.js'
import {
  bandOfList,
  catalogueFields,
  COMPARED_COLUMNS,
  MATCH_COLUMNS,
  objectsByCcd,
  productKindOf,
  sigmaClipOfJson,
  matchedStars,
  type CalibratedObjects,
  type CatalogZeropoint,
  type MatchedStars,
} from '../../compare/read.js'
import type { ExposureSide } from '../../compare/side.js'
import { allZpRow, zeroRows, type AllZpFacts, type ZeroFacts } from '../../compare/zero-rows.js'

/** One side of a comparison: the products of a directory, or one file. */
export interface ProductSet {
  readonly path: string
  /** What the file is; undefined for a directory. */
  readonly kind?: ProductKind
  readonly exposures: ReadonlyMap<string, ExposureFiles>
}

const EXPECTED = 'Zero_D*.csv, allZP_D*.csv, D*_ZP.csv or D*_ZP.fits, plain or .gz'
const COMPARED: ReadonlySet<ProductKind> = new Set(['zero', 'all-zp', 'catalogue'])

/**
 * Finds the products at a path; files are told by their names, a file that was renamed by its content.
 *
 * @throws InputError if the path is missing or unreadable, a directory without products, a file that is none, or
 *   lies beside an unfinished commit
 */
export async function findProducts(path: string): Promise<ProductSet> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new InputError(
      'missing-path',
      `what is to be compared cannot be read: ${reasonOf(cause)}`,
      { file: path },
      { cause },
    )
  })
  await refuseUnfinished(facts.isDirectory() ? path : dirname(path))
  if (!facts.isDirectory()) {
    const product = await singleProduct(path)
    return { path, kind: product.kind, exposures: filesByExposure([product]) }
  }
  const names = await readdir(path).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-directory',
      `the directory cannot be read: ${reasonOf(cause)}`,
      { file: path },
      { cause },
    )
  })
  const products = names.flatMap((name): NamedProduct[] => {
    const parts = parseProductName(name)
    return parts ? [{ ...parts, path: join(path, name) }] : []
  })
  const exposures = filesByExposure(products)
  if (exposures.size === 0)
    throw new InputError('no-products', 'the directory holds no products', {
      file: path,
      found: names.length === 0 ? 'an empty directory' : `${names.length} other names`,
      expected: EXPECTED,
    })
  return { path, exposures }
}

async function singleProduct(path: string): Promise<NamedProduct> {
  const named = parseProductName(basename(path))
  if (named && COMPARED.has(named.kind)) return { ...named, path }
  const { bytes } = await readBytes(path)
  const kind = named ? undefined : productKindOf(bytes)
  if (kind === undefined) {
    throw new InputError('not-a-product', 'the file is no product that can be compared', {
      file: path,
      found: named ? `a ${named.kind} file` : firstLine(bytes),
      expected: EXPECTED,
    })
  }
  return { path, kind, exposure: null, ccd: null }
}

/**
 * Reads the products of one exposure. A CCD's own calibrated catalogue is read as it is, the exposure's for CCDs
 * without one.
 *
 * @throws InputError naming the file that is damaged or unfit
 */
export async function readExposureSide(files: ExposureFiles, unnamedSystem?: string): Promise<ExposureSide> {
  const zero = new Map<number, ZeroFacts>()
  for (const [nameCcd, path] of exposureFirst(files.zero))
    for (const row of zeroRows(await readText(path), path, nameCcd, unnamedSystem)) zero.set(row.ccd, row)

  const objects = new Map<number, CalibratedObjects>()
  const own = new Set([...files.catalogues.keys()].filter((ccd) => ccd !== null))
  const wholeNeeded = own.size === 0 || [...zero.keys()].some((ccd) => !own.has(ccd))
  for (const [nameCcd, path] of exposureFirst(files.catalogues)) {
    if (nameCcd === null && !wholeNeeded) continue
    for (const [ccd, part] of objectsByCcd(await readCatalogue(path), path, nameCcd, files.id?.expnum))
      objects.set(ccd, part)
  }

  const matches = new Map<number, MatchedStars>()
  for (const [ccd, path] of files.matches)
    matches.set(ccd, matchedStars(await readParquet(await openInput(path), catalogTools, MATCH_COLUMNS), path))
  const sigmaClip = new Map<number, CatalogZeropoint>()
  for (const [ccd, path] of files.results) sigmaClip.set(ccd, sigmaClipOfJson(await readText(path), path, ccd))

  const allZp: AllZpFacts | null =
    files.allZp === null ? null : (allZpRow(await readText(files.allZp), files.allZp, unnamedSystem) ?? null)
  const band =
    [...zero.values()].find((row) => row.band !== null)?.band ??
    (files.list === null ? null : bandOfList(await readText(files.list)))
  return { band, zero, allZp, objects, matches, sigmaClip }
}

/** The exposure's own file before those of single CCDs, which replace its rows. */
const exposureFirst = (files: ReadonlyMap<number | null, string>) =>
  [...files].sort(([a], [b]) => Number(a !== null) - Number(b !== null) || a! - b!)

async function readCatalogue(path: string) {
  const source = await openInput(path)
  if (isFits(await source.slice(0, FITS_START.length)) || /\.fits(\.gz)?$/.test(path)) {
    return readFitsTable(source, { columns: COMPARED_COLUMNS.required, wanted: COMPARED_COLUMNS.wanted })
  }
  const bytes = await source.slice(0, source.byteLength)
  let rowsPerTable = 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) rowsPerTable++
  for await (const table of readNumericCsv([bytes], {
    name: path,
    rowsPerTable,
    fields: (header) => catalogueFields(header, path),
  }))
    return table
  throw new InputError('empty-file', 'there is no header line', { file: path, expected: 'a CSV file' })
}

async function readBytes(path: string): Promise<{ bytes: Uint8Array }> {
  const source = await openInput(path)
  return { bytes: await source.slice(0, source.byteLength) }
}

const NEWLINE = 10
const FITS_START = 'SIMPLE  ='
const isFits = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes) === FITS_START

const readText = async (path: string): Promise<string> => new TextDecoder().decode((await readBytes(path)).bytes)

const firstLine = (bytes: Uint8Array): string =>
  JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 60)).split(/\r?\n/)[0]!)
