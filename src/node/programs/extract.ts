import { join } from 'node:path'
import { DataError } from '../../errors.js'
import type { PixelFacts } from '../../exposure/electrons-per-unit.js'
import type { WrittenPlanes } from './planes.js'
import { programCatalogue, type ProgramCatalogue } from './program-catalogue.js'
import { placeOf, programFailure, runProgram, type ProgramControl, type WorkedOn } from '../processes/run-program.js'
import { apertureDiametersPixels, SHARED_SETTINGS, writeColumns, writeSettings, type Settings } from './settings.js'

/** The planes of one image in the work folder, and what is known of its pixels. */
export interface ImageAtWork extends ProgramControl, WorkedOn {
  readonly folder: string
  readonly planes: WrittenPlanes
  readonly facts: PixelFacts
}

/** Above what any pixel holds: no level of saturation is known. */
const NEVER_SATURATED = 1e9

/**
 * Runs source-extractor with the package's settings `stage.sex` and columns `stage.param`, and checks what it wrote.
 *
 * @throws InputError as `runProgram`, and `program-failed` for a catalogue that is not whole; DataError
 *   `no-detections` if it has no rows
 */
export async function extract(
  work: ImageAtWork,
  stage: 'detect' | 'astrometry' | 'measure',
  settings: Settings,
  { further = [], without }: { readonly further?: readonly string[]; readonly without?: RegExp } = {},
): Promise<ProgramCatalogue> {
  const { folder, planes, facts } = work
  const isLacking = (column: string) =>
    without?.test(column) === true || (planes.flags === undefined && column.includes('IMAFLAGS_ISO'))
  const apertures = stage === 'measure' ? await apertureDiametersPixels(planes) : undefined
  const columns = await writeColumns(folder, `${stage}.param`, isLacking, further, apertures?.length)
  await writeSettings(folder, `${stage}.sex`, {
    ...SHARED_SETTINGS,
    ...planeSettings(planes, facts),
    ...(apertures ? { PHOT_APERTURES: apertures.map((diameter) => diameter.toFixed(2)).join(',') } : {}),
    ...settings,
  })
  const said = await runProgram('source-extractor', [planes.image, '-c', `${stage}.sex`], work)
  const catalogue = await programCatalogue(join(folder, `${stage}.cat`), columns)
  if ('fault' in catalogue) throw await programFailure('source-extractor', catalogue.fault, { ...work, said })
  if (catalogue.rowCount === 0) {
    const place = { ...placeOf(work), found: 'no object' }
    throw new DataError('no-detections', 'source-extractor found nothing in the image', place)
  }
  return catalogue
}

function planeSettings({ weight, flags }: WrittenPlanes, facts: PixelFacts): Settings {
  return {
    GAIN_KEY: 'NONE',
    GAIN: facts.electronsPerUnit ?? 0,
    SATUR_KEY: 'NONE',
    SATUR_LEVEL: facts.saturation ?? NEVER_SATURATED,
    // Named twice, for detection and measurement: with one name INTERP_TYPE VAR_ONLY ends with "WEIGHT_IMAGE missing".
    ...(weight === undefined ? {} : { WEIGHT_TYPE: 'MAP_WEIGHT,MAP_WEIGHT', WEIGHT_IMAGE: `${weight},${weight}` }),
    ...(flags === undefined ? {} : { FLAG_IMAGE: flags, FLAG_TYPE: 'OR' }),
  }
}
