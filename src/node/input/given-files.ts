import { refuseUnfitNames } from '../../products/file-name.js'
import { basename } from 'node:path'
import type { CameraDescription } from '../../camera/description.js'
import type { RecognisedCamera } from '../../camera/recognise.js'
import type { CameraOf } from '../../exposure/detections.js'
import { CommandError, InputError, isBlissError } from '../../errors.js'
import { each } from '../../each.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { givenFits, type GivenFits } from '../../exposure/given/fits-tables.js'
import { OWN_PRODUCT, type NamedColumns } from '../../exposure/given/given-columns.js'
import { cameraOfKnownFilter, givenImage, givenPath, type GivenImage } from '../../exposure/given/given-image.js'
import type { ToldFacts } from '../../exposure/given/told-facts.js'
import { chooseImage, scienceImages } from '../../exposure/image-planes.js'
import { filesName, givenRows, stemOfFile } from '../../exposure/given/given-rows.js'
import type { GivenPixels } from '../../exposure/given/given-detections.js'
import { groupExposures, type GivenExposure, type NumberedImage } from '../../exposure/given/group-exposures.js'
import type { FitsHdu } from '../../formats/fits/index.js'
import type { ByteSource } from '../../formats/bytes.js'
import { sha256OfFile } from '../disk/file-marks.js'
import { fileSource } from '../disk/files.js'
import { cameraOfImage } from './camera-files.js'
import { otherTable, unpackedSource } from './given-tables.js'
import type { ExposureRows } from './read-exposure.js'

/** What the command says of files that it gives. */
export interface GivenOptions {
  readonly columns: NamedColumns
  readonly band?: string
  readonly told?: ToldFacts
  /** The camera that the user describes. */
  readonly camera?: CameraDescription
  /** The exposure's name. */
  readonly name?: string
  /** The flux, if it is named. */
  readonly magsType?: string
  /** Without it an image is refused. */
  readonly measure?: MeasureFile
}

/**
 * Measures the images of a file, of which the cameras are known. `onUnfit` hears of an image of several that cannot be
 * measured because of what is in it; the others go on.
 */
export type MeasureFile = (
  path: string,
  hdus: readonly FitsHdu[],
  cameras: ReadonlyMap<FitsHdu, RecognisedCamera>,
  onUnfit: (error: unknown) => void,
) => Promise<readonly MeasuredCatalogue[]>

/** The catalogue of one image of a file. */
export interface MeasuredCatalogue {
  readonly catalogue: string
  /** The image, if the file has several. */
  readonly hdu?: number | string
}

/** An exposure of the files, ready to be calibrated. */
export interface OpenedExposure {
  readonly list: ExposureRows
  readonly magsType: string
  /** Sentences: which files belong together and why, and which flux was taken. */
  readonly notes: readonly string[]
}

/** A file, or a CCD in it, that cannot be calibrated. */
export interface UnfitFile {
  readonly path: string
  readonly error: unknown
}

export interface OpenedFiles {
  readonly exposures: readonly OpenedExposure[]
  readonly unfit: readonly UnfitFile[]
  /** Products of an earlier run, which are left out. */
  readonly products: readonly string[]
}

/** Files that are looked into at a time. */
const AT_ONCE = 16

/**
 * Looks into files and sorts what they hold by exposure. A file that cannot be calibrated is among `unfit`, and the
 * others go on.
 *
 * @throws CommandError if products of two files would have one name
 */
export async function openGivenFiles(paths: readonly string[], options: GivenOptions): Promise<OpenedFiles> {
  refuseEqualStems(paths)
  const unfit: UnfitFile[] = []
  const looked = await each(paths, AT_ONCE, async (path): Promise<readonly GivenImage[]> => {
    try {
      refuseUnfitNames([`${stemOfFile(path)}_zeropoint.json`], path)
      return await imagesIn(path, options, (error) => unfit.push({ path, error }))
    } catch (error) {
      if (!isBlissError(error)) throw error
      unfit.push({ path, error })
      return []
    }
  })
  const groups = groupExposures(looked.flat())
  for (const { refused } of groups) unfit.push(...refused)
  const kept = groups.filter(({ images }) => images.length > 0)
  if (options.name !== undefined && kept.length > 1) {
    throw new CommandError('bad-option', '--name names one exposure, and the files are of several', {
      option: '--name',
      found: `${kept.length} exposures`,
    })
  }
  const exposures: OpenedExposure[] = []
  for (const group of kept) {
    try {
      exposures.push(await openedExposure(group, options))
    } catch (error) {
      if (!isBlissError(error) || error.family === 'command') throw error
      unfit.push({ path: givenPath(group.images[0]!.image), error })
    }
  }
  refuseEqualNames(exposures)
  const order = new Map(paths.map((path, k) => [path, k]))
  unfit.sort((a, b) => order.get(a.path)! - order.get(b.path)!)
  // A pattern that is used again also fits the products of the run before.
  const isOwn = ({ error }: UnfitFile) => exposures.length > 0 && isBlissError(error) && error.tag === OWN_PRODUCT
  const products = unfit.filter(isOwn).map(({ path }) => path)
  return { exposures, unfit: unfit.filter((file) => !isOwn(file)), products }
}

async function openedExposure({ images, because }: GivenExposure, options: GivenOptions): Promise<OpenedExposure> {
  const { magsType, from } = chosenFlux(
    images.map(({ image }) => image),
    options.magsType,
  )
  const files = [...new Set(images.map(({ image }) => givenPath(image)))]
  const together = `${files.length === 1 ? `${images.length} CCDs of ${files[0]}` : files.join(', ')}`
  const name = filesName(images, options.name)
  return {
    list: { name, rows: givenRows(images, from), inputs: await measuredOn(images) },
    magsType,
    notes: [
      ...(because === undefined ? [] : [`${name.exposure}: one exposure by ${because}: ${together}`]),
      ...(options.magsType === undefined ? [`${name.exposure}: flux ${magsType} (${from})`] : []),
    ],
  }
}

/** The images that catalogues were measured on, for the provenance. */
async function measuredOn(images: readonly NumberedImage[]): Promise<Record<string, string>> {
  const paths = [...new Set(images.flatMap(({ image }) => image.image?.path ?? []))]
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [basename(path), await sha256OfFile(path)])))
}

/** The flux that is named, else mag_psf if every file has it, else mag_auto, else the only one. */
function chosenFlux(
  images: readonly GivenImage[],
  named: string | undefined,
): { readonly magsType: string; readonly from: string } {
  if (named !== undefined) return { magsType: fluxChoice(named).magsType, from: '--magsType' }
  const [first] = images
  if (first!.found.chosen !== undefined) return { magsType: first!.found.chosen, from: '--columns' }
  const common = first!.found.fluxes.filter((flux) => images.every(({ found }) => found.fluxes.includes(flux)))
  for (const [magsType, column] of [
    ['mag_psf', 'FLUX_PSF'],
    ['mag_auto', 'FLUX_AUTO'],
    ['mag_table', 'the column flux'],
  ] as const) {
    if (common.includes(magsType)) return { magsType, from: `${column} is there` }
  }
  if (common.length === 1) return { magsType: common[0]!, from: 'the only flux' }
  throw new InputError('which-flux', 'the file does not tell which flux is to be calibrated: name it by --magsType', {
    file: first!.path,
    found: common.length === 0 ? 'no flux that all files have' : common.join(', '),
    expected: '--magsType mag_x for FLUX_x, or --columns flux=...',
  })
}

async function imagesIn(
  path: string,
  options: GivenOptions,
  onUnfit: (error: unknown) => void,
  image?: GivenPixels,
  cameraOf: CameraOf = cameraOfImage(options.camera),
): Promise<GivenImage[]> {
  const { columns, band, told = {}, measure } = options
  const file = await fileSource(path)
  try {
    const images: GivenImage[] = []
    const held = await heldIn(await unpackedSource(file), columns)
    if (held.kind === 'image') {
      if (measure === undefined) throw unmeasured(path, held.hdus)
      const { hdus, primary } = held
      const cameras = new Map<FitsHdu, RecognisedCamera>()
      for (const hdu of scienceImages(hdus))
        cameras.set(hdu, await cameraOfKnownFilter(path, { header: hdu.header, primary }, band, cameraOf))
      for (const { catalogue, hdu } of await measure(path, hdus, cameras, onUnfit)) {
        const camera = cameras.get(chooseImage({ source: file, hdus }, hdu))!
        images.push(
          ...(await imagesIn(
            catalogue,
            options,
            onUnfit,
            { path, ...(hdu === undefined ? {} : { hdu }) },
            () => camera,
          )),
        )
      }
      return images
    }
    for (const table of held.tables)
      images.push(await givenImage({ ...table, ...(image === undefined ? {} : { image }) }, { band, told }, cameraOf))
    return images
  } finally {
    await file.close()
  }
}

/** Tables of detections that a file holds, or that it is an image. */
export async function heldIn(source: ByteSource, columns: NamedColumns): Promise<GivenFits> {
  const other = await otherTable(source, columns)
  return other === undefined ? givenFits(source, columns) : { kind: 'tables', tables: [other] }
}

const unmeasured = (file: string, hdus: readonly FitsHdu[]): InputError =>
  new InputError('is-image', 'the file is an image: its detections have to be measured first', {
    file,
    found: hdus.map(({ index, kind }) => `HDU ${index} (${kind})`).join(', '),
    expected: 'a catalogue of detections, such as source-extractor writes with -CATALOG_TYPE FITS_LDAC',
  })

/** Products are named after the files: two of one stem would write over each other. */
function refuseEqualStems(paths: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const path of paths) {
    const stem = stemOfFile(path)
    const other = seen.get(stem)
    if (other !== undefined) {
      throw new CommandError('same-stem', 'the products of two files would have one name: calibrate them apart', {
        found: `${other} and ${path}, both ${stem}_...`,
        expected: 'files of different names, or a run with an --outdir of its own for each',
      })
    }
    seen.set(stem, path)
  }
}

/** The same for what the extensions and exposures are called. */
function refuseEqualNames(exposures: readonly OpenedExposure[]): void {
  const seen = new Map<string, string>()
  for (const { list } of exposures) {
    const { name, rows } = list
    if (!('stems' in name)) continue
    const own = rows.length > 1 ? [`${name.exposure}_exposure`] : []
    for (const stem of [...Object.values(name.stems), ...own]) {
      const other = seen.get(stem)
      if (other !== undefined) {
        throw new CommandError('same-stem', 'two products of the run would have one name: calibrate the files apart', {
          found: `${stem}_... of ${other} and of ${rows[0]!.given!.path}`,
        })
      }
      seen.set(stem, rows[0]!.given!.path)
    }
  }
}
