import { existsSync } from 'node:fs'
import { remoteAccess, useRemoteAccess } from '../node/http/remote-access.js'
import { COMMANDS } from './commands.js'
import type { Command } from './command.js'
import { withNegativeValues } from './options/negative-values.js'
import { readOptions, type Raw } from './options/read.js'
import { refuseUnknown } from './options/unknown.js'
import { parserOf } from './parser.js'
import { REMOTE_OPTIONS } from './remote-options.js'
import { processIo, reportFailure, shielded, type ExitCode, type Io } from './terminal/io.js'

/** Text that the parser adds to repeatable arguments, which tells the user nothing. */
const OF_THE_PARSER = /\s*\[array\](?=(?: \[required\])?\s*\[default: \[\]\])|\s*\[default: \[\]\]/g

/** Runs the command line and returns the exit code; never calls process.exit. */
export async function main(args: readonly string[], terminal: Io = processIo): Promise<number> {
  const io = shielded(terminal)
  let exitCode: ExitCode = 0
  const transfers = new AbortController()
  const asked = args[0] === 'help' ? [...args.slice(1), '--help'] : args
  const words = withNegativeValues(
    asked.map((word) => (word === '-h' ? '--help' : word)),
    COMMANDS,
  )
  let isHelpByWord = false
  const run = async (command: Command, raw: Raw) => {
    try {
      refuseUnknown(command, COMMANDS, raw, words, existsSync)
      if ('cache' in command.options) {
        const access = remoteAccess(readOptions(REMOTE_OPTIONS, raw), io.env)
        useRemoteAccess({ ...access, signal: transfers.signal })
      }
      exitCode = await command.start(raw, io)
    } catch (error) {
      exitCode = reportFailure(error, io)
    }
  }
  try {
    await parserOf(COMMANDS, words, run).parseAsync(words, {}, (_error, _argv, output) => {
      // Only the parser can tell the last word 'help' from a value. It was made without what --help alone shows.
      isHelpByWord = output !== '' && words.at(-1) === 'help' && !words.includes('--help')
      if (output && !isHelpByWord) io.out(`${output.replace(OF_THE_PARSER, '')}\n`)
    })
    if (isHelpByWord) return await main([...args.slice(0, -1), '--help'], terminal)
  } catch (error) {
    return reportFailure(error, io)
  } finally {
    useRemoteAccess(undefined)
    // Of requests at the same time one may have failed: the others would keep the process alive.
    transfers.abort()
  }
  return exitCode
}
