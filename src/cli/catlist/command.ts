import type { DeclareCommand } from '../declare.js'

/** `bliss-calib catlist`: the list of an exposure from its images. */
export const declareCatlist: DeclareCommand = (parser, run) =>
  parser.command(
    'catlist',
    'make the list of an exposure from its *_immask.fits or *_immasked.fits, also .fz and .gz',
    {
      workdir: { type: 'string', default: '.', describe: 'directory of the images' },
      outdir: { type: 'string', describe: 'directory of the list; default the work directory' },
      expnum: { type: 'string', describe: 'exposure number, where the directory holds several' },
      legacy: { type: 'boolean', default: false, describe: "write the original's stand-ins for missing keywords" },
      quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
    },
    (raw) => run(async (io) => (await import('./run.js')).catlist(raw, io)),
  )
