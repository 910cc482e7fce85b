import { LIMITS } from '../limits.js'
import { repeatedKey } from './repeated-key.js'

type JsonType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'

/**
 * What JSON has to look like: the part of JSON Schema (draft 7) that is understood here. Annotations are for people.
 */
export interface JsonShape {
  readonly type?: JsonType | readonly JsonType[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonShape>>
  readonly required?: readonly string[]
  /** What keys hold that `properties` does not name; without it they are left alone. */
  readonly additionalProperties?: JsonShape
  readonly items?: JsonShape
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  /** `#/definitions/NAME` */
  readonly $ref?: string
  readonly definitions?: Readonly<Record<string, JsonShape>>
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly $schema?: string
  readonly $id?: string
  readonly title?: string
}

/** The place of an error in JSON. */
interface ShapeFault {
  /** `ccds[0].cuts.used`; empty for the whole. */
  readonly path: string
  readonly found: string
  readonly expected: string
}

/**
 * Text as JSON; SyntaxError if it is none, its brackets nest deeper than any reader of it needs, or an object has a key
 * twice, of which the language takes the last.
 */
export function parseJson(text: string): unknown {
  if (nestsTooDeep(text))
    throw new SyntaxError(`its brackets nest deeper than ${LIMITS.jsonDepth} (limit jsonDepth, see docs/limits.md)`)
  const value: unknown = JSON.parse(text)
  const twice = repeatedKey(text)
  if (twice !== undefined) throw new SyntaxError(twice)
  return value
}

function nestsTooDeep(text: string): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > LIMITS.jsonDepth) return true
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
  }
  return false
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125]

/** The first place where a value is not of a shape; undefined if it is. Numbers have to be finite. */
export function shapeFault(
  value: unknown,
  shape: JsonShape,
  path = '',
  root: JsonShape = shape,
): ShapeFault | undefined {
  if (shape.$ref !== undefined)
    return shapeFault(value, root.definitions![shape.$ref.replace('#/definitions/', '')]!, path, root)
  const fault = (expected: string): ShapeFault => ({ path, found: described(value), expected })
  if ('const' in shape && value !== shape.const) return fault(JSON.stringify(shape.const))
  if (shape.enum !== undefined && !shape.enum.includes(value))
    return fault(shape.enum.map((one) => JSON.stringify(one)).join(' or '))
  const types = typeof shape.type === 'string' ? [shape.type] : shape.type
  if (types !== undefined && !types.some((type) => isOfType(value, type)))
    return fault(types.map((type) => NAMES[type]).join(' or '))
  if (typeof value === 'number') {
    if (value < (shape.minimum ?? -Infinity)) return fault(`${shape.minimum} or more`)
    if (value > (shape.maximum ?? Infinity)) return fault(`${shape.maximum} or less`)
    if (value <= (shape.exclusiveMinimum ?? -Infinity)) return fault(`more than ${shape.exclusiveMinimum}`)
  }
  if (typeof value === 'string' && shape.pattern !== undefined && !new RegExp(shape.pattern).test(value))
    return fault(`text like ${shape.pattern}`)
  if (Array.isArray(value)) return listFault(value, shape, path, root)
  return isRecord(value) ? recordFault(value, shape, path, root) : undefined
}

function listFault(
  value: readonly unknown[],
  { items, minItems = 0, maxItems = Infinity }: JsonShape,
  path: string,
  root: JsonShape,
): ShapeFault | undefined {
  if (value.length < minItems) return { path, found: described(value), expected: `${minItems} or more` }
  if (value.length > maxItems) return { path, found: described(value), expected: `${maxItems} or less` }
  if (items === undefined) return undefined
  for (let i = 0; i < value.length; i++) {
    const fault = shapeFault(value[i], items, `${path}[${i}]`, root)
    if (fault !== undefined) return fault
  }
  return undefined
}

function recordFault(
  value: Readonly<Record<string, unknown>>,
  shape: JsonShape,
  path: string,
  root: JsonShape,
): ShapeFault | undefined {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  for (const key of shape.required ?? [])
    if (!Object.hasOwn(value, key)) return { path: at(key), found: 'nothing', expected: 'a value' }
  for (const key of Object.keys(value)) {
    const named = shape.properties !== undefined && Object.hasOwn(shape.properties, key)
    const inner = named ? shape.properties[key] : shape.additionalProperties
    const fault = inner === undefined ? undefined : shapeFault(value[key], inner, at(key.slice(0, 60)), root)
    if (fault !== undefined) return fault
  }
  return undefined
}

const NAMES: Readonly<Record<JsonType, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isOfType(value: unknown, type: JsonType): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isRecord(value)
  if (type === 'integer') return Number.isSafeInteger(value)
  if (type === 'number') return Number.isFinite(value)
  return typeof value === type
}

/** A value in a few words: a hostile one may be megabytes, or nest without end. */
function described(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isRecord(value)) return 'an object'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60))
  return String(value)
}
