import { declareCopy } from './copy-command.js'
import { declareInfo } from './info-command.js'
import { declareQuery } from './query-command.js'
import { declareVerify } from './verify-command.js'
import type { DeclareCommand } from '../declare.js'

/** `bliss-calib catalog`: makes and inspects reference catalogues. */
export const declareCatalog: DeclareCommand = (parser, run) =>
  parser.command('catalog', 'make and inspect reference catalogues', (catalog) =>
    VERBS.reduce((verbs, declare) => declare(verbs, run), catalog)
      .demandCommand(1, 'name what to do with the catalogue: build, info, query, copy or verify')
      .strict(),
  )

const declareBuild: DeclareCommand = (catalog, run) =>
  catalog.command(
    'build',
    'build a catalogue from raw files',
    {
      from: {
        type: 'string',
        array: true,
        demandOption: true,
        describe:
          "files or directories: the original's GaiaOut tree, a flat 4-column CSV, Gaia archive CSV, FITS, Parquet",
      },
      to: { type: 'string', demandOption: true, describe: 'directory of the new catalogue' },
      release: {
        type: 'string',
        describe: 'release of the input: gaia_dr2, gaia_dr3; needed if its rows do not tell it',
      },
      columns: {
        type: 'string',
        default: 'default',
        describe: 'basic (id, position, G), default, or more by name: default,parallax,ruwe,pmra_error',
      },
      lite: {
        type: 'boolean',
        default: false,
        describe: 'round positions to 0.1 mas and magnitudes far below their errors: a quarter smaller',
      },
      exact: {
        type: 'boolean',
        default: false,
        describe: 'keep proper motions and the like as doubles where the input has doubles',
      },
      margin: { type: 'string', default: '10', describe: 'width of the margin catalogue, arcsec; 0 for none' },
      metadata: {
        type: 'boolean',
        default: false,
        describe: 'write dataset/_metadata, the footers of all files in one',
      },
      workers: { type: 'string', describe: 'worker threads; default the processors, at most 4' },
      force: { type: 'boolean', default: false, describe: 'replace the catalogue that stands there' },
      quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
    },
    (raw) => run(async (io) => (await import('./build.js')).catalogBuild(raw, io)),
  )

const VERBS: readonly DeclareCommand[] = [declareBuild, declareInfo, declareQuery, declareCopy, declareVerify]
