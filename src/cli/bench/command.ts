import { defineCommand } from '../command.js'
import { BENCH_OPTIONS } from './options.js'

/** `bliss-calib bench`: how fast positions are matched, and images measured, on this machine. */
export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'measure the speed of matching two local catalogues, or of measuring an image',
  options: BENCH_OPTIONS,
  readsCatalogues: true,
  examples: [
    ['bench detections.fits gaia', 'positions of a file against a reference catalogue'],
    ['bench night.fits', 'an image by the own engine, and by source-extractor and psfex'],
  ],
  run: async (options, io) => (await import('./run.js')).bench(options, io),
})
