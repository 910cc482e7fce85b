import { basename } from 'node:path'
import type { CameraDescription } from '../../camera/description.js'
import type { RecognisedCamera } from '../../camera/recognise.js'
import { cameraEvidence } from '../../exposure/camera-evidence.js'
import { headerLookup } from '../../exposure/image-header.js'
import { scienceImages } from '../../exposure/image-planes.js'
import { imageSize, readFitsHeaders, type FitsHdu } from '../../formats/fits/index.js'
import { fileSource } from '../disk/files.js'
import { cameraOfImage } from '../input/camera-files.js'
import { unpackedSource } from '../input/given-tables.js'

/** The images of a file, and the cameras of those that are measured. */
export interface ImagesOfFile {
  readonly hdus: readonly FitsHdu[]
  readonly cameras: ReadonlyMap<FitsHdu, RecognisedCamera>
}

/**
 * Reads the headers of a file of images.
 *
 * @param described the camera, if it is known
 * @throws InputError for a file that is no FITS, is damaged, or has a camera that contradicts `described`
 */
export async function imagesOfFile(path: string, described?: CameraDescription): Promise<ImagesOfFile> {
  const file = await fileSource(path)
  try {
    const all = await readFitsHeaders(await unpackedSource(file))
    const hdus = all.filter((hdu) => imageSize(hdu) !== undefined)
    const cameras = new Map<FitsHdu, RecognisedCamera>()
    for (const hdu of scienceImages(hdus)) {
      const lookup = headerLookup([hdu.header], all[0]?.header)
      cameras.set(hdu, await cameraOfImage(described)(cameraEvidence(lookup, basename(path), path)))
    }
    return { hdus, cameras }
  } finally {
    await file.close()
  }
}
