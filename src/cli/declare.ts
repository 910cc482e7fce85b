import type { Argv } from 'yargs'
import type { ExitCode, Io } from './terminal/io.js'

/**
 * What a command does once its options are parsed; heavy parts are imported inside it, so that they cost nothing to the
 * other commands.
 */
export type Work = (io: Io) => Promise<ExitCode>

/**
 * Adds a command, its options and its help to the parser. `run` carries the exit code, and a failure's sentence, to the
 * caller.
 */
export type DeclareCommand = (parser: Argv, run: (work: Work) => Promise<void>) => Argv
