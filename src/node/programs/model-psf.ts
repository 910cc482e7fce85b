import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../../errors.js'
import { extract, type ImageAtWork } from './extract.js'
import { psfModel, type PsfFacts } from './psf-model.js'
import { placeOf, programFailure, runProgram } from '../processes/run-program.js'
import { writeSettings, type Settings } from './settings.js'

/** A model of the PSF, as psfex writes it, and how it was made. */
export interface ModelledPsf {
  readonly bytes: Uint8Array
  readonly facts: PsfFacts
  /** Degree of the polynomial in x and y. */
  readonly degree: number
  readonly notes: readonly string[]
}

/** Coefficients of a polynomial in two variables. */
const coefficients = (degree: number): number => ((degree + 1) * (degree + 2)) / 2
/** Stars for each coefficient of the variation; with fewer the model follows the noise of single stars. */
const STARS_PER_COEFFICIENT = 4

/** Side of the stamps [pixels], and diameter of the aperture in which the model is normalised. */
interface Stamp {
  readonly sidePixels: number
  readonly aperturePixels: number
}

/** For a seeing of up to 7 pixels: a model has 25 samples a side, a quarter of the FWHM apart. */
const TYPICAL_STAMP: Stamp = { sidePixels: 45, aperturePixels: 15 }

/** Of wider stars: stamps that hold the whole model, and four times the FWHM. */
function stampFor({ samplingPixels, fwhmPixels }: PsfFacts): Stamp {
  const side = 2 * Math.ceil((25 * samplingPixels) / 2) + 1
  return side <= TYPICAL_STAMP.sidePixels
    ? TYPICAL_STAMP
    : { sidePixels: side, aperturePixels: Math.ceil(4 * fwhmPixels) }
}

/**
 * The PSF of an image and its seeing: source-extractor detects, psfex models.
 *
 * The variation over the image has degree 2; with fewer than 24 stars 1, with fewer than 12 none. A model that is the
 * same everywhere is made first: that takes a tenth of a second, and tells the number of stars and their width.
 *
 * @throws InputError as `extract` and `runProgram`; DataError `no-psf-stars`
 */
export async function modelPsf(work: ImageAtWork): Promise<ModelledPsf> {
  let detected = await detect(work, TYPICAL_STAMP)
  let model = await fitPsf(work, 0, detected)
  const stamp = stampFor(model.facts)
  if (stamp !== TYPICAL_STAMP) {
    detected = await detect(work, stamp)
    model = await fitPsf(work, 0, detected)
  }
  const { starsAccepted } = model.facts
  const degree = [2, 1].find((of) => starsAccepted >= STARS_PER_COEFFICIENT * coefficients(of)) ?? 0
  if (degree === 2) return { ...(await fitPsf(work, 2, detected)), degree, notes: [] }
  const stars = `${starsAccepted} ${starsAccepted === 1 ? 'star' : 'stars'}`
  const note = `the model of the PSF is made from ${stars}: it `
  if (degree === 0) return { ...model, degree, notes: [`${note}is the same all over the image`] }
  return { ...(await fitPsf(work, 1, detected)), degree, notes: [`${note}varies linearly over the image`] }
}

/** Detects objects with their pixels; gives their number. */
async function detect(work: ImageAtWork, { sidePixels, aperturePixels }: Stamp): Promise<number> {
  const vignet = [`VIGNET(${sidePixels},${sidePixels})`]
  const { bytes, rowCount } = await extract(work, 'detect', { PHOT_APERTURES: aperturePixels }, { further: vignet })
  await writeFile(join(work.folder, 'detect.cat'), bytes)
  return rowCount
}

async function fitPsf(work: ImageAtWork, degree: number, detected: number) {
  const { folder, planes } = work
  // Stars with a pixel that the mask names are no model of a star; psfex takes the lowest eight bits.
  const masked: Settings = planes.flags === undefined ? {} : { SAMPLE_IMAFLAGMASK: '0xff' }
  await writeSettings(folder, 'psf.psfex', { PSFVAR_DEGREES: degree, ...masked })
  const said = await runProgram('psfex', ['detect.cat', '-c', 'psf.psfex'], work)
  const model = await psfModel(join(folder, 'detect.psf'), join(folder, 'psf.xml'))
  if ('fault' in model) throw await programFailure('psfex', model.fault, { ...work, said })
  const { starsAccepted, starsLoaded, fwhmPixels } = model.facts
  if (starsAccepted === 0 || !(fwhmPixels > 0)) {
    const why = 'psfex found no stars to make a model of the PSF from: the image is too shallow, saturated or masked'
    const wayOut = 'measure without it (mag_auto, mag_aper_8)'
    throw new DataError('no-psf-stars', `${why}; ${wayOut}`, {
      ...placeOf(work),
      found: `${starsAccepted} of ${starsLoaded} candidates among ${detected} objects`,
      expected: 'unsaturated stars of signal to noise 20',
    })
  }
  return model
}
