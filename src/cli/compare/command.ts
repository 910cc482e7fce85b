import type { DeclareCommand } from '../declare.js'

/** `bliss-calib compare`: what changes between two sets of products. */
export const declareCompare: DeclareCommand = (parser, run) =>
  parser.command(
    'compare <old> <new>',
    "what changes between two sets of products: the original's, --legacy's, the default's",
    (command) =>
      command
        .positional('old', { type: 'string', demandOption: true, describe: 'directory of products, or one product' })
        .positional('new', { type: 'string', demandOption: true, describe: 'what to compare it with' })
        .options({
          'tolerance-mag': {
            type: 'string',
            default: '0.001',
            describe: 'changes up to this many magnitudes count as the same',
          },
          json: { type: 'boolean', default: false, describe: 'one JSON object on stdout' },
          quiet: { type: 'boolean', default: false, describe: 'print nothing but errors: the exit code says it' },
        }),
    (raw) => run(async (io) => (await import('./run.js')).compare(raw, io)),
  )
