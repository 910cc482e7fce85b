import { CALIBRATE_OPTIONS, exposureOptions } from '../calibrate/options.js'
import type { DeclareCommand } from '../declare.js'

/** `bliss-calib starlists`: the star and veto lists of difference imaging. */
export const declareStarlists: DeclareCommand = (parser, run) =>
  parser.command(
    'starlists',
    'the star and veto lists of a search exposure, from the calibrated catalogues of its templates',
    {
      expnum: CALIBRATE_OPTIONS.expnum,
      reqnum: CALIBRATE_OPTIONS.reqnum,
      attnum: CALIBRATE_OPTIONS.attnum,
      templates: {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'combined catalogues D{E}_r{R}p{A}_ZP.csv or .fits, their allZP_ beside them',
      },
      workdir: { type: 'string', default: '.', describe: "directory of the search exposure's list" },
      outdir: CALIBRATE_OPTIONS.outdir,
      quiet: CALIBRATE_OPTIONS.quiet,
    },
    (raw) =>
      run(async (io) => {
        const { expnum, reqnum, attnum } = exposureOptions(raw)
        const { templates, workdir, outdir, quiet } = raw
        const options = {
          expnum,
          ...(reqnum === undefined ? {} : { reqnum }),
          ...(attnum === undefined ? {} : { attnum }),
          templates,
          workdir,
          outdir,
          quiet,
        }
        return (await import('./run.js')).writeStarLists(options, io)
      }),
  )
