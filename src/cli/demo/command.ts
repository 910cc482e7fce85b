import type { DeclareCommand } from '../declare.js'

/** `bliss-calib demo`: the main job on the bundled exposure. */
export const declareDemo: DeclareCommand = (parser, run) =>
  parser.command(
    'demo',
    'calibrate CCD 1 of the bundled exposure',
    { outdir: { type: 'string', default: 'demo-output', describe: 'directory to write to' } },
    (raw) => run(async (io) => (await import('./run.js')).demo(raw.outdir, io)),
  )
