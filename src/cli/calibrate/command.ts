import { CALIBRATE_OPTIONS, calibrateOptions } from './options.js'
import type { DeclareCommand } from '../declare.js'

/** `bliss-calib [calibrate]`: zeropoints of CCDs of one exposure; the default command. */
export const declareCalibrate: DeclareCommand = (parser, run) =>
  parser.command(['calibrate', '$0'], 'find the zeropoints of CCDs of one exposure', CALIBRATE_OPTIONS, (raw) =>
    run(async (io) => {
      const options = calibrateOptions(raw)
      return options.legacy
        ? (await import('./legacy.js')).calibrateLegacy(options, io)
        : (await import('./run.js')).calibrate(options, io)
    }),
  )
