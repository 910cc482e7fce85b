import { InputError } from '../errors.js'
import type { CatalogDescription } from './description.js'
import type { ReleaseEvidence } from './release-evidence.js'

/** What one input says of its release; nothing, if it says nothing. */
export interface InputRelease {
  readonly file: string
  readonly rows: number
  readonly told: readonly ReleaseEvidence[]
  /** What helps to answer if nothing is told. */
  readonly hint?: string
}

const WAY_OUT = 'name the release with --release if you know it'

/**
 * The description that the stars belong to. The rows decide: every input must tell one and the same release, or the
 * release is asked for by name and no input contradicts it. Nothing is guessed, because the wrong release is wrong by
 * 11 to 17 mmag and still looks right.
 *
 * @param asked `--release`
 * @param inputs of all that was read so far; inputs without rows need not tell anything
 * @throws InputError if the inputs contradict the release or one another, are of a release that is not described, or do
 *   not tell it
 */
export function chooseRelease(
  asked: string | undefined,
  inputs: readonly InputRelease[],
  descriptions: readonly CatalogDescription[],
): CatalogDescription {
  const known = descriptions
    .filter(({ identity }) => identity !== undefined)
    .map(({ name }) => name)
    .join(' or ')
  let first: (ReleaseEvidence & { file: string }) | undefined
  let silent: InputRelease | undefined
  for (const input of inputs) {
    const { file, rows, told } = input
    // The layout of the original's files is worth less than a statement: its tree may have been made over from other
    // rows.
    const statements = asked === undefined ? told : told.filter(({ isLayout }) => isLayout !== true)
    for (const evidence of statements) {
      const place = placeOf(file, evidence)
      if (evidence.release === null)
        throw new InputError('unknown-release', 'the input is of no release that is known', {
          ...place,
          expected: known,
        })
      if (asked !== undefined && evidence.release !== asked) {
        throw new InputError(
          'wrong-release',
          `the input is of ${evidence.release}, not of ${asked} as --release says`,
          place,
        )
      }
      first ??= { ...evidence, file }
      if (evidence.release === first.release) continue
      const other = first.file === file ? `column ${first.by}`.replace(/^column the /, 'the ') : first.file
      const sentence = `the input is of ${evidence.release}, but ${other} says ${first.release} (${first.found})`
      throw new InputError('mixed-releases', `${sentence}: build the releases apart`, place)
    }
    if (told.length === 0 && rows > 0) silent ??= input
  }
  if (asked !== undefined) return descriptions.find(({ name }) => name === asked)!
  if (silent !== undefined) {
    const beside =
      first === undefined ? '' : `, and ${first.file}, which is of ${first.release!}, does not speak for it`
    throw new InputError(
      'untold-release',
      `nothing tells the release of the rows${beside}: ` +
        `${WAY_OUT}${silent.hint === undefined ? '' : ` (${silent.hint})`}`,
      {
        file: silent.file,
        found: 'no ref_epoch, no designation and no column of one release alone',
        expected: `--release ${known}`,
      },
    )
  }
  // Inputs without a row do not matter; that no star is left is said elsewhere.
  return descriptions.find(({ name }) => name === first?.release) ?? descriptions[0]!
}

/** Whether the release was what an input was refused for: what was read of it is of no use to the next try. */
export function isReleaseRefusal(error: unknown): boolean {
  return (
    error instanceof InputError &&
    ['unknown-release', 'wrong-release', 'mixed-releases', 'untold-release'].includes(error.tag)
  )
}

function placeOf(file: string, { by, found }: ReleaseEvidence) {
  return { file, found, ...(by.startsWith('the ') ? {} : { column: by }) }
}
