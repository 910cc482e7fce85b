import { defineCommand } from '../command.js'
import { MEASURE_OPTIONS } from './options.js'

/** `bliss-calib measure`: from images to catalogues of their objects, without a zeropoint. */
export const measureCommand = defineCommand({
  name: 'measure',
  summary: 'catalogues of the objects in images, with the names and meanings of SExtractor',
  options: MEASURE_OPTIONS,
  examples: [
    ['measure night.fits --outdir catalogues', 'writes catalogues/night_fullcat.fits'],
    ["measure 'night*.fits.fz' --grade calibration", 'only what a zeropoint needs, of many images'],
  ],
  run: async (options, io) => (await import('./run.js')).measure(options, io),
})
