import { InputError } from '../errors.js'
import { isRecord, parseJson, shapeFault } from '../formats/json-shape.js'
import { TIE_SCHEMA, type TieDocument } from './document.js'
import { TIE_SHAPE } from './shape.js'

/**
 * Reads a `tie_{name}.json`.
 *
 * @throws InputError naming the file, the place and what was found
 */
export function parseTieDocument(text: string, file: string): TieDocument {
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw new InputError(
      'bad-tie',
      'the tie is not JSON',
      { file, found: (cause as Error).message, expected: 'tie_{name}.json of bliss-calib tie' },
      { cause },
    )
  }
  const fault = shapeFault(json, TIE_SHAPE)
  if (fault === undefined) return json as TieDocument
  const { path, found, expected } = fault
  const isOfSchema = isRecord(json) && json['schema'] === TIE_SCHEMA
  const what = isOfSchema ? 'the tie is damaged' : 'the file is no tie that this version reads'
  throw new InputError('bad-tie', what, { file, found: `${path || 'the whole'}: ${found}`, expected })
}
