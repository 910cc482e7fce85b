import { COMMANDS } from '../../../src/cli/commands.js'
import { parserOf } from '../../../src/cli/parser.js'
import { readOptions } from '../../../src/cli/options/read.js'
import { refuseUnknown } from '../../../src/cli/options/unknown.js'

/** The command that a line names and the values of its options; its work is not done. */
export async function parse(args: readonly string[]): Promise<{ command: string; values: Record<string, unknown> }> {
  let parsed = { command: '', values: {} }
  const parser = parserOf(COMMANDS, args, (command, raw) => {
    refuseUnknown(command, COMMANDS, raw, args, () => false)
    parsed = { command: command.name, values: readOptions(command.options, raw) }
    return Promise.resolve()
  })
  await parser.parseAsync([...args])
  return parsed
}
