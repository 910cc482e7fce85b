import { defineCommand } from '../command.js'
import { path } from '../options/kinds.js'

/** `bliss-calib demo`: the main job on the bundled exposure. */
export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'calibrate CCD 1 of the bundled exposure',
  options: { outdir: path('directory to write to', { default: 'demo-output' }) },
  examples: [['demo', 'simulated files, one run, and the truth beside its result']],
  run: async ({ outdir }, io) => (await import('./run.js')).demo(outdir, io),
})
