import { defineCommand } from '../command.js'
import { COMPARE_OPTIONS } from './options.js'

/** `bliss-calib compare`: what changes between two sets of products. */
export const compareCommand = defineCommand({
  name: 'compare',
  summary: "what changes between two sets of products: the original's, --legacy's, the default's",
  options: COMPARE_OPTIONS,
  examples: [['compare old new --tolerance-mag 0.002', 'exit code 0 if nothing changes by more, 4 if something does']],
  run: async (options, io) => (await import('./run.js')).compare(options, io),
})
