import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import { OWN_PRODUCT } from '../../exposure/given/given-columns.js'

/** Files as a pattern or a directory finds them, without those that belong to others or that earlier runs have made. */
export interface FilesToRead {
  readonly paths: readonly string[]
  /** A message for each file that is left out. */
  readonly notes: readonly string[]
}

/**
 * Leaves out masks and weights of images that are among the files too, catalogues that were measured from such images
 * before, and products.
 *
 * @throws InputError `own-product` if there is nothing but products
 */
export async function withoutSetAside(found: readonly string[]): Promise<FilesToRead> {
  const planes = await planesAmong(found)
  const measured = await measuredAmong(found)
  const own = await productsAmong(found)
  return {
    paths: found.filter((path) => !planes.has(path) && !measured.has(path) && !own.has(path)),
    notes: [
      ...[...planes].map(([plane, image]) => `${plane}: a plane of ${image}, left out`),
      ...[...measured].map(([catalogue, image]) => `${catalogue}: measured from ${image} before, left out`),
      ...[...own].map(productNote),
    ],
  }
}

export const productNote = (path: string): string => `${path}: a product of bliss-calib, left out`

/** Masks and weights of images that are given too, as a pattern finds them. */
async function planesAmong(paths: readonly string[]): Promise<Map<string, string>> {
  const given = new Set(paths)
  const planes = new Map<string, string>()
  for (const path of paths.filter((one) => one.includes('_ooi'))) {
    const { siblingPlanes } = await import('../programs/sibling-planes.js')
    for (const plane of await siblingPlanes(path)) if (given.has(plane)) planes.set(plane, path)
  }
  return planes
}

/** Catalogues that an earlier run has measured from images that are given too, as a pattern finds them. */
async function measuredAmong(paths: readonly string[]): Promise<Map<string, string>> {
  const catalogues = paths.filter((path) => path.endsWith(CATALOGUE))
  if (catalogues.length === 0 || catalogues.length === paths.length) return new Map()
  const [{ isOurs }, { stemOf }] = await Promise.all([
    import('../disk/own-files.js'),
    import('../programs/measure-image.js'),
  ])
  const images = paths.filter((path) => !path.endsWith(CATALOGUE)).map((path) => ({ path, stem: stemOf(path) }))
  const found = new Map<string, string>()
  for (const path of catalogues) {
    const of = basename(path, CATALOGUE)
    const image = images.find(({ stem }) => of === stem || of.startsWith(`${stem}_`))
    if (image !== undefined && (await isOurs(path))) found.set(path, image.path)
  }
  return found
}

const CATALOGUE = '_fullcat.fits'

/** What names of products end with: the result in JSON is beside them, or their header says whose they are. */
const PRODUCT = /^(.+?)(?:_exposure)?_(?:ZP\.(?:csv|fits)|Zero\.csv|zeropoint\.json|matches\.parquet|report\.html)$/
const MARKED_PRODUCT = /_(?:cal\.(?:fits|ecsv|vot)|magzero\.fits(?:\.fz)?)$/

/**
 * Our products among other files, as a pattern finds them.
 *
 * @throws InputError `own-product` if there is nothing else
 */
async function productsAmong(paths: readonly string[]): Promise<Set<string>> {
  const isProduct = async (path: string): Promise<boolean> => {
    if (MARKED_PRODUCT.test(path)) return (await import('../disk/own-files.js')).isOurs(path).then(Boolean)
    const stem = PRODUCT.exec(basename(path))?.[1]
    return stem !== undefined && (await isThere(join(dirname(path), `${stem}_zeropoint.json`)))
  }
  const found = await Promise.all(paths.map(isProduct))
  const ours = paths.filter((_, k) => found[k])
  // If it is the only file, its reader refuses it.
  if (ours.length === paths.length && ours.length > 1) {
    throw new InputError(OWN_PRODUCT, 'all of the files are products of bliss-calib', {
      file: ours[0]!,
      found: `${ours.length} products of earlier runs`,
      expected: 'images, or catalogues of detections, that they were made from',
    })
  }
  return new Set(ours.length === paths.length ? [] : ours)
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  )
