import { defineCommand } from '../command.js'
import { flag, output, path, paths } from '../options/kinds.js'

/** `bliss-calib report`: one HTML file per exposure, or an index over those of a night. */
export const reportCommand = defineCommand({
  name: 'report',
  summary: 'a page to look at: of every exposure in a directory, or of a whole night',
  options: {
    path: path('directory of products, or one zeropoint_*.json', { positional: true, required: true }),
    night: flag('an index over the exposures in the directory and below it: night.html'),
    outdir: output('directory of the page; default that of the products'),
    workdir: path('work directory of the run, for the command that the page gives to type next'),
    catalog: paths('catalogue of the run, for the same; repeatable'),
    suspects: path('list of variables of the run, for the same'),
    quiet: flag('print nothing but errors'),
  },
  examples: [
    ['report products', 'a page for every exposure in products'],
    ['report --night products', 'an index of them: night.html'],
  ],
  run: async ({ workdir, catalog, suspects, ...options }, io) => {
    const typed = {
      ...(workdir === undefined ? {} : { workdir }),
      ...(catalog === undefined ? {} : { catalog }),
      ...(suspects === undefined ? {} : { suspects }),
    }
    return (await import('./run.js')).report({ ...options, typed }, io)
  },
})
