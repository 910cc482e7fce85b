import { InputError } from '../errors.js'

/** Number of the JSON's schema: from 2 on fields and tags are only added. */
export const RESULT_SCHEMA = 2

/**
 * Checks the schema of a result that is read.
 *
 * @throws InputError for another one: schema 1 says nothing of the camera, and was written before version 0.1
 */
export function checkResultSchema(found: unknown, file: string): void {
  if (found === RESULT_SCHEMA) return
  const sentence =
    found === 1
      ? 'the result is of an older version, which did not record the camera: ' +
        'calibrate again, or read it with that version'
      : 'the file is no result that this version reads'
  throw new InputError('bad-schema', sentence, {
    file,
    found: `schema ${JSON.stringify(found)}`,
    expected: `schema ${RESULT_SCHEMA}`,
  })
}
