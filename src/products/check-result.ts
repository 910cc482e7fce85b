import { InputError } from '../errors.js'
import { shapeFault } from '../formats/json-shape.js'
import { RESULT_SHAPE } from './result-shape.js'

/**
 * Checks every value of a result that is known to be of this schema: products are files, and files may hold anything.
 *
 * @throws InputError `bad-result` with the place in the JSON, what is there and what should be
 */
export function checkResultShape(json: unknown, file: string): void {
  const fault = shapeFault(json, RESULT_SHAPE)
  if (fault === undefined) return
  const { path, found, expected } = fault
  throw new InputError('bad-result', `${path || 'the whole'} of the result is damaged: calibrate it again`, {
    file,
    found,
    expected,
  })
}
