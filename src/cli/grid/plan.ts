import { InputError } from '../../errors.js'
import { parsePlan, type GridPlan } from '../../grid/plan.js'
import { reasonOf } from '../../node/disk/files.js'
import { readWholeText } from '../../node/disk/regular-file.js'

/** Reads a plan. Throws InputError if it is missing or something else. */
export async function readPlan(path: string): Promise<GridPlan> {
  const text = await readWholeText(path, 'manifestBytes').catch((cause: unknown) => {
    throw new InputError('unreadable-file', `the plan cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })
  })
  return parsePlan(text, path)
}
