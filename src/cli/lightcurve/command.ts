import { CALIBRATE_OPTIONS } from '../calibrate/options.js'
import { defineCommand } from '../command.js'
import { list, output } from '../options/kinds.js'

const { target, targets, quiet } = CALIBRATE_OPTIONS

/** `bliss-calib lightcurve`: magnitudes at places, from the products of images that were calibrated before. */
export const lightcurveCommand = defineCommand({
  name: 'lightcurve',
  summary: 'magnitudes and limits at places on the sky, from products that were left earlier',
  options: {
    products: list('directories of products, or their zeropoint JSONs', { positional: true, required: true }),
    ...{ target, targets, 'target-radius': CALIBRATE_OPTIONS['target-radius'] },
    outdir: output('directory of the tables', { default: '.' }),
    quiet,
  },
  examples: [
    ['lightcurve products --target sn=13:09:48.1,-23:22:53', 'of all images in a directory and below it'],
    ['lightcurve night1 night2 --targets transients.csv --outdir curves', 'many targets, one table for each'],
  ],
  run: async (options, io) => (await import('./run.js')).lightcurve(options, io),
})
