import { isBlissError } from '../../errors.js'
import { readNumericCsv } from '../../formats/csv.js'
import { readFitsHeaders } from '../../formats/fits/hdus.js'
import { fitsColumns } from '../../formats/fits/table.js'
import { openParquet } from '../../formats/parquet/index.js'
import { readVotable } from '../../formats/votable/read.js'
import { presentNames } from '../read/readable-plan.js'
import { kindOfContent, type BuildInput } from './build-input.js'

/** The names of an input's columns. */
export interface InputHead {
  readonly names: readonly string[]
  /** Whether its first line is of numbers, so that `names` are those of a row. */
  readonly isNameless: boolean
}

/** Ends a reading as soon as the names are known. */
class Names extends Error {
  constructor(readonly names: readonly string[]) {
    super('the names are known')
  }
}

/** The columns of an input, of its largest table; undefined for one that cannot be read, which is said later. */
export async function headOf(input: BuildInput): Promise<InputHead | undefined> {
  try {
    const names = await namesOf(input)
    const isNameless = names.length > 0 && names.every((text) => text !== '' && Number.isFinite(Number(text)))
    return { names, isNameless }
  } catch (error) {
    if (isBlissError(error)) return undefined
    throw error
  }
}

async function namesOf(input: BuildInput): Promise<readonly string[]> {
  const pieces = input.chunks()[Symbol.asyncIterator]()
  const first = await pieces.next()
  await pieces.return?.()
  const kind = kindOfContent(first.done === true ? new Uint8Array(0) : first.value, input.name)
  if (kind === 'parquet') return presentNames(await openParquet(await input.source()))
  if (kind === 'fits') {
    const tables = (await readFitsHeaders(await input.source())).filter(({ kind: of }) => of !== 'image')
    const columns = tables.filter(({ kind: of }) => of === 'binary table' || of === 'ASCII table').map(fitsColumns)
    return (columns.sort((a, b) => b.length - a.length)[0] ?? []).map(({ name }) => name)
  }
  const fields = (names: readonly string[]): never => {
    throw new Names(names)
  }
  const tables =
    kind === 'csv'
      ? readNumericCsv(input.chunks(), { name: input.name, fields })
      : readVotable(input.chunks(), { name: input.name, fields })
  try {
    for await (const _ of tables) break
  } catch (error) {
    if (error instanceof Names) return error.names
    throw error
  }
  return []
}
