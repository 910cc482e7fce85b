import yargs from 'yargs'
import { CommandError } from '../errors.js'
import { packageVersion } from '../node/package.js'
import { CALIBRATE_OPTIONS, calibrateOptions, exposureOptions } from './calibrate-options.js'
import { processIo, reportFailure, type ExitCode, type Io } from './io.js'

/** Runs the command line and gives the exit code; never calls process.exit. */
export async function main(args: readonly string[], io: Io = processIo): Promise<number> {
  let exitCode: ExitCode = 0
  const run = (command: () => Promise<ExitCode>) => async () => {
    exitCode = await command().catch((error: unknown) => reportFailure(error, io))
  }
  const parser = yargs([...args])
    .scriptName('bliss-calib')
    .usage('$0 --expnum E --ccd N\n\nPhotometric zeropoints of CCD images from a reference catalogue.')
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'camel-case-expansion': false, 'duplicate-arguments-array': true })
    .command(['calibrate', '$0'], 'find the zeropoints of CCDs of one exposure', CALIBRATE_OPTIONS, (raw) =>
      run(async () => {
        const options = calibrateOptions(raw)
        return options.legacy ? (await import('./legacy.js')).calibrateLegacy(options, io) : (await import('./calibrate.js')).calibrate(options, io)
      })(),
    )
    .command(
      'catlist',
      'make the list of an exposure from its *_immask.fits[.fz]',
      {
        workdir: { type: 'string', default: '.', describe: 'directory of the images' },
        outdir: { type: 'string', describe: 'directory of the list; default the work directory' },
        expnum: { type: 'string', describe: 'exposure number, where the directory holds several' },
        legacy: { type: 'boolean', default: false, describe: "write the original's stand-ins for missing keywords" },
        quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
      },
      (raw) => run(async () => (await import('./catlist.js')).catlist(raw, io))(),
    )
    .command('catalog', 'make and inspect reference catalogues', (catalog) =>
      catalog
        .command(
          'build',
          'build a catalogue from raw files',
          {
            from: { type: 'string', array: true, demandOption: true, describe: "files or directories: the original's GaiaOut tree, a flat 4-column CSV, Gaia archive CSV, FITS, Parquet" },
            to: { type: 'string', demandOption: true, describe: 'directory of the new catalogue' },
            release: { type: 'string', describe: 'release of the input: gaia_dr2, gaia_dr3; told from ref_epoch where it can be, else gaia_dr2' },
            force: { type: 'boolean', default: false, describe: 'replace the catalogue that stands there' },
            quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
          },
          (raw) => run(async () => (await import('./catalog-commands.js')).catalogBuild(raw, io))(),
        )
        .command('info <directory>', 'what a catalogue holds', (info) => info.positional('directory', { type: 'string', demandOption: true }), (raw) =>
          run(async () => (await import('./catalog-commands.js')).catalogInfo(raw.directory, io))(),
        )
        .demandCommand(1, 'name what to do with the catalogue: build or info')
        .strict(),
    )
    .command(
      'simulate',
      'write a simulated exposure, its raw Gaia files and its truth',
      {
        outdir: { type: 'string', demandOption: true, describe: 'directory to write to' },
        seed: { type: 'string', default: '1', describe: 'seed of the random numbers' },
        expnum: { type: 'string', default: '668439', describe: 'exposure number' },
        band: { type: 'string', default: 'i', describe: 'g, r, i, z or Y' },
        ra: { type: 'string', default: '53.1', describe: 'pointing, degrees' },
        dec: { type: 'string', default: '-27.8', describe: 'pointing, degrees' },
        ccds: { type: 'string', default: 'all', describe: "CCDs: a number, a list with ranges, or 'all'" },
        density: { type: 'string', describe: 'Gaia stars per square degree; default by galactic latitude' },
        quiet: { type: 'boolean', default: false, describe: 'print nothing but errors' },
      },
      (raw) => run(async () => (await import('./simulate.js')).simulate(raw, io))(),
    )
    .command(
      'starlists',
      'the star and veto lists of a search exposure, from the calibrated catalogues of its templates',
      {
        expnum: CALIBRATE_OPTIONS.expnum,
        reqnum: CALIBRATE_OPTIONS.reqnum,
        attnum: CALIBRATE_OPTIONS.attnum,
        templates: { type: 'string', array: true, demandOption: true, describe: 'combined catalogues D{E}_r{R}p{A}_ZP.csv or .fits, their allZP_ beside them' },
        workdir: { type: 'string', default: '.', describe: "directory of the search exposure's list" },
        outdir: CALIBRATE_OPTIONS.outdir,
        quiet: CALIBRATE_OPTIONS.quiet,
      },
      (raw) =>
        run(async () => {
          const { expnum, reqnum, attnum } = exposureOptions(raw)
          const { templates, workdir, outdir, quiet } = raw
          const options = { expnum, ...(reqnum === undefined ? {} : { reqnum }), ...(attnum === undefined ? {} : { attnum }), templates, workdir, outdir, quiet }
          return (await import('./star-lists.js')).writeStarLists(options, io)
        })(),
    )
    .command(
      'compare <old> <new>',
      "what changes between two sets of products: the original's, --legacy's, the default's",
      (command) =>
        command
          .positional('old', { type: 'string', demandOption: true, describe: 'directory of products, or one product' })
          .positional('new', { type: 'string', demandOption: true, describe: 'what to compare it with' })
          .options({
            'tolerance-mag': { type: 'string', default: '0.001', describe: 'changes up to this many magnitudes count as the same' },
            json: { type: 'boolean', default: false, describe: 'one JSON object on stdout' },
            quiet: { type: 'boolean', default: false, describe: 'print nothing but errors: the exit code says it' },
          }),
      (raw) => run(async () => (await import('./compare.js')).compare(raw, io))(),
    )
    .command(
      'demo',
      'calibrate CCD 1 of the bundled exposure',
      { outdir: { type: 'string', default: 'demo-output', describe: 'directory to write to' } },
      (raw) => run(async () => (await import('./demo.js')).demo(raw.outdir, io))(),
    )
    .version(packageVersion())
    .help()
    .wrap(100)
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandError('usage', `${message}; bliss-calib --help shows the options`)
    })
  try {
    await parser.parseAsync([...args], {}, (_error, _argv, output) => {
      if (output) io.out(`${output}\n`)
    })
  } catch (error) {
    return reportFailure(error, io)
  }
  return exitCode
}
