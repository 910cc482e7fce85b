import { join } from 'node:path'
import { DataError } from '../../errors.js'
import { parseHeader, writeFitsLdac } from '../../formats/fits/index.js'
import { fullcatTable } from '../../measure/fullcat-table.js'
import { measureFrame, type MeasuredObject } from '../../measure/measure-frame.js'
import { median } from '../../math/robust.js'
import { CREATOR, CREATOR_KEYWORD } from '../../products/own-product.js'
import { writeFilesWhole } from '../disk/files.js'
import { standaloneHeader } from './image-header.js'
import type { MeasuredImage, MeasureRequest } from './measure-request.js'
import type { ImageForMeasuring } from './open-for-measuring.js'
import { readPlanes } from './planes.js'
import { apertureDiametersPixels } from './settings.js'

/** As programs/measure.sex has them, which says why. */
const SETTINGS = {
  ...{ meshPixels: 256, threshold: 1.5, leastPixels: 6, deblendThresholds: 32, deblendContrast: 0.005 },
  ...{ factor: 2.5, least: 3.5 },
}

/**
 * Measures an image by the engine of `src/measure` and writes its catalogue. It has no fluxes of the PSF.
 *
 * @throws InputError as `readPlanes`; DataError `no-detections`
 */
export async function measuredHere(
  { workdir, image }: MeasureRequest,
  stem: string,
  { file, hdu, sky, facts, planes, withoutKeywords }: ImageForMeasuring,
): Promise<MeasuredImage> {
  const { columns, rows, science, weight, flags, notes } = await readPlanes(planes)
  const frame = { columns, rows, pixels: science, ...(weight ? { weight } : {}) }
  const apertures = await apertureDiametersPixels(frame)
  const { objects } = measureFrame(
    frame,
    { ...SETTINGS, apertureDiametersPixels: apertures },
    { electronsPerUnit: facts.electronsPerUnit ?? 0, saturation: facts.saturation ?? Infinity },
  )
  if (objects.length === 0)
    throw new DataError('no-detections', 'nothing was found in the image', { file: image, found: 'no object' })
  const header = await standaloneHeader(file.source, hdu, file.hdus[0], -32, withoutKeywords)
  const bytes = writeFitsLdac({
    imageCards: parseHeader(Buffer.from(header).toString('latin1'), hdu.header.place).cards,
    objects: fullcatTable(objects, {
      pixelToSky: (x, y) => sky.wcs.pixelToSky(x, y),
      pixelScaleArcsec: sky.pixelScaleArcsec,
      ...(flags ? { flags } : {}),
    }),
    primaryCards: [{ keyword: CREATOR_KEYWORD, value: CREATOR, comment: 'measured by its own engine' }],
  })
  const name = `${stem}_fullcat.fits`
  await writeFilesWhole(workdir, [{ name, bytes }])
  const fwhmPixels = compactSeeingOf(objects)
  return {
    catalogue: join(workdir, name),
    objects: objects.length,
    fwhmArcsec: fwhmPixels * sky.pixelScaleArcsec,
    fwhmPixels,
    pixelFacts: facts,
    notes: [...notes, ...facts.notes, 'measured here, without source-extractor: there is no PSF flux'],
  }
}

/** As `compactSeeing` of source-extractor's objects. */
const BRIGHTEST = 20

/** The seeing: twice the median half-light radius of the brightest objects, of those without flags if there are any. */
function compactSeeingOf(objects: readonly MeasuredObject[]): number {
  const sized = objects.filter(({ halfLightRadius }) => halfLightRadius > 0)
  const clean = sized.filter(({ flags }) => flags === 0)
  const brightest = (clean.length > 0 ? clean : sized).sort((a, b) => b.auto.flux - a.auto.flux).slice(0, BRIGHTEST)
  return 2 * median(Float64Array.from(brightest, ({ halfLightRadius }) => halfLightRadius))
}
