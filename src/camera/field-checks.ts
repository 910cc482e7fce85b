import { InputError } from '../errors.js'

/** Refuses a field of a description unless the condition holds. */
export type Expect = (condition: boolean, field: string, expected: string) => void

export const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0 && value < Infinity
export const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
export const isKeyword = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Z0-9_-][A-Z0-9_. -]{0,66}$/.test(value)

/** Refuses a description that lacks fields, and names all of them. */
export function lackNone(given: object, required: readonly string[], prefix: string, file: string): void {
  const absent = required.filter((field) => (given as Record<string, unknown>)[field] === undefined)
  if (absent.length === 0) return
  const named = absent.map((field) => `${prefix}${field}`).join(', ')
  const sentence = `the camera's description lacks ${absent.length === 1 ? 'the field' : 'the fields'} ${named}`
  throw new InputError('bad-camera', sentence, { file, expected: required.map((field) => prefix + field).join(', ') })
}
