import type { DeclareCommand } from '../declare.js'

/** `bliss-calib bench`: how fast positions are matched on this machine. */
export const declareBench: DeclareCommand = (parser, run) =>
  parser.command(
    'bench [a] [b]',
    'measure the speed of matching on two local catalogues, or on simulated fields',
    (command) =>
      command
        .positional('a', { type: 'string', describe: 'FITS, CSV or Parquet file with positions' })
        .positional('b', {
          type: 'string',
          describe: 'the same, or a reference catalogue, of which the part near a is read; default a itself',
        })
        .options({
          'radius-arcsec': { type: 'string', default: '1', describe: 'largest separation of a pair' },
          runs: { type: 'string', default: '5', describe: 'runs of each mode; the first is shown apart' },
          json: { type: 'boolean', default: false, describe: 'one JSON object on stdout' },
        }),
    (raw) => run(async (io) => (await import('./run.js')).bench(raw, io)),
  )
