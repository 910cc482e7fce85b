import { basename } from 'node:path'
import { badPixels, maskOf, type MaskDescription } from '../../camera/masks.js'
import { headerNames } from '../../camera/keywords.js'
import { cameraEvidence } from '../../exposure/camera-evidence.js'
import { pixelFacts, type PixelFacts } from '../../exposure/electrons-per-unit.js'
import { contradictedUnit } from '../../exposure/image-facts.js'
import { headerLookup } from '../../exposure/image-header.js'
import { chooseImage, companionsOf, planeFor, type ImageFile } from '../../exposure/image-planes.js'
import type { FitsHdu } from '../../formats/fits/index.js'
import { packagedCameraOf } from '../input/camera-files.js'
import type { ProgramControl } from '../processes/run-program.js'
import { openImage } from './image-file.js'
import { imageSky, type ImageSky } from './image-sky.js'
import type { MeasureRequest } from './measure-request.js'
import type { ImagePlanes, Plane } from './planes.js'
import { siblingPlane } from './sibling-planes.js'

/** An image that is to be measured, and what is known of it before. */
export interface ImageForMeasuring {
  readonly file: ImageFile
  readonly hdu: FitsHdu
  readonly sky: ImageSky
  readonly facts: PixelFacts
  readonly planes: Omit<ImagePlanes, 'withoutKeywords'>
  /** Two units that the headers name, and the keywords that are not believed for it. */
  readonly twoUnits: ReturnType<typeof contradictedUnit>
  readonly withoutKeywords: readonly string[]
}

/** DESDM's BADAMP, STAR, TRAIL, EDGEBLEED and EDGE (Morganson et al. 2018, PASP 130, 074501, table 8). */
const DESDM_ZERO_WEIGHT = 8 | 32 | 64 | 128 | 512

/**
 * Opens the image that is asked for, with its planes; what is packed goes into the work folder.
 *
 * @throws InputError as `openImage`, `chooseImage`, `imageSky`, `pixelFacts`, `planeFor`, `siblingPlane`
 */
export async function openForMeasuring(request: MeasureRequest, folder: string): Promise<ImageForMeasuring> {
  const { image, known, env, signal } = request
  const control = { env, signal }
  const file = await openImage(image, folder, control)
  const hdu = chooseImage(file, request.hdu)
  const sky = imageSky(file, hdu)
  const header = headerLookup([hdu.header], file.hdus[0]?.header)
  const { description } = request.camera ?? (await packagedCameraOf(cameraEvidence(header, basename(image), image)))
  const facts = pixelFacts(header, image, known, description)
  const units = headerNames(description.keywords).unit
  const twoUnits = contradictedUnit(header, units)
  const withoutKeywords = twoUnits ? units : []
  const mask = maskOf(description.masks, (keyword) => header(keyword).values)
  const planes = await planesOf(request, file, hdu, mask, folder, control)
  return { file, hdu, sky, facts, planes, twoUnits, withoutKeywords }
}

/** The planes of an image: in its own file, in files that are named, or in those beside it. */
async function planesOf(
  request: MeasureRequest,
  file: ImageFile,
  hdu: FitsHdu,
  described: MaskDescription | undefined,
  folder: string,
  control: ProgramControl,
): Promise<Omit<ImagePlanes, 'withoutKeywords'>> {
  const inside = companionsOf(file, hdu)
  const plane = async (own: FitsHdu | undefined, path: string | undefined): Promise<Plane | undefined> => {
    if (path === undefined) return own && { file, hdu: own }
    const other = await openImage(path, folder, control)
    return { file: other, hdu: planeFor(hdu, other) }
  }
  const beside = (kind: 'mask' | 'weight') => (inside[kind] ? undefined : siblingPlane(request.image, kind))
  const mask = await plane(inside.mask, request.mask ?? (await beside('mask')))
  const weight = await plane(inside.weight, request.weight ?? (await beside('weight')))
  const isDesdm = inside.mask?.name?.toUpperCase() === 'MSK'
  return {
    image: { file, hdu },
    ...(mask ? { mask } : {}),
    ...(weight ? { weight } : {}),
    bad: isDesdm ? { bits: DESDM_ZERO_WEIGHT } : described ? badPixels(described) : {},
  }
}
