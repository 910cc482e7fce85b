import { defineCommand } from '../command.js'
import { BENCH_OPTIONS } from './options.js'

/** `bliss-calib bench`: how fast positions are matched on this machine. */
export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'measure the speed of matching on two local catalogues, or on simulated fields',
  options: BENCH_OPTIONS,
  readsCatalogues: true,
  examples: [['bench detections.fits gaia', 'positions of a file against a reference catalogue']],
  run: async (options, io) => (await import('./run.js')).bench(options, io),
})
