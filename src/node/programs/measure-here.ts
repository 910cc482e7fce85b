import { join } from 'node:path'
import { setImmediate as untilNextEvents } from 'node:timers/promises'
import { DataError } from '../../errors.js'
import { withGainOfSky } from '../../exposure/electrons-per-unit.js'
import { PSF_STARS_KEYWORD } from '../../exposure/image-facts.js'
import { imageSize, parseHeader, writeFitsLdac, type FitsCardInput } from '../../formats/fits/index.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import type { PixelFacts } from '../../exposure/electrons-per-unit.js'
import { MIN_STARS } from '../../measure/psf-stars.js'
import { compactSeeing } from '../../measure/compact-seeing.js'
import type { Detection } from '../../measure/detect.js'
import type { PsfModel } from '../../measure/psf-model.js'
import { fullcatTable } from '../../measure/fullcat-table.js'
import { vignets } from '../../measure/vignet.js'
import { measureInSteps } from '../../measure/measure-frame.js'
import type { MeasuredPsf } from '../../measure/measure-psf.js'
import { MEASURER_KEYWORD, OWN_ENGINE } from '../../exposure/given/measurer.js'
import { CREATOR, CREATOR_KEYWORD } from '../../products/own-product.js'
import { writeFilesWhole } from '../disk/files.js'
import { placeOf } from '../processes/run-program.js'
import { gainCards } from './gain-cards.js'
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
 * A zeropoint takes stars whose flux is 10 times its error. The light above the threshold is most of a star's, and its
 * error less than those of FLUX_AUTO and FLUX_PSF: none of them is lost.
 */
const CALIBRATION_SIGNAL_TO_NOISE = 8

/**
 * Measures an image by the engine of `src/measure` and writes its catalogue.
 *
 * @throws InputError as `readPlanes`; DataError `no-detections`; the signal's reason if it was stopped
 */
export async function measuredHere(
  { workdir, image, hdu: choice, grade = 'full', vignet: side, signal }: MeasureRequest,
  stem: string,
  { file, hdu, sky, facts: ofHeader, planes, withoutKeywords }: ImageForMeasuring,
): Promise<MeasuredImage> {
  const size = imageSize(hdu)!
  const pixels = size.columns * size.rows
  if (pixels > LIMITS.measuredPixels)
    throw beyondLimit('measuredPixels', 'the image is too large for the own engine', hdu.header.place, pixels)
  const { columns, rows, science, weight, flags, noise, notes } = await readPlanes(planes)
  const facts = withGainOfSky(ofHeader, noise)
  const frame = { columns, rows, pixels: science, ...(weight ? { weight } : {}) }
  const apertures = await apertureDiametersPixels(frame)
  signal?.throwIfAborted()
  const steps = measureInSteps(
    frame,
    grade === 'full'
      ? { ...SETTINGS, apertureDiametersPixels: apertures }
      : { ...SETTINGS, apertureDiametersPixels: [], leastSignalToNoise: CALIBRATION_SIGNAL_TO_NOISE },
    { electronsPerUnit: facts.electronsPerUnit ?? 0, saturation: facts.saturation ?? Infinity },
  )
  const { objects, detection, owned, psf } = await stoppable(steps, signal)
  if (objects.length === 0)
    throw new DataError('no-detections', 'nothing was found in the image', {
      ...placeOf({ image, hdu: choice }),
      found: 'no object',
    })
  const header = await standaloneHeader(file.source, hdu, file.hdus[0], -32, withoutKeywords)
  // A degree sign or an accent in a comment is no reason to leave the image; FITS holds ASCII alone.
  const text = Buffer.from(header)
    .toString('latin1')
    .replace(/[^ -~]/g, '?')
  const bytes = writeFitsLdac({
    imageCards: [
      ...parseHeader(text, hdu.header.place).cards,
      ...measuringCards(detection, objects.length, facts),
      ...(psf ? psfCards(psf.model) : []),
    ],
    objects: fullcatTable(objects, {
      pixelToSky: (x, y) => sky.wcs.pixelToSky(x, y),
      pixelScaleArcsec: sky.pixelScaleArcsec,
      ...(flags ? { flags } : {}),
      ...(psf ? { psf } : {}),
      ...(side === undefined ? {} : { vignet: { side, pixels: vignets(objects, owned, side) } }),
    }),
    primaryCards: [
      { keyword: CREATOR_KEYWORD, value: CREATOR, comment: 'measured by its own engine' },
      { keyword: MEASURER_KEYWORD, value: OWN_ENGINE, comment: 'program that measured the objects' },
      ...gainCards(facts),
    ],
  })
  const name = `${stem}_fullcat.fits`
  await writeFilesWhole(workdir, [{ name, bytes }])
  const sized = () => objects.map(({ halfLightRadius, auto, flags }) => ({ halfLightRadius, flux: auto.flux, flags }))
  const fwhmPixels = psf?.model.fwhmPixels ?? compactSeeing(sized()) ?? NaN
  return {
    catalogue: join(workdir, name),
    objects: objects.length,
    fwhmArcsec: fwhmPixels * sky.pixelScaleArcsec,
    fwhmPixels,
    pixelFacts: facts,
    notes: [...notes, ...facts.notes, ...psfNotes(psf)],
  }
}

/** Takes all steps; between them signals arrive, and stop it. */
async function stoppable<T>(steps: Generator<void, T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await untilNextEvents()
    signal?.throwIfAborted()
  }
}

/** What is to be known of the PSF. */
function psfNotes(psf: MeasuredPsf | undefined): string[] {
  if (psf === undefined)
    return [`fewer than ${MIN_STARS} stars for a model of the PSF were found: there is no PSF flux`]
  const { stars, degree } = psf.model
  if (degree === 2) return []
  const how = degree === 1 ? 'varies linearly over the image' : 'is the same all over the image'
  return [`the model of the PSF is made from ${stars} stars: it ${how}`]
}

/** What the measuring adds to the image's header: psfex needs noise and gain of it. */
const measuringCards = (
  { background, objects }: Detection,
  measured: number,
  { electronsPerUnit = 0, saturation }: PixelFacts,
): FitsCardInput[] => [
  real('SEXBKGND', background.level, 'Median level of the sky'),
  real('SEXBKDEV', background.sigma, 'Median noise of the sky'),
  real('SEXTHLD', SETTINGS.threshold * background.sigma, 'Threshold of the detection'),
  { keyword: 'SEXNDET', value: objects.length, comment: 'Objects that were found' },
  { keyword: 'SEXNFIN', value: measured, comment: 'Objects that were measured' },
  real('SEXGAIN', electronsPerUnit, 'Electrons for each unit, 0 if not known'),
  ...(saturation === undefined ? [] : [real('SEXSATLV', saturation, 'Level of saturation')]),
]

const psfCards = ({ fwhmPixels, apertureDiameterPixels, stars, degree }: PsfModel): FitsCardInput[] => [
  real('PSF_FWHM', fwhmPixels, '[pixel] FWHM of the PSF in the middle'),
  real('PSF_APER', apertureDiameterPixels, '[pixel] Diameter in which FLUX_PSF is all light'),
  { keyword: PSF_STARS_KEYWORD, value: stars, comment: 'Stars that the PSF was made from' },
  { keyword: 'PSF_DEG', value: degree, comment: 'Degree of its variation over the image' },
]

const real = (keyword: string, value: number, comment: string): FitsCardInput => ({
  ...{ keyword, value, comment, kind: 'real' },
})
