import { defineCommand } from '../command.js'
import { SE_OPTIONS } from './options.js'

/** `bliss-calib se`: the single-epoch job of one exposure. */
export const seCommand = defineCommand({
  name: 'se',
  summary: 'the single-epoch job: reduced images to catalogues, by source-extractor and psfex, and to zeropoints',
  options: SE_OPTIONS,
  readsCatalogues: true,
  examples: [
    ['se -r 4 -p 5 -E 668439 -b i -n 20170817 -d persistent -m gw -C -O -c 1', 'one CCD; BLISS_CATALOG is set'],
    ['se -r 4 -p 5 -E 668439 -b i -n 20170817 -d persistent -m gw -C -c 0', 'the CCD of $PROCESS, 0 to 59'],
  ],
  run: async (options, io) => (await import('./run.js')).singleEpoch(options, io),
})
