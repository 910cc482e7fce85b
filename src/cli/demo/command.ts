import { defineCommand } from '../command.js'
import { flag, output } from '../options/kinds.js'

/** `bliss-calib demo`: the main job on the bundled exposure, or on an image of its sky. */
export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'calibrate CCD 1 of the bundled exposure, or an image of its sky',
  options: {
    image: flag('a small image, measured by source-extractor and psfex'),
    outdir: output('directory to write to', { default: 'demo-output' }),
  },
  examples: [
    ['demo', 'simulated files, one run, and the truth beside its result'],
    ['demo --image', 'the same from an image alone'],
  ],
  run: async ({ image, outdir }, io) =>
    image ? (await import('./image.js')).demoOfImage(outdir, io) : (await import('./run.js')).demo(outdir, io),
})
