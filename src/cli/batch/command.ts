import { BATCH_OPTIONS, batchOptions } from './options.js'
import type { DeclareCommand } from '../declare.js'

/** `bliss-calib batch`: many exposures in one process, resumable. */
export const declareBatch: DeclareCommand = (parser, run) =>
  parser.command(
    'batch <source>',
    'calibrate all exposures below a directory, or of a manifest; what is done and unchanged is left alone',
    (command) =>
      command
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: 'directory, or manifest: CSV with the column list (and outdir, ccd), or one list per line',
        })
        .options(BATCH_OPTIONS),
    (raw) => run(async (io) => (await import('./run.js')).batch(batchOptions(raw), io)),
  )
