import { CALIBRATE_OPTIONS } from '../calibrate/options.js'
import { defineCommand } from '../command.js'
import { flag, list, output, text } from '../options/kinds.js'

const { json, quiet } = CALIBRATE_OPTIONS

/** `bliss-calib tie`: zeropoints of search and template exposures from the stars that they share. */
export const tieCommand = defineCommand({
  name: 'tie',
  summary: 'tie a search exposure to its templates by the stars that they share',
  options: {
    search: list('products of the search exposures: directories, or zeropoint JSONs', {
      positional: true,
      required: true,
    }),
    templates: list('products of the template exposures, likewise', { required: true }),
    outdir: output('directory of the tied products, one of their own; it is made', { required: true }),
    'hold-templates': flag('templates keep their zeropoints, only the search moves'),
    starflat: flag('also write tie_{name}_starflat.fits: what is inside CCDs, from five dithered exposures or more'),
    name: text('name of the tie, for tie_{name}.json; default that of the search exposure'),
    ...{ json, quiet },
  },
  examples: [
    ['tie search --templates t1 t2 --outdir tied', 'exit code 0 for GO and LOOK, 4 for STOP'],
    ['tie search --templates t1 --hold-templates --outdir tied', 'the templates were published before'],
  ],
  run: async (options, io) => (await import('./run.js')).tie(options, io),
})
