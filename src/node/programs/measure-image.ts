import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError, InputError } from '../../errors.js'
import { withGainOfSky } from '../../exposure/electrons-per-unit.js'
import { PSF_STARS_KEYWORD, type contradictedUnit } from '../../exposure/image-facts.js'
import { card, type FitsCardInput } from '../../formats/fits/card-text.js'
import { writeFilesWhole } from '../disk/files.js'
import { reasonOf } from '../disk/reason.js'
import { compactSeeingIn } from './compact-seeing.js'
import { extract, type ImageAtWork } from './extract.js'
import { gainCards } from './gain-cards.js'
import { measuredHere } from './measure-here.js'
import type { MeasuredImage, MeasureRequest } from './measure-request.js'
import { modelPsf, type ModelledPsf } from './model-psf.js'
import { markedAsOurs, refuseForeignFiles } from '../disk/own-files.js'
import { writePlanes } from './planes.js'
import { openForMeasuring } from './open-for-measuring.js'
import type { ProgramCatalogue } from './program-catalogue.js'
import { listedColumns, type Settings } from './settings.js'
import { rightSkyPositions } from './sky-positions.js'
import { solveAstrometry, type AstrometryFacts } from './solve-astrometry.js'
import { inWorkFolder } from './work-folder.js'

/**
 * Measures an image by source-extractor and psfex: detects, models the PSF, measures with it. One image always gives
 * the same bytes.
 *
 * @returns where the catalogue is, and the seeing that was found
 * @throws InputError for an image that is damaged, has no WCS, or does not tell which of its planes is meant; for a
 *   program that is missing or fails. CommandError for a file in the place of a product that is not of an earlier run.
 *   DataError for an image that is empty, masked, or without stars. The signal's reason if it was stopped. In each case
 *   no product is written, and the products of before stay.
 */
export async function measureImage(request: MeasureRequest): Promise<MeasuredImage> {
  const { workdir, segmentation = false, replace = false, alsoWritten = [] } = request
  const { wayOut = 'another --outdir, or the file elsewhere' } = request
  const stem = request.stem ?? stemOf(request.image)
  const names = [
    `${stem}_fullcat.fits`,
    ...(request.engine === 'own' ? [] : [`${stem}.psf`]),
    ...(segmentation ? [`${stem}_segmap.fits`] : []),
    ...(request.reference ? [`${stem}.head`] : []),
  ]
  if (!replace) await refuseForeignFiles(workdir, [...names, ...alsoWritten], { expected: wayOut })
  const work = (folder: string) => measured(request, stem, folder)
  return inWorkFolder(request.workdir, work, request.keep === true ? `${stem}_programs` : undefined)
}

/** The name of an image without what tells its form. */
export const stemOf = (path: string): string => basename(path).replace(/(\.fits?)?(\.(fz|gz))?$/i, '')

async function measured(request: MeasureRequest, stem: string, folder: string): Promise<MeasuredImage> {
  const { workdir, image, env, signal, onStage, segmentation = false } = request
  const control = { env, signal }
  onStage?.('read')
  const opened = await openForMeasuring(request, folder)
  const { sky, twoUnits } = opened
  if (request.engine === 'own') {
    onStage?.('measure')
    return measuredHere(request, stem, opened)
  }
  const planes = await writePlanes({ ...opened.planes, withoutKeywords: opened.withoutKeywords }, folder)
  const facts = withGainOfSky(opened.facts, planes.noise)
  const work: ImageAtWork = { folder, image, hdu: request.hdu, planes, facts, ...control }
  onStage?.('detect')
  const solved = request.reference && (await solveAstrometry(work, sky, request.reference))
  const psf = await psfOf(request, work)
  onStage?.('measure')
  const fwhmArcsec = psf.fwhmPixels * sky.pixelScaleArcsec
  const map = segmentation ? { CHECKIMAGE_TYPE: 'SEGMENTATION', CHECKIMAGE_NAME: 'segmap.fits' } : {}
  const catalogue = await withPsf(work, psf, { SEEING_FWHM: fwhmArcsec, ...map }, request.columns)
  const moved = await rightSkyPositions(catalogue, solved?.wcs ?? sky.wcs)
  const ours = markedAsOurs(catalogue.bytes, [...gainCards(facts), ...psfCards(psf)])
  const files = [
    { key: 'catalogue' as const, name: `${stem}_fullcat.fits`, bytes: ours },
    ...(psf.model ? [{ key: 'psf' as const, name: `${stem}.psf`, bytes: psf.model.bytes }] : []),
    ...(solved ? [{ key: 'head' as const, name: `${stem}.head`, bytes: headBytes(solved.head) }] : []),
    ...(segmentation
      ? [{ key: 'segmentation' as const, name: `${stem}_segmap.fits`, bytes: await segmentationOf(folder, image) }]
      : []),
  ]
  await writeFilesWhole(workdir, files)
  const paths = Object.fromEntries(files.map(({ key, name }) => [key, join(workdir, name)]))
  return {
    ...(paths as { catalogue: string; psf?: string; head?: string; segmentation?: string }),
    objects: catalogue.rowCount,
    fwhmArcsec,
    fwhmPixels: psf.fwhmPixels,
    ...(psf.model ? { model: { facts: psf.model.facts, degree: psf.model.degree } } : {}),
    pixelFacts: facts,
    ...(solved ? { astrometry: solved.facts } : {}),
    notes: [
      ...(solved ? [astrometryNote(solved.facts)] : []),
      ...unitNotes(twoUnits),
      ...planes.notes,
      ...facts.notes,
      ...psf.notes,
      ...(moved === undefined ? [] : [moved]),
    ],
  }
}

const astrometryNote = ({ stars, rmsArcsec, shiftArcsec, degree }: AstrometryFacts): string =>
  `scamp: ${stars} stars, RMS ${rmsArcsec.toFixed(3)} arcsec, distortion of degree ${degree}; ` +
  `the image moved by ${shiftArcsec.toFixed(2)} arcsec`

/** As SCAMP left it, but for a line that says for whom. */
const headBytes = (head: string): Uint8Array =>
  new TextEncoder().encode(`COMMENT   CREATOR bliss-calib: solved by scamp for it\n${head}`)

const unitNotes = (units: ReturnType<typeof contradictedUnit>): string[] =>
  units
    ? [`BUNIT is ${units.own} in the header of the image, ${units.primary} in the primary: neither is believed`]
    : []

/** The PSF of an image, or its seeing alone. */
interface PsfOrSeeing {
  readonly model?: ModelledPsf
  readonly fwhmPixels: number
  readonly notes: readonly string[]
}

const psfCards = ({ model }: PsfOrSeeing): FitsCardInput[] =>
  model ? [card(PSF_STARS_KEYWORD, model.facts.starsAccepted, 'stars that the PSF was made from')] : []

async function psfOf({ psf, mayLackPsf, onPsf }: MeasureRequest, work: ImageAtWork): Promise<PsfOrSeeing> {
  if (psf !== undefined) return { model: psf, fwhmPixels: psf.facts.fwhmPixels, notes: psf.notes }
  try {
    const model = await modelPsf(work)
    await onPsf?.(model)
    return { model, fwhmPixels: model.facts.fwhmPixels, notes: model.notes }
  } catch (error) {
    if (mayLackPsf !== true || !(error instanceof DataError) || error.tag !== 'no-psf-stars') throw error
    const fwhmPixels = await compactSeeingIn(await extract(work, 'detect', {}))
    if (fwhmPixels === undefined) throw error
    const note = 'psfex found no stars: there is no PSF flux, and the seeing is that of the brightest objects'
    return { fwhmPixels, notes: [note] }
  }
}

/** Columns that need a model of the PSF. */
const OF_THE_PSF = /PSF|POINTSOURCE|SPREAD/

async function withPsf(
  work: ImageAtWork,
  { model }: PsfOrSeeing,
  settings: Settings,
  columns: MeasureRequest['columns'],
): Promise<ProgramCatalogue> {
  const further = columns === undefined ? [] : await listedColumns(`${columns}.param`)
  if (model === undefined) return extract(work, 'measure', settings, { further, without: OF_THE_PSF })
  await writeFile(join(work.folder, 'model.psf'), model.bytes)
  return extract(work, 'measure', { PSF_NAME: 'model.psf', ...settings }, { further })
}

const segmentationOf = (folder: string, image: string): Promise<Uint8Array> =>
  readFile(join(folder, 'segmap.fits')).then(
    (bytes) => markedAsOurs(bytes),
    (cause: unknown) => {
      const sentence = `source-extractor wrote no segmentation map: ${reasonOf(cause)}`
      throw new InputError('program-failed', sentence, { file: image }, { cause })
    },
  )
