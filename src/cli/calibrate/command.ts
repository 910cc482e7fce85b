import { defineCommand } from '../command.js'
import { CALIBRATE_OPTIONS, calibrateOptions } from './options.js'

/** `bliss-calib [calibrate]`: zeropoints of CCDs of one exposure; the default command. */
export const calibrateCommand = defineCommand({
  name: 'calibrate',
  summary: 'find the zeropoints of CCDs of one exposure',
  options: CALIBRATE_OPTIONS,
  readsCatalogues: true,
  examples: [
    ['--expnum 668439 --ccd 1 --catalog gaia', 'one CCD, its files in this directory'],
    ['--expnum 668439 --ccd all --catalog gaia --workdir work --outdir out', 'all CCDs, solved together'],
    ['--expnum 668439 --ccd 1 --magsType mag_auto --json --catalog gaia', 'another magnitude, the result as JSON'],
  ],
  run: async (raw, io) => {
    const options = calibrateOptions(raw)
    return options.legacy
      ? (await import('./legacy.js')).calibrateLegacy(options, io)
      : (await import('./run.js')).calibrate(options, io)
  },
})
