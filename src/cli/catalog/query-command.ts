import type { DeclareCommand } from '../declare.js'

/** `bliss-calib catalog query`: the rows of a cone or polygon. */
export const declareQuery: DeclareCommand = (catalog, run) =>
  catalog.command(
    'query [catalog]',
    'print the rows of a cone or polygon',
    (query) =>
      query
        .positional('catalog', {
          type: 'string',
          describe: 'directory or URL of the catalogue; default $BLISS_CATALOG',
        })
        .options({
          cone: {
            type: 'string',
            describe: 'RA,DEC,RADIUS in degrees; the radius may carry a unit: 6arcmin, 360arcsec',
          },
          polygon: { type: 'string', describe: 'RA,DEC,RA,DEC,... in degrees: corners of a convex polygon' },
          columns: { type: 'string', describe: 'columns by their names in the files, comma between; default all' },
          format: {
            type: 'string',
            describe: 'csv, json (an object a line), parquet or arrow; default by the ending of --to, else csv',
          },
          to: { type: 'string', describe: 'file to write; default stdout' },
          quiet: { type: 'boolean', default: false, describe: 'print nothing but the rows and errors' },
        }),
    (raw) => run(async (io) => (await import('./query.js')).catalogQuery(raw, io)),
  )
