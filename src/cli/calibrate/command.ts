import { defineCommand } from '../command.js'
import { CALIBRATE_OPTIONS, calibrateOptions } from './options.js'

/** `bliss-calib [calibrate]`: zeropoints of files, or of CCDs of one exposure; the default command. */
export const calibrateCommand = defineCommand({
  name: 'calibrate',
  summary: 'find the zeropoints of images and catalogues of detections, or of CCDs of one exposure',
  options: CALIBRATE_OPTIONS,
  readsCatalogues: true,
  examples: [
    ['image.fits --catalog gaia', 'an image with a WCS: measured, then calibrated'],
    ['image.fits --measure own --catalog gaia', 'the same without source-extractor and psfex'],
    ['cat.fits --catalog gaia', 'a catalogue of detections, with all that its header says'],
    ["'night/*.cat' --catalog gaia --outdir out", 'many; those of one exposure are solved together'],
    ['stars.csv --columns ra=RA,dec=DEC,flux=F,fluxErr=E --band i --catalog gaia', 'any table'],
    ['--expnum 668439 --ccd 1 --catalog gaia', 'one CCD, its files in this directory'],
    ['--expnum 668439 --ccd all --catalog gaia --workdir work --outdir out', 'all CCDs, solved together'],
    ['--expnum 668439 --ccd 1 --magsType mag_auto --json --catalog gaia', 'another magnitude, the result as JSON'],
  ],
  run: async (raw, io) => {
    const options = calibrateOptions(raw)
    if ('files' in options) return (await import('./files.js')).calibrateGiven(options, io)
    return options.legacy
      ? (await import('./legacy.js')).calibrateLegacy(options, io)
      : (await import('./run.js')).calibrate(options, io)
  },
})
