import { CALIBRATE_OPTIONS } from '../calibrate/options.js'
import { defineCommand } from '../command.js'
import { flag, list, output, path } from '../options/kinds.js'

const { json, quiet } = CALIBRATE_OPTIONS

/** `bliss-calib validate`: calibrated magnitudes beside those of a catalogue that was not used. */
export const validateCommand = defineCommand({
  name: 'validate',
  summary: 'compare calibrated magnitudes with a catalogue that was not used',
  options: {
    products: list('directories of products, or their zeropoint JSONs', { positional: true, required: true }),
    against: path('the other catalogue: a directory, a URL, or the name of a release', { required: true }),
    report: flag('write a page for each exposure, validation_{exposure}_{catalogue}.html'),
    outdir: output('directory of the pages', { default: '.' }),
    ...{ json, quiet },
  },
  examples: [
    ['validate products --against refs/ps1', 'exit code 0 if they agree, 4 if they do not'],
    ['validate products --against gaia_dr3 --report --outdir pages', 'with residuals by colour, magnitude and place'],
  ],
  run: async (options, io) => (await import('./run.js')).validateProducts(options, io),
})
