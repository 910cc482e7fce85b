import { availableParallelism } from 'node:os'
import { LIMITS } from '../../limits.js'
import { CALIBRATE_OPTIONS, LISTED_OPTIONS } from '../calibrate/options.js'
import { choice, count, flag, path, text } from '../options/kinds.js'
import type { Values } from '../options/option.js'

const { catalog, 'reference-priority': referencePriority, system, estimator, quiet } = CALIBRATE_OPTIONS
const JOB = 'Flags of the job:'
const MORE = 'Further options:'

/** The options of `se`: the job's letters, each with a name. */
export const SE_OPTIONS = {
  expnum: count('exposure number', { alias: ['E'], required: true, group: JOB }),
  reqnum: text('request number', { alias: ['r'], required: true, group: JOB }),
  attnum: count('attempt number', { alias: ['p'], required: true, group: JOB }),
  band: text('band; checked against the headers', { alias: ['b'], required: true, group: JOB }),
  nite: text("the evening's date, YYYYMMDD; checked against the headers", { alias: ['n'], required: true, group: JOB }),
  ccd: text('CCDs: a number, a list with ranges (1,3-60), or all; 0: the one of $PROCESS', {
    alias: ['c'],
    default: 'all',
    group: JOB,
  }),
  dest: path('first part of the directory of the exposure', { alias: ['d'], default: '.', group: JOB }),
  schema: text('second part of the directory of the exposure', { alias: ['m'], default: 'gw', group: JOB }),
  calibrate: flag('calibrate; without it the run ends after the measuring', { alias: ['C'], group: JOB }),
  'from-calibrate': flag('begin with the calibration: the catalogues are there', { alias: ['j'], group: JOB }),
  overwrite: flag('do again what is done', { alias: ['O'], group: JOB }),
  template: flag('a template: end after the calibration', { alias: ['t'], group: JOB }),
  single: flag('one CCD at a time', { alias: ['s'], group: JOB }),
  season: text('folder (dp33) in which input_files/copy_pairs_for_E.sh lists the templates', {
    alias: ['S'],
    group: JOB,
  }),
  'veto-list': text('name of the veto list, made from the templates', { alias: ['V'], needs: 'season', group: JOB }),
  'star-list': text('name of the star list, made from the templates', { alias: ['T'], needs: 'season', group: JOB }),
  'flag-y': flag('accepted and recorded; it has no effect', { alias: ['Y'], group: JOB }),
  'flag-v': text('accepted and recorded; it has no effect', { alias: ['v'], group: JOB }),
  'flag-f': flag('accepted and recorded; it has no effect', { alias: ['F'], group: JOB }),
  layout: text('the directory of the exposure', { default: '{d}/{m}/exp/{nite}/{expnum}', group: MORE }),
  join: flag('solve the exposure from the CCDs that are calibrated, whatever is missing, and nothing else', {
    excludes: 'calibrate',
    group: MORE,
  }),
  scamp: flag('solve the astrometry of each CCD by scamp, against the stars of --catalog', { group: MORE }),
  keep: flag('leave the files of source-extractor and psfex', { group: MORE }),
  segmentation: flag('also write which pixel belongs to which object, D..._segmap.fits', { group: MORE }),
  columns: choice(['desdm'])('further columns of the catalogues: desdm, those that DESDM writes', { group: MORE }),
  magsType: LISTED_OPTIONS.magsType,
  catalog,
  'reference-priority': referencePriority,
  system,
  estimator,
  starflat: path(CALIBRATE_OPTIONS.starflat.describe, { group: MORE }),
  'keep-borrowed': CALIBRATE_OPTIONS['keep-borrowed'],
  'accept-borrowed': CALIBRATE_OPTIONS['accept-borrowed'],
  report: CALIBRATE_OPTIONS.report,
  workers: count('CCDs that are measured at a time', {
    min: 1,
    max: LIMITS.workers,
    default: availableParallelism(),
    defaultText: 'one per core',
  }),
  quiet,
}

export type SeOptions = Values<typeof SE_OPTIONS>
