import { defineCommand } from '../command.js'
import { CATLIST_OPTIONS } from './options.js'

/** `bliss-calib catlist`: the list of an exposure from its images. */
export const catlistCommand = defineCommand({
  name: 'catlist',
  summary: 'make the list of an exposure from its *_immask.fits or *_immasked.fits, also .fz and .gz',
  options: CATLIST_OPTIONS,
  examples: [['catlist --workdir work --expnum 668439', 'writes D00668439_r{R}p{A}_red_catlist.csv to work']],
  run: async (options, io) => (await import('./run.js')).catlist(options, io),
})
