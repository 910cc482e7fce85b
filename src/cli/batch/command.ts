import { defineCommand } from '../command.js'
import { BATCH_OPTIONS, batchOptions } from './options.js'

/** `bliss-calib batch`: many exposures in one process, resumable. */
export const batchCommand = defineCommand({
  name: 'batch',
  summary: 'calibrate all exposures below a directory, or of a manifest; what is done and unchanged is left alone',
  options: BATCH_OPTIONS,
  readsCatalogues: true,
  examples: [
    ['batch night --catalog gaia --outdir products', 'every exposure whose list is below night'],
    ['batch night --catalog gaia --watch --until-complete', 'the same while the files are still landing'],
    ["batch 'night/*.fits' --catalog gaia --watch --idle 3600", 'images as they land, until an hour without one'],
  ],
  run: async (options, io) => (await import('./run.js')).batch(batchOptions(options), io),
})
