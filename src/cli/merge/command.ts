import { CALIBRATE_OPTIONS, exposureOptions, workersOption } from '../calibrate/options.js'
import type { DeclareCommand } from '../declare.js'

/** `bliss-calib merge`: one exposure from the CCDs that were calibrated one by one. */
export const declareMerge: DeclareCommand = (parser, run) =>
  parser.command(
    'merge',
    'solve the CCDs of an exposure together that were calibrated one by one',
    {
      expnum: CALIBRATE_OPTIONS.expnum,
      reqnum: CALIBRATE_OPTIONS.reqnum,
      attnum: CALIBRATE_OPTIONS.attnum,
      workdir: { ...CALIBRATE_OPTIONS.workdir, describe: 'directory of the list' },
      outdir: { ...CALIBRATE_OPTIONS.outdir, describe: "directory of the CCDs' products" },
      json: CALIBRATE_OPTIONS.json,
      'accept-borrowed': CALIBRATE_OPTIONS['accept-borrowed'],
      force: CALIBRATE_OPTIONS.force,
      workers: CALIBRATE_OPTIONS.workers,
      quiet: CALIBRATE_OPTIONS.quiet,
    },
    (raw) =>
      run(async (io) => {
        const { workdir, outdir, json, force, quiet } = raw
        const options = {
          ...exposureOptions(raw),
          workdir,
          outdir,
          json,
          force,
          quiet,
          acceptBorrowed: raw['accept-borrowed'],
          workers: workersOption(raw),
        }
        return (await import('./run.js')).merge(options, io)
      }),
  )
