import { defineCommand } from '../command.js'
import { BUILD_OPTIONS, COPY_OPTIONS, FETCH_OPTIONS, INFO_OPTIONS, QUERY_OPTIONS, VERIFY_OPTIONS } from './options.js'

/** `bliss-calib catalog`: makes and inspects reference catalogues. */
export const catalogCommands = [
  defineCommand({
    name: 'catalog build',
    summary: 'build a catalogue from raw files',
    options: BUILD_OPTIONS,
    examples: [['catalog build --from GaiaSource_*.csv.gz --to gaia', 'from files of the Gaia archive']],
    run: async (options, io) => (await import('./build.js')).catalogBuild(options, io),
  }),
  defineCommand({
    name: 'catalog info',
    summary: 'what a catalogue holds and weighs',
    options: INFO_OPTIONS,
    readsCatalogues: true,
    examples: [['catalog info gaia --svg coverage.svg', 'with a map of what it covers']],
    run: async (options, io) => (await import('./info.js')).catalogInfo(options, io),
  }),
  defineCommand({
    name: 'catalog query',
    summary: 'print the rows of a cone or polygon',
    options: QUERY_OPTIONS,
    readsCatalogues: true,
    oneOf: ['cone', 'polygon'],
    examples: [['catalog query gaia --cone 53.1,-27.8,6arcmin --to field.parquet', 'the stars around a position']],
    run: async (options, io) => (await import('./query.js')).catalogQuery(options, io),
  }),
  defineCommand({
    name: 'catalog copy',
    summary: 'copy a part of a catalogue, local or remote, into a small one of its own',
    options: COPY_OPTIONS,
    readsCatalogues: true,
    oneOf: ['cone', 'polygon', 'exposures', 'skymap'],
    examples: [
      ['catalog copy --from https://example.org/gaia --to night --exposures work', 'what the exposures in work need'],
      ['catalog copy --from gaia --to event --skymap bayestar.fits.gz --margin 1.1', 'what a follow-up will need'],
    ],
    run: async (options, io) => (await import('./copy.js')).catalogCopy(options, io),
  }),
  defineCommand({
    name: 'catalog fetch',
    summary: 'fetch the stars of a field from the Gaia archive or VizieR, as a catalogue of their own',
    options: FETCH_OPTIONS,
    readsCatalogues: true,
    oneOf: ['cone', 'for'],
    examples: [
      ['catalog fetch --from gaia_dr3 --cone 53.1,-27.8,1.1 --to field', 'one field'],
      ['catalog fetch --from gaia_dr3 --for night --to night-stars', "all fields of a night's catalogue lists"],
    ],
    run: async (options, io) => (await import('./fetch.js')).catalogFetch(options, io),
  }),
  defineCommand({
    name: 'catalog verify',
    summary: 'check the files, checksums and rows of a catalogue; exit code 3 if anything is wrong',
    options: VERIFY_OPTIONS,
    examples: [['catalog verify gaia', 'every file and row; --quick is for files and checksums']],
    run: async (options, io) => (await import('./verify.js')).catalogVerify(options, io),
  }),
]
