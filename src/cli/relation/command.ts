import { defineCommand } from '../command.js'
import { CHECK_OPTIONS, FIT_OPTIONS } from './options.js'

/** `bliss-calib relation`: relations between the magnitudes of catalogues and a photometric system. */
export const relationCommands = [
  defineCommand({
    name: 'relation fit',
    summary: "fit relations from a catalogue's magnitudes to a system, from another catalogue that has the system",
    options: FIT_OPTIONS,
    readsCatalogues: true,
    examples: [
      ['relation fit refs/gaia --truth refs/des --band g,r --to my_gaia.json --report', 'degree by cross-validation'],
      ['relation fit gaia.csv.gz --truth des.csv.gz --band z --terms second-colour --degree 3', 'from files'],
    ],
    run: async (options, io) => (await import('./fit.js')).relationFit(options, io),
  }),
  defineCommand({
    name: 'relation check',
    summary: 'judge the relations of a catalogue by stars with true magnitudes; exit code 4 if one does not hold',
    options: CHECK_OPTIONS,
    readsCatalogues: true,
    examples: [
      ['relation check refs/gaia --truth refs/des', 'all bands that both have'],
      ['relation check refs/gaia --truth refs/des --band i --description my_gaia.json --report', 'and a page'],
    ],
    run: async (options, io) => (await import('./check.js')).relationCheck(options, io),
  }),
]
