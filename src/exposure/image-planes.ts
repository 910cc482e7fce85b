import { InputError } from '../errors.js'
import type { ByteSource } from '../formats/bytes.js'
import { axesInWords, imageSize, type FitsHdu } from '../formats/fits/index.js'

/** A FITS file whose images can be read: unpacked, if it was packed. */
export interface ImageFile {
  readonly source: ByteSource
  readonly hdus: readonly FitsHdu[]
}

/** The HDU of an image by its number or its EXTNAME. */
export type HduChoice = number | string

const MASK_NAMES = /^(MSK|MASK|BPM|DQ|OOD)$/i
const WEIGHT_NAMES = /^(WGT|WHT|WEIGHT|OOW)$/i
/** Planes that accompany an image and are not images themselves. */
const OTHER_PLANES = /^(ERR|ERROR|UNCERT|VAR|VARIANCE|SKY|BACK|SEG|SEGMAP)$/i

/**
 * The image of a file: the requested HDU, else the one called SCI, else the only one. The first of several is never
 * taken.
 *
 * @throws InputError `no-image` if there is none, or not the one asked for; `several-images` that lists them
 */
export function chooseImage({ source, hdus }: ImageFile, choice?: HduChoice): FitsHdu {
  const images = hdus.filter((hdu) => imageSize(hdu) !== undefined)
  const place = { file: source.name, found: images.length === 0 ? withoutImage(hdus) : named(images) }
  if (choice !== undefined) {
    const chosen = images.filter(({ index, name }) => index === choice || isCalled(name, choice))
    if (chosen.length === 1) return chosen[0]!
    const sentence = chosen.length === 0 ? 'the file has no such image' : 'several images have this name'
    throw new InputError('no-image', sentence, { ...place, expected: `one image ${choice}` })
  }
  const science = scienceImages(images)
  if (science.length === 1) return science[0]!
  if (science.length === 0)
    throw new InputError('no-image', 'the file holds no image', {
      ...place,
      expected: 'an image of two axes, more than one pixel along each',
    })
  throw new InputError('several-images', 'the file holds several images: say which one by its number or name', place)
}

/** The images of a file that are no mask, weight or other plane: the one called SCI, if there is one only, else all. */
export function scienceImages(images: readonly FitsHdu[]): FitsHdu[] {
  const science = images.filter(({ name }) => isCalled(name, 'SCI'))
  if (science.length === 1) return science
  return images.filter(({ name = '' }) => ![MASK_NAMES, WEIGHT_NAMES, OTHER_PLANES].some((re) => re.test(name)))
}

/** Mask and weight beside an image in its own file: those of its EXTVER, if it has several sets. */
export function companionsOf({ hdus }: ImageFile, image: FitsHdu): { mask?: FitsHdu; weight?: FitsHdu } {
  const version = (hdu: FitsHdu) => hdu.header.number('EXTVER') ?? 1
  const beside = (names: RegExp) => {
    const found = hdus.filter((hdu) => hdu !== image && names.test(hdu.name ?? '') && version(hdu) === version(image))
    return found.length === 1 ? found[0] : undefined
  }
  const [mask, weight] = [beside(MASK_NAMES), beside(WEIGHT_NAMES)]
  return { ...(mask ? { mask } : {}), ...(weight ? { weight } : {}) }
}

/** The plane of another file that belongs to an image: of the same EXTNAME, else the only one. */
export function planeFor(image: FitsHdu, file: ImageFile): FitsHdu {
  const images = file.hdus.filter((hdu) => imageSize(hdu) !== undefined)
  const same = images.filter(({ name }) => image.name !== undefined && isCalled(name, image.name))
  if (same.length === 1) return same[0]!
  if (images.length === 1) return images[0]!
  throw new InputError('no-image', 'the file has no plane that belongs to the image', {
    file: file.source.name,
    found: images.length === 0 ? withoutImage(file.hdus) : named(images),
    expected: `one image${image.name === undefined ? '' : `, or one called ${image.name}`}`,
  })
}

const isCalled = (name: string | undefined, choice: HduChoice): boolean =>
  name?.trim().toUpperCase() === String(choice).trim().toUpperCase()

function named(images: readonly FitsHdu[]): string {
  const shown = images.slice(0, 6).map(({ index, name }) => `${index}${name === undefined ? '' : ` (${name})`}`)
  const more = images.length > 6 ? ` and ${images.length - 6} more` : ''
  return `HDU ${shown.join(', ')}${more}`
}

/** What a file without an image holds: arrays of other axes, such as a cube or a single row. */
function withoutImage(hdus: readonly FitsHdu[]): string {
  const arrays = hdus.flatMap((hdu) => {
    const axes = axesInWords(hdu)
    return axes === undefined ? [] : [`HDU ${hdu.index} of ${axes}`]
  })
  const more = arrays.length > 3 ? ` and ${arrays.length - 3} more` : ''
  return arrays.length === 0 ? 'no image' : `${arrays.slice(0, 3).join(', ')}${more}`
}
