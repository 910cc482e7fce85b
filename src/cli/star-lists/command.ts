import { CALIBRATE_OPTIONS, LISTED_OPTIONS } from '../calibrate/options.js'
import { defineCommand } from '../command.js'
import { list, path } from '../options/kinds.js'

const { expnum } = LISTED_OPTIONS
const { reqnum, attnum, outdir, quiet } = CALIBRATE_OPTIONS

/** `bliss-calib starlists`: the star and veto lists of difference imaging. */
export const starlistsCommand = defineCommand({
  name: 'starlists',
  summary: 'the star and veto lists of a search exposure, from the calibrated catalogues of its templates',
  options: {
    ...{ expnum, reqnum, attnum },
    templates: list('combined catalogues D{E}_r{R}p{A}_ZP.csv or .fits, their allZP_ beside them'),
    tie: path('tie_{name}.json of the search exposure: stars with their joint magnitudes, instead of --templates'),
    workdir: path("directory of the search exposure's list", { default: '.' }),
    ...{ outdir, quiet },
  },
  oneOf: ['templates', 'tie'],
  examples: [
    ['starlists --expnum 668439 --templates old/*_ZP.fits --workdir work', 'the lists are written to this directory'],
    ['starlists --expnum 668439 --tie tied/tie_D00668439_r4p5.json --workdir work', 'of the stars of a tie'],
  ],
  run: async (options, io) => (await import('./run.js')).writeStarLists(options, io),
})
