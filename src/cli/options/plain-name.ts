import { CommandError } from '../../errors.js'
import { nameFault } from '../../products/file-name.js'

/** Products' names are longer than what the command gives, by no more than this. */
const ENDING = '_exposure_zeropoint.json'

/**
 * Refuses the value of an option that cannot be the name of a product, or the beginning of one, before work is done.
 *
 * @throws CommandError `bad-option`
 */
export function refuseUnfitOption(option: string, name: string): void {
  const fault = nameFault(name) ?? nameFault(`${name}${ENDING}`)
  if (fault === undefined) return
  throw new CommandError('bad-option', `a file cannot have this name: ${fault}`, {
    option,
    found: `'${name}'`,
    expected: 'a plain file name, without a directory',
  })
}
