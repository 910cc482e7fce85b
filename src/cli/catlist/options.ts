import { count, flag, output, path } from '../options/kinds.js'

/** The options of `catlist`. */
export const CATLIST_OPTIONS = {
  workdir: path('directory of the images', { default: '.' }),
  outdir: output('directory of the list; default the work directory'),
  expnum: count('exposure number, if the directory holds several'),
  legacy: flag("write the original's stand-ins for missing keywords"),
  force: flag('replace a list of this name that differs'),
  quiet: flag('print nothing but errors'),
}
