import type { DeclareCommand } from '../declare.js'

/** `bliss-calib catalog info`: what a catalogue holds. */
export const declareInfo: DeclareCommand = (catalog, run) =>
  catalog.command(
    'info [catalog]',
    'what a catalogue holds and weighs',
    (info) =>
      info
        .positional('catalog', {
          type: 'string',
          describe: 'directory or URL of the catalogue; default $BLISS_CATALOG',
        })
        .options({
          json: { type: 'boolean', default: false, describe: 'one JSON object on stdout' },
          svg: {
            type: 'string',
            describe: 'file to draw a map of the sky to, with the part that the catalogue covers',
          },
        }),
    (raw) => run(async (io) => (await import('./info.js')).catalogInfo(raw, io)),
  )
