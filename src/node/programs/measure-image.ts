import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CameraDescription } from '../../camera/description.js'
import { badPixels, maskOf, type MaskDescription } from '../../camera/masks.js'
import { DataError, InputError } from '../../errors.js'
import { cameraEvidence } from '../../exposure/camera-evidence.js'
import { pixelFacts, type KnownPixelFacts, type PixelFacts } from '../../exposure/electrons-per-unit.js'
import { headerNames } from '../../camera/keywords.js'
import { contradictedUnit } from '../../exposure/image-facts.js'
import { headerLookup } from '../../exposure/image-header.js'
import type { FitsHdu } from '../../formats/fits/index.js'
import { writeFilesWhole } from '../disk/files.js'
import { reasonOf } from '../disk/reason.js'
import { cameraOfImage } from '../input/camera-files.js'
import { compactSeeing } from './compact-seeing.js'
import { extract, type ImageAtWork } from './extract.js'
import { chooseImage, companionsOf, planeFor, type HduChoice, type ImageFile } from '../../exposure/image-planes.js'
import { openImage } from './image-file.js'
import { imageSky } from './image-sky.js'
import { modelPsf, type ModelledPsf } from './model-psf.js'
import { markedAsOurs, refuseForeignFiles } from '../disk/own-files.js'
import { writePlanes, type ImagePlanes, type Plane } from './planes.js'
import type { ProgramCatalogue } from './program-catalogue.js'
import type { ProgramControl } from '../processes/run-program.js'
import { listedColumns, type Settings } from './settings.js'
import { siblingPlanes } from './sibling-planes.js'
import { rightSkyPositions } from './sky-positions.js'
import { solveAstrometry, type AstrometryFacts, type ReferenceNear } from './solve-astrometry.js'
import { inWorkFolder } from './work-folder.js'

/** An image to be measured, and where to. */
export interface MeasureRequest extends ProgramControl {
  /** Path of the image: FITS, plain, `.gz` or `.fz`. */
  readonly image: string
  /** Number or EXTNAME, if the file holds several images. */
  readonly hdu?: HduChoice
  /** Path of the weight map, if it is not in the image's file nor beside it (`_oow`). */
  readonly weight?: string
  /** Path of the mask, if it is not in the image's file nor beside it (`_ood`). */
  readonly mask?: string
  /** Directory of the products. */
  readonly workdir: string
  /** What the products' names begin with: `{stem}_fullcat.fits`, `{stem}.psf`; by default the image's name. */
  readonly stem?: string
  /** Leave the programs' files in `{stem}_programs/`. */
  readonly keep?: boolean
  /** Replace files in the place of products that are nobody knows whose; without it they are refused. */
  readonly replace?: boolean
  /** Further names of products that this measurement leads to: they are refused in the same way. */
  readonly alsoWritten?: readonly string[]
  /** What to do about such a file, for the message. */
  readonly wayOut?: string
  /** Solve the astrometry by SCAMP against these stars, and write its `{stem}.head`. */
  readonly reference?: ReferenceNear
  /** Also write `{stem}_segmap.fits`: which pixel belongs to which object. */
  readonly segmentation?: boolean
  /** Further columns of the catalogue, a list in `programs/`. */
  readonly columns?: 'desdm'
  /** The camera that the user describes; without it, whichever of the package fits. */
  readonly camera?: CameraDescription
  /** What is known better than the header tells it. */
  readonly known?: KnownPixelFacts
  /** A model that was made before; without it one is made. */
  readonly psf?: ModelledPsf
  /** Measure apertures alone if there are no stars to model the PSF from: the catalogue has no FLUX_PSF then. */
  readonly mayLackPsf?: boolean
  /** Hears of each stage as it begins. */
  readonly onStage?: (stage: MeasureStage) => void
  /** Gets the model before the long stage that uses it. */
  readonly onPsf?: (psf: ModelledPsf) => Promise<void>
}

export type MeasureStage = 'read' | 'detect' | 'measure'

/** What was measured. */
export interface MeasuredImage {
  /** Path of the FITS_LDAC catalogue. */
  readonly catalogue: string
  readonly objects: number
  /** Path of psfex's model; absent if there were no stars to make it from. */
  readonly psf?: string
  /** Of the PSF; without it, of the brightest objects. */
  readonly fwhmArcsec: number
  readonly fwhmPixels: number
  readonly model?: Pick<ModelledPsf, 'facts' | 'degree'>
  readonly pixelFacts: PixelFacts
  /** SCAMP's header, and what it found. */
  readonly head?: string
  readonly astrometry?: AstrometryFacts
  readonly segmentation?: string
  /** Sentences on what was found out or left out. */
  readonly notes: readonly string[]
}

/** DESDM's BADAMP, STAR, TRAIL, EDGEBLEED and EDGE (Morganson et al. 2018, PASP 130, 074501, table 8). */
const DESDM_ZERO_WEIGHT = 8 | 32 | 64 | 128 | 512

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
    ...[`${stem}_fullcat.fits`, `${stem}.psf`],
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
  const { workdir, image, known, env, signal, onStage, segmentation = false } = request
  const control = { env, signal }
  onStage?.('read')
  const file = await openImage(image, folder, control)
  const hdu = chooseImage(file, request.hdu)
  const sky = imageSky(file, hdu)
  const header = headerLookup([hdu.header], file.hdus[0]?.header)
  const { description } = await cameraOfImage(request.camera)(cameraEvidence(header, basename(image), image))
  const facts = pixelFacts(header, image, known, description)
  const units = headerNames(description.keywords).unit
  const twoUnits = contradictedUnit(header, units)
  const withoutKeywords = twoUnits ? units : []
  const mask = maskOf(description.masks, (keyword) => header(keyword).values)
  const given = await planesOf(request, file, hdu, mask, folder, control)
  const planes = await writePlanes({ ...given, withoutKeywords }, folder)
  const work: ImageAtWork = { folder, image, planes, facts, ...control }
  onStage?.('detect')
  const solved = request.reference && (await solveAstrometry(work, sky, request.reference))
  const psf = await psfOf(request, work)
  onStage?.('measure')
  const fwhmArcsec = psf.fwhmPixels * sky.pixelScaleArcsec
  const map = segmentation ? { CHECKIMAGE_TYPE: 'SEGMENTATION', CHECKIMAGE_NAME: 'segmap.fits' } : {}
  const catalogue = await withPsf(work, psf, { SEEING_FWHM: fwhmArcsec, ...map }, request.columns)
  const moved = await rightSkyPositions(catalogue, solved?.wcs ?? sky.wcs)
  const files = [
    { key: 'catalogue' as const, name: `${stem}_fullcat.fits`, bytes: markedAsOurs(catalogue.bytes) },
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

async function psfOf({ psf, mayLackPsf, onPsf }: MeasureRequest, work: ImageAtWork): Promise<PsfOrSeeing> {
  if (psf !== undefined) return { model: psf, fwhmPixels: psf.facts.fwhmPixels, notes: psf.notes }
  try {
    const model = await modelPsf(work)
    await onPsf?.(model)
    return { model, fwhmPixels: model.facts.fwhmPixels, notes: model.notes }
  } catch (error) {
    if (mayLackPsf !== true || !(error instanceof DataError) || error.tag !== 'no-psf-stars') throw error
    const fwhmPixels = await compactSeeing(await extract(work, 'detect', {}))
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
  const beside = await siblingPlanes(request.image)
  const plane = async (own: FitsHdu | undefined, path: string | undefined): Promise<Plane | undefined> => {
    if (path === undefined) return own && { file, hdu: own }
    const other = await openImage(path, folder, control)
    return { file: other, hdu: planeFor(hdu, other) }
  }
  const mask = await plane(inside.mask, request.mask ?? (inside.mask ? undefined : beside.mask))
  const weight = await plane(inside.weight, request.weight ?? (inside.weight ? undefined : beside.weight))
  const isDesdm = inside.mask?.name?.toUpperCase() === 'MSK'
  return {
    image: { file, hdu },
    ...(mask ? { mask } : {}),
    ...(weight ? { weight } : {}),
    bad: isDesdm ? { bits: DESDM_ZERO_WEIGHT } : described ? badPixels(described) : {},
  }
}

const segmentationOf = (folder: string, image: string): Promise<Uint8Array> =>
  readFile(join(folder, 'segmap.fits')).then(markedAsOurs, (cause: unknown) => {
    const sentence = `source-extractor wrote no segmentation map: ${reasonOf(cause)}`
    throw new InputError('program-failed', sentence, { file: image }, { cause })
  })
