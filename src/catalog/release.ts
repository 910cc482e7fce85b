import { InputError } from '../errors.js'
import type { CatalogDescription } from './description.js'

/** Half a day of Julian years: `ref_epoch` is a float32 in some files. */
const EPOCH_TOLERANCE_YR = 0.002

/**
 * The description that the stars belong to: the release that was asked for, else the one whose epoch the `ref_epoch` column gives, else the first.
 * Throws InputError where the epochs contradict the release, one another, or every description.
 */
export function chooseRelease(
  release: string | undefined,
  refEpochs: ReadonlyMap<number, string>,
  descriptions: readonly CatalogDescription[],
): CatalogDescription {
  const asked = descriptions.find(({ name }) => name === release)
  const known = descriptions.map(({ name, epochYr }) => `${epochYr} (${name})`).join(' or ')
  let told: CatalogDescription | undefined
  for (const [epoch, file] of refEpochs) {
    const place = { file, column: 'ref_epoch', found: epoch }
    const matching = descriptions.find(({ epochYr }) => Math.abs(epochYr - epoch) < EPOCH_TOLERANCE_YR)
    if (asked !== undefined && Math.abs(asked.epochYr - epoch) >= EPOCH_TOLERANCE_YR) {
      throw new InputError('wrong-release', `the positions are not of the epoch of ${asked.name}`, { ...place, expected: `${asked.epochYr}` })
    }
    if (asked !== undefined) continue
    if (matching === undefined) throw new InputError('unknown-epoch', 'no release is known with positions of this epoch', { ...place, expected: known })
    if (told !== undefined && told !== matching) {
      throw new InputError('mixed-releases', `the inputs mix releases: ${told.name} stood before`, { ...place, expected: `${told.epochYr}` })
    }
    told = matching
  }
  return asked ?? told ?? descriptions[0]!
}
