import type { DeclareCommand } from '../declare.js'

/** `bliss-calib catalog verify`: is a catalogue as it should be. */
export const declareVerify: DeclareCommand = (catalog, run) =>
  catalog.command(
    'verify [catalog]',
    'check the files, checksums and rows of a catalogue; exit code 3 where anything is wrong',
    (verify) =>
      verify
        .positional('catalog', {
          type: 'string',
          describe: 'directory of a catalogue of ours or of any HATS catalogue; default $BLISS_CATALOG',
        })
        .options({
          quick: { type: 'boolean', default: false, describe: 'files, lists and checksums only, not the rows' },
          json: { type: 'boolean', default: false, describe: 'one JSON object on stdout' },
          quiet: { type: 'boolean', default: false, describe: 'print nothing but findings and errors' },
        }),
    (raw) => run(async (io) => (await import('./verify.js')).catalogVerify(raw, io)),
  )
