import type { DeclareCommand } from '../declare.js'

/** `bliss-calib catalog copy`: a part of a catalogue as a catalogue of its own. */
export const declareCopy: DeclareCommand = (catalog, run) =>
  catalog.command(
    'copy',
    'copy a part of a catalogue, local or remote, into a small one of its own',
    {
      from: { type: 'string', describe: 'directory or URL of the catalogue; default $BLISS_CATALOG' },
      to: { type: 'string', demandOption: true, describe: 'directory of the copy' },
      cone: { type: 'string', describe: 'RA,DEC,RADIUS in degrees; the radius may carry a unit: 6arcmin, 360arcsec' },
      polygon: { type: 'string', describe: 'RA,DEC,RA,DEC,... in degrees: corners of a convex polygon' },
      exposures: {
        type: 'string',
        array: true,
        describe: "catalogue lists (D*_red_catlist.csv), and directories of them, as a night's: what their CCDs read",
      },
      skymap: {
        type: 'string',
        describe: 'sky-probability map (FITS, flat or multi-order, also .gz): its most probable region',
      },
      level: { type: 'string', describe: 'probability in the region of --skymap; default 0.9' },
      margin: { type: 'string', describe: 'add what lies within this angle of the region: 1.1, 30arcmin' },
      columns: { type: 'string', describe: 'columns by their names in the files, comma between; default all' },
      force: { type: 'boolean', default: false, describe: 'replace the catalogue that stands there' },
      quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
    },
    (raw) => run(async (io) => (await import('./copy.js')).catalogCopy(raw, io)),
  )
