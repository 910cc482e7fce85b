import { cornerLine } from '../../exposure/corner-line.js'
import { imageOutline, wcsOf } from '../../wcs/index.js'
import { refuseForeignTree } from '../disk/own-files.js'
import { writeFilesWhole } from '../disk/files.js'
import { chooseImage } from '../../exposure/image-planes.js'
import { imageSize } from '../../formats/fits/index.js'
import { memorySource } from '../../formats/bytes.js'
import { InputError } from '../../errors.js'
import type { ExposureImages, JobExposure } from './find-images.js'

/**
 * Writes the list of the exposure's CCDs and the files of their corners, `{expnum}_{ccd}.out` and `{expnum}.out`. They
 * tell of all images that are there, so that every job of an exposure writes the same.
 *
 * @throws InputError `no-wcs`, and as `wcsOf`, `chooseImage` and `cornerLine`; CommandError as `refuseForeignTree`
 */
export async function writeJobFiles(directory: string, found: ExposureImages, job: JobExposure): Promise<void> {
  const lines = found.images.map(({ ccd, path, hdus }) => {
    const image = chooseImage({ source: memorySource(path, new Uint8Array(0)), hdus })
    const wcs = wcsOf(image.header, path, hdus[0]?.header)
    if (wcs === undefined) {
      const sentence = 'the image has no world coordinate system: solve its astrometry first'
      throw new InputError('no-wcs', sentence, { file: path, hdu: image.index, found: 'no CTYPE1, CTYPE2' })
    }
    const { columns, rows } = imageSize(image)!
    imageOutline(wcs, columns, rows, path)
    return { ccd, line: cornerLine({ ...job, ccd, wcs, columns, rows, file: path }) }
  })
  const bytes = (text: string) => new TextEncoder().encode(text)
  const corners = [
    { name: `${job.expnum}.out`, bytes: bytes(lines.map(({ line }) => line).join('')) },
    ...lines.map(({ ccd, line }) => ({ name: `${job.expnum}_${ccd}.out`, bytes: bytes(line) })),
  ]
  await refuseForeignTree(directory, corners, { expected: 'the file moved away' })
  await writeFilesWhole(directory, [{ name: found.list.fileName, bytes: bytes(found.list.text) }, ...corners])
}
