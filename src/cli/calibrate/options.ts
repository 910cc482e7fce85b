import { availableParallelism } from 'node:os'
import { LIMITS } from '../../limits.js'
import { choice, count, flag, number, path, text } from '../options/kinds.js'
import type { Values } from '../options/option.js'

/** The options of `calibrate`; other commands take some of them. */
export const CALIBRATE_OPTIONS = {
  expnum: count('exposure number', { required: true }),
  reqnum: text('request number of the list; needed if the exposure has several lists'),
  attnum: count('attempt number of the list'),
  ccd: text("CCDs: a number, a list with ranges (1,3-60), or 'all'", { default: '1' }),
  magsType: text('flux to calibrate: mag_psf, mag_auto, mag_aper_8, or any mag_x with FLUX_x and FLUXERR_x', {
    alias: ['magType', 'mags-type'],
    default: 'mag_psf',
  }),
  sex_mag_zeropoint: number("SExtractor's zeropoint; used by --legacy only", {
    alias: ['sex-mag-zeropoint'],
    unit: 'magnitudes',
    default: 25,
    defaultText: '25.0',
  }),
  catalog: path(
    'reference catalogue: a directory, a URL, gaia_dr3 for the public copy, or demo for the bundled simulated ' +
      'stars; default $BLISS_CATALOG',
  ),
  system: choice(['des-ab', 'catalog'])(
    "des-ab: the camera's band, AB. catalog: the catalogue's own magnitude as it is",
    { default: 'des-ab' },
  ),
  estimator: choice(['robust', 'sigma-clip'])('robust likelihood, or the mean after a 3 sigma clip', {
    default: 'robust',
  }),
  suspects: path(
    'list of variables and AGN, which lose weight: CSV with source_id or ra and dec, or a table with positions',
  ),
  workdir: path('directory of the list and the catalogues', { default: '.' }),
  outdir: path('directory of the products', { default: '.' }),
  legacy: flag("the original's algorithm, files and numbers"),
  json: flag('one JSON object on stdout'),
  plots: flag("write the original's figures under their names, .png and .svg"),
  report: flag('write a page to look at, report_D{E}_r{R}p{A}.html'),
  'keep-borrowed': flag('apply borrowed zeropoints however large their error'),
  'accept-borrowed': flag('count a borrowed zeropoint as fitted in the exit code'),
  force: flag('write beside products of another photometric system'),
  workers: count('threads that work on the CCDs', {
    min: 1,
    max: LIMITS.workers,
    default: availableParallelism(),
    defaultText: 'one per core',
  }),
  verbose: count('how much is said', { max: 2, default: 0 }),
  debug: flag("the original's name for --verbose 2"),
  quiet: flag('print nothing but errors'),
}

/** The options of `calibrate`, as its work takes them. */
export type CalibrateOptions = ReturnType<typeof calibrateOptions>

/** `--debug` is a word for `--verbose 2`; of `--suspects` this is the file, not yet read. */
export function calibrateOptions({ debug, suspects, ccd, ...options }: Values<typeof CALIBRATE_OPTIONS>) {
  return {
    ...options,
    ccd: ccd.trim(),
    verbose: debug ? 2 : options.verbose,
    ...(suspects === undefined ? {} : { suspectsFile: suspects }),
  }
}
