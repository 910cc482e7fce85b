import type { CameraDescription } from '../../camera/description.js'
import { each } from '../../each.js'
import { InputError, isBlissError } from '../../errors.js'
import type { FoundColumns, NamedColumns } from '../../exposure/given/given-columns.js'
import { OWN_PRODUCT } from '../../exposure/given/given-columns.js'
import { givenImage, type GivenImage, type GivenTable } from '../../exposure/given/given-image.js'
import { commonStem, stemOfFile } from '../../exposure/given/given-rows.js'
import { groupExposures } from '../../exposure/given/group-exposures.js'
import type { FitsHdu, FitsHeader } from '../../formats/fits/index.js'
import { fileSource } from '../disk/files.js'
import { refuseUnfitNames } from '../../products/file-name.js'
import { scienceImages } from '../../exposure/image-planes.js'
import { cameraOfImage } from '../input/camera-files.js'
import { tableOf } from '../../table/columns.js'
import { heldIn, type UnfitFile } from '../input/given-files.js'
import { unpackedSource } from '../input/given-tables.js'

/** Files of one exposure, told by their headers. */
export interface FilesOfExposure {
  readonly files: readonly string[]
  /** What their names have in common. */
  readonly exposure: string
  /** Some are images, which must be measured. */
  readonly hasImages: boolean
  /** Positions of their CCDs on the sky. */
  readonly centres: readonly { readonly raDeg: number; readonly decDeg: number }[]
}

export interface SortedFiles {
  readonly exposures: readonly FilesOfExposure[]
  readonly unfit: readonly UnfitFile[]
  /** Products of an earlier run, which are left out. */
  readonly products: readonly string[]
}

/** How headers are read: as for the calibration of the files. */
export interface HeaderOptions {
  readonly columns: NamedColumns
  readonly band?: string
  readonly camera?: CameraDescription
}

const AT_ONCE = 16

/**
 * Sorts files by exposure as the calibration of all of them together would, by their headers alone: no image is
 * measured. A file that holds images of several exposures joins all their files; files that cannot be calibrated are
 * `unfit`.
 */
export async function filesByExposure(paths: readonly string[], options: HeaderOptions): Promise<SortedFiles> {
  const unfit: UnfitFile[] = []
  const hasImages = new Set<string>()
  const looked = await each(paths, AT_ONCE, async (path): Promise<readonly GivenImage[]> => {
    try {
      refuseUnfitNames([`${stemOfFile(path)}_zeropoint.json`], path)
      const { images, isImage } = await lookedInto(path, options)
      if (isImage) hasImages.add(path)
      return images
    } catch (error) {
      if (!isBlissError(error)) throw error
      unfit.push({ path, error })
      return []
    }
  })
  const order = new Map(paths.map((path, k) => [path, k]))
  const groups = groupExposures(looked.flat())
  // A refusal here is repeated, and reported, by the run of the exposure.
  const found = joined(
    groups.map(({ images, refused }) => [...images.map(({ image }) => image.path), ...refused.map(({ path }) => path)]),
  )
  const centresOf = new Map<string, GivenImage['outline']['centre'][]>()
  for (const { path, outline } of looked.flat()) {
    centresOf.set(path, [...(centresOf.get(path) ?? []), outline.centre])
  }
  const exposures = found.map((members): FilesOfExposure => {
    const files = members.sort((a, b) => order.get(a)! - order.get(b)!)
    return {
      files,
      exposure: commonStem(files.map(stemOfFile)),
      hasImages: files.some((path) => hasImages.has(path)),
      centres: files.flatMap((path) => centresOf.get(path)!),
    }
  })
  unfit.sort((a, b) => order.get(a.path)! - order.get(b.path)!)
  const isProduct = ({ error }: UnfitFile) => isBlissError(error) && error.tag === OWN_PRODUCT && exposures.length > 0
  return {
    exposures,
    unfit: unfit.filter((file) => !isProduct(file)),
    products: unfit.filter(isProduct).map(({ path }) => path),
  }
}

/** Groups that share a file become one. */
function joined(groups: readonly (readonly string[])[]): string[][] {
  const of = new Map<string, Set<string>>()
  for (const group of groups) {
    const all = new Set(group.flatMap((path) => [path, ...(of.get(path) ?? [])]))
    for (const path of all) of.set(path, all)
  }
  return [...new Set(of.values())].map((members) => [...members])
}

async function lookedInto(
  path: string,
  { columns, band, camera }: HeaderOptions,
): Promise<{ readonly images: readonly GivenImage[]; readonly isImage: boolean }> {
  const file = await fileSource(path)
  try {
    const held = await heldIn(await unpackedSource(file), columns)
    const tables = held.kind === 'tables' ? held.tables : imagesAsTables(path, held)
    const images: GivenImage[] = []
    for (const table of tables) images.push(await givenImage(table, { band }, cameraOfImage(camera)))
    return { images, isImage: held.kind === 'image' }
  } finally {
    await file.close()
  }
}

/** Positions are in what will be measured. */
const TO_BE_MEASURED: FoundColumns = { columns: {}, fluxes: [], fluxKinds: [], loneFluxes: [], hasPositions: true }

function imagesAsTables(
  path: string,
  { hdus, primary }: { readonly hdus: readonly FitsHdu[]; readonly primary: FitsHeader },
): GivenTable[] {
  return scienceImages(hdus).map(({ header, index }) => ({
    ...{ path, form: 'fits', tables: [], imageHeaders: [index], headers: [header], primary, found: TO_BE_MEASURED },
    ofImage: () => Promise.resolve(tableOf([])),
    placed: () => {
      const sentence = 'the image has no world coordinate system: solve its astrometry first'
      throw new InputError('no-wcs', sentence, { file: path, hdu: index, expected: 'CTYPE1 RA---TAN or the like' })
    },
  }))
}
