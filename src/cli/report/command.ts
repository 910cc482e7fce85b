import type { DeclareCommand } from '../declare.js'

/** `bliss-calib report`: one HTML file per exposure, or an index over those of a night. */
export const declareReport: DeclareCommand = (parser, run) =>
  parser.command(
    'report <path>',
    'a page to look at: of every exposure in a directory, or of a whole night',
    (command) =>
      command
        .positional('path', {
          type: 'string',
          demandOption: true,
          describe: 'directory of products, or one zeropoint_*.json',
        })
        .options({
          night: {
            type: 'boolean',
            default: false,
            describe: 'an index over the exposures in the directory and below it: night.html',
          },
          outdir: { type: 'string', describe: 'directory of the page; default that of the products' },
          workdir: {
            type: 'string',
            describe: 'work directory of the run, for the command that the page gives to type next',
          },
          catalog: { type: 'string', describe: 'catalogue of the run, for the same' },
          suspects: { type: 'string', describe: 'list of variables of the run, for the same' },
          quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
        }),
    (raw) =>
      run(async (io) => {
        const { path, night, outdir, quiet, workdir, catalog, suspects } = raw
        const typed = {
          ...(workdir === undefined ? {} : { workdir }),
          ...(catalog === undefined ? {} : { catalog }),
          ...(suspects === undefined ? {} : { suspects }),
        }
        return (await import('./run.js')).report(
          { path, night, quiet, typed, ...(outdir === undefined ? {} : { outdir }) },
          io,
        )
      }),
  )
