import { defineCommand } from '../command.js'
import { CHECK_OPTIONS, FIT_OPTIONS } from './options.js'

/** `bliss-calib camera`: the cameras that are described. */
export const cameraCommands = [
  defineCommand({
    name: 'camera list',
    summary: 'the cameras that the package describes',
    options: {},
    examples: [['camera list', 'their names, how each is recognised, its bands']],
    run: async (_options, io) => (await import('./list.js')).cameraList(io),
  }),
  defineCommand({
    name: 'camera check',
    summary: 'check the description of a camera, and what it recognises in images; exit code 4 if something is missing',
    options: CHECK_OPTIONS,
    examples: [
      ['camera check my-camera.json', 'whether the description is sound'],
      ['camera check my-camera.json night_001.fits night_002.fits', 'and what it recognises in images'],
    ],
    run: async (options, io) => (await import('./check.js')).cameraCheck(options, io),
  }),
  defineCommand({
    name: 'camera fit',
    summary: "fit the colour terms of one's own camera's filters to exposures that were calibrated",
    options: FIT_OPTIONS,
    examples: [
      ['camera fit products --camera my-camera.json --to fitted.json', 'of every band, from all exposures'],
      ['camera fit products --camera my-camera.json --band r --report', 'and a page'],
    ],
    run: async (options, io) => (await import('./fit.js')).cameraFit(options, io),
  }),
]
