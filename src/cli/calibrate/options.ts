import { PHOTOMETRIC_SYSTEMS } from '../../camera/photometric-systems.js'
import { CommandError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import { FLUX_CATALOGUE_FORMS } from '../../products/flux-catalogue-form.js'
import { DEFAULT_SCALED_ZEROPOINT, HEADER_FORMS } from '../../products/header-form.js'
import { MEASURE_ENGINES, MEASURE_GRADES } from '../../node/programs/measure-engines.js'
import { choice, count, flag, list, number, output, path, paths, repeated, text } from '../options/kinds.js'
import type { Values } from '../options/option.js'

const MAGS_TYPE = 'flux to calibrate: mag_psf, mag_auto, mag_aper_8, or any mag_x with FLUX_x and FLUXERR_x'
const magsTypeAlias = { alias: ['magType', 'mags-type'] }

/** The catalogue of commands that work with one. */
export const ONE_CATALOG = path(
  'reference catalogue: a directory, a URL, gaia_dr3 for the public copy, or demo for the bundled simulated ' +
    'stars; default $BLISS_CATALOG',
)

/** The options of `calibrate` as commands take them that work on lists alone. */
export const LISTED_OPTIONS = {
  expnum: count('exposure number', { required: true }),
  magsType: text(MAGS_TYPE, { ...magsTypeAlias, default: 'mag_psf' }),
}

/** The options of `calibrate`; other commands take some of them. */
export const CALIBRATE_OPTIONS = {
  files: list('images and catalogues of detections to calibrate, or patterns in quotes; without them --expnum', {
    positional: true,
  }),
  expnum: count('exposure number, whose list and catalogues are in the work directory'),
  reqnum: text('request number of the list; needed if the exposure has several lists'),
  attnum: count('attempt number of the list'),
  ccd: text("CCDs: a number, a list with ranges (1,3-60), or 'all'", { defaultText: '1; of files all' }),
  magsType: text(MAGS_TYPE, { ...magsTypeAlias, defaultText: 'mag_psf; of files mag_psf, else mag_auto' }),
  band: text("filter of files that do not say it: i, ip, 'SDSS i', V ..."),
  columns: text('columns of a table: ra=RA,dec=DEC,flux=F,fluxErr=E and perhaps flags, x, y, number; or desdm'),
  mjd: number('start of the exposure, of files that do not say it', { unit: 'days', min: 15_021, max: 88_068 }),
  exptime: number('exposure time of files that do not say it', { unit: 's', above: 0 }),
  measure: choice(MEASURE_ENGINES)(
    'what measures images: own needs no other program; source-extractor needs psfex too',
    { defaultText: 'source-extractor' },
  ),
  grade: choice(MEASURE_GRADES)('of --measure own: all that is found, or only what a zeropoint needs', {
    defaultText: 'full',
  }),
  name: text('name of the exposure that the files are of; default what their names have in common'),
  sex_mag_zeropoint: number(
    "SExtractor's zeropoint; used by --legacy only, whose ZP is off by its difference from 25",
    { alias: ['sex-mag-zeropoint'], unit: 'magnitudes', default: 25, defaultText: '25.0' },
  ),
  catalog: paths(
    'reference catalogue: a directory, a URL, gaia_dr3 for the public copy, or demo for the bundled simulated ' +
      'stars; repeatable, the first decides which star is which; default $BLISS_CATALOG',
  ),
  'reference-priority': flag('with several --catalog: each CCD by the first that covers it, not by all together', {
    needs: 'catalog',
  }),
  system: choice(PHOTOMETRIC_SYSTEMS)(
    "the photometric system of the magnitudes; catalog: the catalogue's own magnitude as it is",
    { default: 'des-ab' },
  ),
  estimator: choice(['robust', 'sigma-clip'])('robust likelihood, or the mean after a 3 sigma clip', {
    default: 'robust',
  }),
  suspects: path(
    'list of variables and AGN, which lose weight: CSV with source_id or ra and dec, or a table with positions',
  ),
  camera: path('description of the camera, a JSON file; default: whichever of the package fits (camera list)'),
  starflat: path('star flat of the camera, from tie --starflat: fluxes are corrected by it', { excludes: 'legacy' }),
  target: repeated(
    'position whose magnitude is wanted: RA,DEC or NAME=RA,DEC, degrees or 13:09:48,-23:22:53; repeatable',
  ),
  targets: path('table of such places, with columns name, ra and dec'),
  'target-radius': number('how far a detection may be from a target', {
    unit: 'arcsec',
    above: 0,
    max: 60,
    defaultText: 'half the seeing, at least 1',
  }),
  workdir: path('directory of the list and the catalogues', { defaultText: '.' }),
  outdir: output('directory of the products; it must exist', { default: '.' }),
  legacy: flag("the original's algorithm, files and numbers"),
  json: flag('one JSON object on stdout'),
  plots: flag("write the original's figures under their names, .png and .svg"),
  report: flag('write a page to look at, report_D{E}_r{R}p{A}.html'),
  cal: choice(FLUX_CATALOGUE_FORMS)(
    'also write every flux of each CCD in magnitudes, with its own zeropoint: {stem}_cal.fits, .ecsv or .vot (VOTable)',
    { excludes: 'legacy' },
  ),
  methods: flag('write a paragraph for a paper, and its references in BibTeX'),
  header: choice(HEADER_FORMS)(
    'also write the zeropoint into a header, of files: image, a copy {stem}_magzero.fits; head, {stem}.head for SWarp',
  ),
  'header-zeropoint': number('zeropoint that FLXSCALE of --header head scales images to', {
    needs: 'header',
    unit: 'magnitudes',
    defaultText: String(DEFAULT_SCALED_ZEROPOINT),
  }),
  'keep-borrowed': flag('apply borrowed zeropoints whatever their error'),
  'accept-borrowed': flag('count a borrowed zeropoint as fitted in the exit code'),
  force: flag('write beside products of another photometric system'),
  workers: count('threads that work on the CCDs', {
    min: 1,
    max: LIMITS.workers,
    defaultText: 'one per 64 MiB of SExtractor catalogues, at most one per core',
  }),
  verbose: count('how much is printed', { max: 2, default: 0 }),
  debug: flag("the original's name for --verbose 2"),
  quiet: flag('print nothing but errors'),
}

type Typed = Values<typeof CALIBRATE_OPTIONS>

/** What `calibrate` is asked, whether by a list or by files. */
export type CommonOptions = Omit<
  Typed,
  'files' | 'expnum' | 'reqnum' | 'attnum' | 'ccd' | 'magsType' | 'workdir' | 'suspects' | 'camera' | 'debug'
> & {
  readonly ccd: string
  readonly workdir: string
  readonly suspectsFile?: string
  readonly cameraFile?: string
}

/** The options for an exposure that has a list. */
export type CalibrateOptions = CommonOptions &
  Pick<Typed, 'reqnum' | 'attnum'> & { readonly expnum: number; readonly magsType: string }

/** The options for files. */
export type FilesOptions = CommonOptions & Pick<Typed, 'magsType'> & { readonly files: readonly string[] }

/**
 * The options as the work takes them.
 *
 * @throws CommandError if neither files nor an exposure are named, or both, or an option belongs to the other
 */
export function calibrateOptions(typed: Typed): CalibrateOptions | FilesOptions {
  const { files, expnum, magsType, ccd } = typed
  if (files === undefined) return listOptions(typed)
  if (expnum !== undefined) {
    throw new CommandError('usage', 'name files or an exposure by --expnum, not both', {
      found: `--expnum ${expnum} and ${files.slice(0, 3).join(', ')}${files.length > 3 ? ' ...' : ''}`,
    })
  }
  refuseGiven(typed, ['reqnum', 'attnum', 'workdir'], 'an exposure that is named by --expnum')
  if (typed.header === 'image' && typed.headerZeropoint !== undefined)
    throw new CommandError('bad-option', '--header-zeropoint belongs to --header head: a copy is not scaled', {
      option: '--header-zeropoint',
    })
  if (typed.legacy)
    throw new CommandError('bad-option', "the original's algorithm needs a list: name the exposure by --expnum", {
      option: '--legacy',
    })
  if (magsType !== undefined && /(^|,)\s*flux\s*=/i.test(typed.columns ?? ''))
    throw new CommandError('bad-option', 'the flux is named twice, by --magsType and by --columns', {
      option: '--magsType',
    })
  return { ...commonOptions(typed), files, ccd: (ccd ?? 'all').trim(), ...(magsType === undefined ? {} : { magsType }) }
}

/** The options for an exposure that has a list. Throws CommandError if none is named. */
export function listOptions(typed: Omit<Typed, 'files'>): CalibrateOptions {
  const { expnum, reqnum, attnum, ccd, magsType } = typed
  if (expnum === undefined) {
    const ways = 'files, as in bliss-calib cat.fits, or an exposure that has a list, as in --expnum 668439 --ccd 1'
    throw new CommandError('usage', `name what to calibrate: ${ways}; --help lists the options`)
  }
  refuseGiven(typed, ['band', 'columns', 'mjd', 'exptime', 'measure', 'grade', 'name', 'header'], 'files')
  if (typed.legacy && (typed.catalog?.length ?? 0) > 1)
    throw new CommandError('bad-option', "the original's algorithm takes one catalogue", {
      option: '--catalog',
      found: typed.catalog!.join(' and '),
    })
  if (typed.legacy && (typed.target ?? typed.targets ?? typed.targetRadius) !== undefined)
    throw new CommandError('bad-option', "--target is not of the original's algorithm", { option: '--target' })
  return {
    ...commonOptions(typed),
    expnum,
    ...(reqnum === undefined ? {} : { reqnum }),
    ...(attnum === undefined ? {} : { attnum }),
    ccd: (ccd ?? '1').trim(),
    magsType: magsType ?? 'mag_psf',
  }
}

/** `--debug` means `--verbose 2`; `--suspects` and `--camera` are file names here, not yet read. */
function commonOptions(typed: Omit<Typed, 'files'>): Omit<CommonOptions, 'ccd'> {
  const {
    expnum: _e,
    reqnum: _r,
    attnum: _a,
    ccd: _c,
    magsType: _m,
    workdir,
    debug,
    suspects,
    camera,
    ...options
  } = typed
  return {
    ...options,
    workdir: workdir ?? '.',
    verbose: debug ? 2 : options.verbose,
    ...(suspects === undefined ? {} : { suspectsFile: suspects }),
    ...(camera === undefined ? {} : { cameraFile: camera }),
  }
}

function refuseGiven(
  typed: Omit<Typed, 'files'>,
  names: readonly (keyof Omit<Typed, 'files'>)[],
  belongsTo: string,
): void {
  const given = names.find((name) => typed[name] !== undefined)
  if (given === undefined) return
  throw new CommandError('bad-option', `--${given} belongs to ${belongsTo}`, { option: `--${given}` })
}
