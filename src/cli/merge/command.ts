import { CALIBRATE_OPTIONS, LISTED_OPTIONS } from '../calibrate/options.js'
import { defineCommand } from '../command.js'
import { output, path } from '../options/kinds.js'

const { expnum } = LISTED_OPTIONS
const { reqnum, attnum, json, force, workers, quiet } = CALIBRATE_OPTIONS

/** `bliss-calib merge`: one exposure from the CCDs that were calibrated one by one. */
export const mergeCommand = defineCommand({
  name: 'merge',
  summary: 'solve the CCDs of an exposure together that were calibrated one by one',
  options: {
    ...{ expnum, reqnum, attnum },
    workdir: path('directory of the list', { default: '.' }),
    outdir: output("directory of the CCDs' products", { default: '.' }),
    'accept-borrowed': CALIBRATE_OPTIONS['accept-borrowed'],
    ...{ json, force, workers, quiet },
  },
  examples: [['merge --expnum 668439 --workdir work --outdir out', 'after a run of each CCD with --outdir out']],
  run: async (options, io) => (await import('./run.js')).merge(options, io),
})
