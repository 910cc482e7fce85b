import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BadPixels } from '../../camera/masks.js'
import { DataError, InputError } from '../../errors.js'
import type { FitsHdu } from '../../formats/fits/index.js'
import { reasonOf } from '../disk/reason.js'
import type { ImageFile } from '../../exposure/image-planes.js'
import { skyNoise, type SkyNoise } from '../../measure/sky-noise.js'
import { cleanPlanes, type CleanPlanes } from './clean-planes.js'
import { planeHeader, standaloneHeader } from './image-header.js'
import { floatPixels, maskPixels, swapped, type Pixels } from './pixels.js'

/** A plane: its file and its HDU. */
export interface Plane {
  readonly file: ImageFile
  readonly hdu: FitsHdu
}

/** What is measured, and what is known of its pixels. */
export interface ImagePlanes {
  readonly image: Plane
  readonly mask?: Plane
  readonly weight?: Plane
  /** Which pixels are not measured at all, by the mask: they get weight 0. */
  readonly bad: BadPixels
  /** Keywords of the image's header that are not to be believed. */
  readonly withoutKeywords: readonly string[]
}

/** The planes as source-extractor reads them, in the work folder. */
export interface WrittenPlanes {
  readonly image: 'image.fits'
  readonly weight?: 'weight.fits'
  readonly flags?: 'flags.fits'
  readonly columns: number
  readonly rows: number
  /** Of the sky; undefined if there is too little of it. */
  readonly noise: SkyNoise | undefined
  /** Sentences about pixels that are left out. */
  readonly notes: readonly string[]
}

/** The planes of an image in memory, put in order. */
export interface ReadPlanes {
  readonly columns: number
  readonly rows: number
  readonly science: Float32Array
  readonly weight?: Float32Array
  readonly flags?: Int32Array
  readonly noise: SkyNoise | undefined
  /** Sentences about pixels that are left out. */
  readonly notes: readonly string[]
}

/**
 * Reads image, weight and flags as 32-bit numbers.
 *
 * NaN pixels, or zeros that mean no data, get the level of the sky, weight 0 and a flag. If none is, and no value of
 * the mask takes weight away, all pixels stay as they are. Weights below 0, or that are no numbers, count as 0.
 *
 * @throws InputError `other-size` for planes of different sizes, as `floatPixels`; DataError `all-masked`,
 *   `empty-image`
 */
export async function readPlanes(planes: Omit<ImagePlanes, 'withoutKeywords'>): Promise<ReadPlanes> {
  const { image, mask, weight, bad } = planes
  const { source } = image.file
  const science = await floatPixels(source, image.hdu)
  const flags = mask && sameSize(await maskPixels(mask.file.source, mask.hdu), science, mask.file.source.name)
  const given = weight && sameSize(await floatPixels(weight.file.source, weight.hdu), science, weight.file.source.name)
  const cleaned = cleanPlanes(science.values, given?.values, flags?.values, bad)
  refuseUseless(cleaned, science.values, source.name, image.hdu)
  const { columns, rows, values: pixels } = science
  return {
    noise: skyNoise({ columns, rows, pixels, ...(cleaned.weight ? { weight: cleaned.weight } : {}) }),
    columns,
    rows,
    science: pixels,
    ...(cleaned.weight ? { weight: cleaned.weight } : {}),
    ...(cleaned.flags ? { flags: cleaned.flags } : {}),
    notes:
      cleaned.bad === 0
        ? []
        : [`${cleaned.bad} pixels hold no light (NaN, or zeros that stand for nothing): they have weight 0`],
  }
}

/**
 * Writes image, weight and flags as plain files of one HDU of 32-bit numbers.
 *
 * @throws InputError `unwritable-file`, and as `readPlanes`
 */
export async function writePlanes(planes: ImagePlanes, folder: string): Promise<WrittenPlanes> {
  const { image, withoutKeywords } = planes
  const { source, hdus } = image.file
  const { columns, rows, science, weight, flags, noise, notes } = await readPlanes(planes)
  const write = (name: string, header: Uint8Array, values: Float32Array | Int32Array) =>
    writeImage(join(folder, name), header, values)
  await write('image.fits', await standaloneHeader(source, image.hdu, hdus[0], -32, withoutKeywords), science)
  if (weight) await write('weight.fits', planeHeader(-32, columns, rows), weight)
  if (flags) await write('flags.fits', planeHeader(32, columns, rows), flags)
  return {
    image: 'image.fits',
    ...(weight ? { weight: 'weight.fits' as const } : {}),
    ...(flags ? { flags: 'flags.fits' as const } : {}),
    ...{ columns, rows, noise, notes },
  }
}

/** An image of which nothing can be measured: no pixel has weight, or all have one value. */
function refuseUseless({ weight }: CleanPlanes, science: Float32Array, file: string, { index }: FitsHdu): void {
  const place = { file, hdu: index }
  let [count, first] = [0, 0]
  for (let i = 0; i < science.length; i++) {
    if (weight !== undefined && weight[i] === 0) continue
    if (count === 0) first = science[i]!
    else if (science[i] !== first) return
    count++
  }
  if (count === 0) {
    const found = `${science.length} pixels without weight`
    throw new DataError('all-masked', 'no pixel of the image may be measured: all are masked', { ...place, found })
  }
  const found = `${first} in all ${count} pixels`
  throw new DataError('empty-image', 'the image is empty: all pixels have one value', { ...place, found })
}

function sameSize<T extends Float32Array | Int32Array>(plane: Pixels<T>, science: Pixels<Float32Array>, file: string) {
  if (plane.columns === science.columns && plane.rows === science.rows) return plane
  throw new InputError('other-size', 'mask or weight have another size than the image', {
    file,
    found: `${plane.columns} x ${plane.rows}`,
    expected: `${science.columns} x ${science.rows} pixels`,
  })
}

/** Writes an image; its values are turned into FITS order in place. */
async function writeImage(path: string, header: Uint8Array, values: Float32Array | Int32Array): Promise<void> {
  const bytes = swapped(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  const padding = new Uint8Array((2880 - (bytes.byteLength % 2880)) % 2880)
  await writeFile(path, [header, bytes, padding]).catch((cause: unknown) => {
    const sentence = `the image cannot be written for source-extractor: ${reasonOf(cause)}`
    throw new InputError('unwritable-file', sentence, { file: path }, { cause })
  })
}
