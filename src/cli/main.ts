import yargs, { type Argv } from 'yargs'
import { CommandError } from '../errors.js'
import { packageVersion } from '../node/package.js'
export { handOverWorker } from '../node/threads/early-worker.js'
import { remoteAccess, useRemoteAccess } from '../node/http/remote-access.js'
import { declareBatch } from './batch/command.js'
import { declareBench } from './bench/command.js'
import { declareCalibrate } from './calibrate/command.js'
import { declareCatalog } from './catalog/command.js'
import { declareCatlist } from './catlist/command.js'
import { declareCompare } from './compare/command.js'
import type { DeclareCommand } from './declare.js'
import { declareDemo } from './demo/command.js'
import { declareGrid } from './grid/command.js'
import { declareMerge } from './merge/command.js'
import { declareReport } from './report/command.js'
import { declareSimulate } from './simulate/command.js'
import { declareStarlists } from './star-lists/command.js'
import { REMOTE_OPTIONS } from './remote-options.js'
import { processIo, reportFailure, shielded, type ExitCode, type Io } from './terminal/io.js'

/** The commands in the order of the help. */
const COMMANDS: readonly DeclareCommand[] = [
  declareCalibrate,
  declareMerge,
  declareBatch,
  declareCatlist,
  declareCatalog,
  declareGrid,
  declareReport,
  declareSimulate,
  declareStarlists,
  declareCompare,
  declareDemo,
  declareBench,
]

/** Runs the command line and gives the exit code; never calls process.exit. */
export async function main(args: readonly string[], terminal: Io = processIo): Promise<number> {
  const io = shielded(terminal)
  let exitCode: ExitCode = 0
  const transfers = new AbortController()
  const run: Parameters<DeclareCommand>[1] = async (work) => {
    exitCode = await work(io).catch((error: unknown) => reportFailure(error, io))
  }
  const parser = yargs([...args])
    .scriptName('bliss-calib')
    .usage('$0 --expnum E --ccd N\n\nPhotometric zeropoints of CCD images from a reference catalogue.')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'duplicate-arguments-array': true,
    })
    .options(REMOTE_OPTIONS)
    .middleware((raw) => {
      const options = { cache: raw.cache, cacheSize: raw['cache-size'], offline: raw.offline }
      useRemoteAccess({ ...remoteAccess(options, io.env), signal: transfers.signal })
    })
  const declared = COMMANDS.reduce<Argv>((all, declare) => declare(all, run), parser as Argv)
    .version(packageVersion())
    .help()
    .wrap(100)
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandError('usage', `${message}; bliss-calib --help shows the options`)
    })
  try {
    await declared.parseAsync([...args], {}, (_error, _argv, output) => {
      if (output) io.out(`${output}\n`)
    })
  } catch (error) {
    return reportFailure(error, io)
  } finally {
    useRemoteAccess(undefined)
    // Of requests at the same time one may have failed: the others would keep the process alive.
    transfers.abort()
  }
  return exitCode
}
