import type { DetectorDescription } from '../../camera/detectors.js'
import { chosenCamera } from '../../camera/recognise.js'
import { isBlissError } from '../../errors.js'
import { cameraEvidence } from '../../exposure/camera-evidence.js'
import { cameraFacts } from '../../exposure/camera-facts.js'
import { headerLookup } from '../../exposure/image-header.js'
import {
  imageSize,
  ldacImageHeaders,
  readFitsHeaders,
  sizeInHeader,
  type FitsHeader,
  type ImageSize,
} from '../../formats/fits/index.js'
import { separationArcsec } from '../../math/sphere.js'
import { openInput } from '../../node/disk/files.js'
import { readCameraFile, type ReadCamera } from '../../node/input/camera-files.js'
import { scienceImages } from '../../exposure/image-planes.js'
import { baseName } from '../../products/file-name.js'
import { imageOutline, wcsOf } from '../../wcs/index.js'
import type { Values } from '../options/option.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import type { CHECK_OPTIONS } from './options.js'

/**
 * `camera check`: whether a description is sound, and what it recognises in images. Exit code 4 if an image is not the
 * camera's, or a calibration would refuse it: because the filter is unknown, or there is no WCS.
 */
export async function cameraCheck(
  { description: file, images = [] }: Values<typeof CHECK_OPTIONS>,
  io: Io,
): Promise<ExitCode> {
  const camera = await readCameraFile(file)
  io.out(lineOf(`${file}: sound: ${summary(camera)}`))
  let missing = 0
  for (const image of images) {
    const headers = await imageHeaders(image)
    if (headers.length === 0) {
      io.out(lineOf(`${image}: no image and no header of one`))
      missing += 1
    }
    for (const one of headers) {
      io.out(lineOf(`${image}${one.place}`))
      missing += printed(camera, image, one, io)
    }
  }
  return missing === 0 ? 0 : 4
}

function summary({ description }: ReadCamera): string {
  const { title, filters = [], detectors = [], detector, bands, untested } = description
  const counted = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`])
  return [
    title,
    ...counted(detectors.length, 'detector'),
    ...counted(detector?.amplifiers?.length ?? 0, 'amplifier'),
    ...counted(filters.length, 'spelling'),
    ...Object.entries(bands).map(([system, list]) => `${system} ${list.join(' ')}`),
    ...(untested === true ? ['untested'] : []),
  ].join(', ')
}

/** The header of one image: its own, and the one that is asked for what it lacks. */
interface ImageHeader {
  readonly place: string
  readonly header: FitsHeader
  readonly primary: FitsHeader
  /** An image cannot be measured without a WCS; a catalogue has positions of its own. */
  readonly needsWcs: boolean
}

/** The images of a file, or those that a catalogue was measured on. */
async function imageHeaders(path: string): Promise<ImageHeader[]> {
  const source = await openInput(path)
  const hdus = await readFitsHeaders(source)
  const primary = hdus[0]!.header
  const images = scienceImages(hdus.filter((hdu) => imageSize(hdu) !== undefined))
  if (images.length > 0)
    return images.map(({ index, name, header }) => ({
      place: `, HDU ${index}${name === undefined ? '' : ` ${name}`}`,
      ...{ header, primary, needsWcs: true },
    }))
  const measured = await ldacImageHeaders(source, hdus)
  return measured.map(({ hdu, header }) => ({
    place: `, the image header in HDU ${hdu.index}`,
    header,
    primary,
    needsWcs: false,
  }))
}

/** Prints what is recognised of an image; returns the number of missing facts. */
function printed(
  { description }: ReadCamera,
  file: string,
  { header, primary, needsWcs }: ImageHeader,
  io: Io,
): number {
  const lookup = headerLookup([header], primary)
  const line = (fact: string, text: string) => io.out(lineOf(`  ${fact.padEnd(20)}${text}`))
  let missing = 0
  const attempt = (fact: string, work: () => void) => {
    try {
      work()
    } catch (error) {
      if (!isBlissError(error)) throw error
      missing += 1
      line(fact, `NOT RECOGNISED: ${error.message}`)
    }
  }
  attempt('camera', () => {
    const camera = chosenCamera(description, cameraEvidence(lookup, baseName(file), file))
    const from = camera.from === 'header' ? 'by the header' : 'by --camera only: the header does not tell'
    line('camera', `${description.name} (${from})`)
    const { facts, notes } = cameraFacts(lookup, camera, file)
    for (const { fact, value, keywords, needed } of facts) {
      if (value === undefined && needed) missing += 1
      line(fact, value ?? `${needed ? 'NOT RECOGNISED' : 'not said'} (${keywords.join(', ')})`)
    }
    for (const note of notes) line('note', note)
  })
  attempt('WCS', () => {
    const wcs = wcsOf(header, file, primary)
    if (wcs === undefined) {
      if (needsWcs) missing += 1
      return void line('WCS', `${needsWcs ? 'NOT RECOGNISED' : 'not said'} (CTYPE1, CTYPE2)`)
    }
    const size = sizeInHeader(header)
    const { columns, rows } = size ?? { columns: 1, rows: 1 }
    const { centre } = imageOutline(wcs, columns, rows, file)
    const next = wcs.pixelToSky(columns / 2 + 1.5, (rows + 1) / 2)
    const scale = separationArcsec(centre.raDeg, centre.decDeg, next.raDeg, next.decDeg)
    const position = `${centre.raDeg.toFixed(5)}, ${centre.decDeg.toFixed(5)}`
    line('WCS', `${wcs.projection}, ${scale.toFixed(3)} arcsec a pixel, middle at ${position}`)
    for (const note of otherShape(description.detector, size, scale)) line('note', note)
  })
  return missing
}

/** The scale of one camera changes by 1 % over a wide field (DECam); binning changes it by half at least. */
const SCALES_DIFFER = 0.05

/** Values of the description's detector that do not match the image: another camera's numbers, binning, overscan. */
function otherShape(
  detector: DetectorDescription | undefined,
  size: ImageSize | undefined,
  scaleArcsec: number,
): string[] {
  if (detector === undefined) return []
  const { columns, rows, pixelScaleArcsec } = detector
  return [
    ...(size === undefined || (size.columns === columns && size.rows === rows)
      ? []
      : [`the image has ${size.columns} x ${size.rows} pixels, detector of the description ${columns} x ${rows}`]),
    ...(Math.abs(scaleArcsec / pixelScaleArcsec - 1) <= SCALES_DIFFER
      ? []
      : [`the WCS has ${scaleArcsec.toFixed(3)} arcsec a pixel, the description ${pixelScaleArcsec}`]),
  ]
}
