import { LIMITS } from '../../limits.js'
import { CALIBRATE_OPTIONS } from '../calibrate/options.js'
import { choice, count, flag, list, output } from '../options/kinds.js'
import { MEASURE_ENGINES } from '../../node/programs/measure-engines.js'

const { camera, grade, quiet } = CALIBRATE_OPTIONS

/** The options of `measure`. */
export const MEASURE_OPTIONS = {
  images: list('FITS images, plain, .gz or .fz, or patterns in quotes', { positional: true, required: true }),
  measure: choice(MEASURE_ENGINES)(
    'what measures: own needs no other program; source-extractor, the default of calibrate and batch, needs psfex too',
    { default: 'own' },
  ),
  grade,
  vignet: count('also write the pixels round each object, VIGNET of so many a side, which psfex reads', {
    min: 1,
    max: 255,
  }),
  camera,
  outdir: output('directory of the catalogues, {stem}_fullcat.fits; it must exist', { default: '.' }),
  workers: count('images that are measured at a time', { min: 1, max: LIMITS.workers, defaultText: 'one per core' }),
  json: flag('one JSON object for each catalogue, a line on stdout'),
  quiet,
}
