import { defineCommand } from '../command.js'
import { SIMULATE_OPTIONS } from './options.js'

/** `bliss-calib simulate`: an exposure with known zeropoints. */
export const simulateCommand = defineCommand({
  name: 'simulate',
  summary: 'write a simulated exposure, its raw Gaia files and its truth',
  options: SIMULATE_OPTIONS,
  examples: [['simulate --outdir sim --ccds 1-10', 'files of ten CCDs, and their true zeropoints in sim/truth.json']],
  run: async (options, io) => (await import('./run.js')).simulate(options, io),
})
