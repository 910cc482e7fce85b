import type { DeclareCommand } from '../declare.js'

/** `bliss-calib simulate`: an exposure with known zeropoints. */
export const declareSimulate: DeclareCommand = (parser, run) =>
  parser.command(
    'simulate',
    'write a simulated exposure, its raw Gaia files and its truth',
    {
      outdir: { type: 'string', demandOption: true, describe: 'directory to write to' },
      seed: { type: 'string', default: '1', describe: 'seed of the random numbers' },
      expnum: { type: 'string', default: '668439', describe: 'exposure number' },
      band: { type: 'string', default: 'i', describe: 'g, r, i, z or Y' },
      ra: { type: 'string', default: '53.1', describe: 'pointing, degrees' },
      dec: { type: 'string', default: '-27.8', describe: 'pointing, degrees' },
      ccds: { type: 'string', default: 'all', describe: "CCDs: a number, a list with ranges, or 'all'" },
      density: { type: 'string', describe: 'Gaia stars per square degree; default by galactic latitude' },
      quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
    },
    (raw) => run(async (io) => (await import('./run.js')).simulate(raw, io)),
  )
