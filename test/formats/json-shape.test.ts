import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson, shapeFault, type JsonShape } from '../../src/formats/json-shape.js'

const SHAPE: JsonShape = {
  type: 'object',
  required: ['kind', 'rows'],
  properties: {
    kind: { enum: ['a', 'b', null] },
    version: { const: 2 },
    name: { type: 'string', pattern: '^[a-z]+$' },
    rows: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      items: { $ref: '#/definitions/row' },
    },
    sums: { type: ['object', 'null'], additionalProperties: { type: 'string' } },
  },
  definitions: {
    row: {
      type: 'object',
      required: ['n'],
      properties: {
        n: { type: 'integer', minimum: 0, maximum: 9 },
        x: { type: ['number', 'null'], exclusiveMinimum: 0 },
        on: { type: 'boolean' },
      },
    },
  },
}

test('it says what ajv says, of values of any kind', () => {
  const valid = new Ajv({ allowUnionTypes: true }).compile(SHAPE)
  const scalar = fc.oneof(
    fc.integer({ min: -3, max: 12 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom('a', 'b', 'C', '', null, true, 2),
    fc.string(),
  )
  const mostly = <T>(good: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: scalar })
  const good = { n: fc.integer({ min: 0, max: 9 }), x: fc.constantFrom(null, 0.5, 1e9), on: fc.boolean() }
  const row = mostly(fc.record({ n: mostly(good.n), x: mostly(good.x), on: mostly(good.on) }, { requiredKeys: ['n'] }))
  const keys = {
    kind: mostly(fc.constantFrom('a', 'b', null)),
    version: mostly(fc.constant(2)),
    name: mostly(fc.constantFrom('a', 'xyz')),
    rows: mostly(fc.array(row, { minLength: 1, maxLength: 4 })),
    sums: mostly(fc.dictionary(fc.string(), mostly(fc.string()), { maxKeys: 3 })),
    other: fc.jsonValue(),
  }
  let accepted = 0
  fc.assert(
    fc.property(
      fc.oneof(fc.record(keys, { requiredKeys: ['kind', 'rows'] }), fc.record(keys, { requiredKeys: [] }), scalar),
      (value) => {
        const fault = shapeFault(value, SHAPE)
        if (fault === undefined) accepted++
        expect(fault === undefined, JSON.stringify(fault)).toBe(valid(value))
      },
    ),
    { seed: 1, numRuns: 5000 },
  )
  expect(accepted).toBeGreaterThan(500)
})

test('a fault names the place, what is there in a few words, and what should be', () => {
  const of = (value: unknown) => shapeFault(value, SHAPE)
  expect(of({ kind: 'a', rows: [{ n: 1 }, { n: 'x'.repeat(1e6) }] })).toEqual({
    path: 'rows[1].n',
    found: `"${'x'.repeat(60)}"`,
    expected: 'a whole number',
  })
  expect(of({ kind: 'a', rows: {} })).toEqual({ path: 'rows', found: 'an object', expected: 'a list' })
  expect(of({ kind: 'a' })).toEqual({ path: 'rows', found: 'nothing', expected: 'a value' })
  expect(of([])).toEqual({ path: '', found: 'a list of 0', expected: 'an object' })
  // Not of the prototype, and no number that JSON can write but arithmetic cannot use.
  expect(of(parseJson('{"kind":"a","rows":[{"n":1,"x":1e999}]}'))?.path).toBe('rows[0].x')
  expect(shapeFault(parseJson('{"__proto__":{"n":1}}'), SHAPE.definitions!['row']!)?.path).toBe('n')
  expect(shapeFault({}, { type: 'object', required: ['toString'] })?.path).toBe('toString')
})

test('brackets that nest without end are no JSON', () => {
  expect(() => parseJson('['.repeat(100_000) + ']'.repeat(100_000))).toThrow(/nest deeper than 64/)
  expect(() => parseJson('{"a":'.repeat(100_000))).toThrow(/nest deeper than 64/)
  expect(parseJson(`["${'['.repeat(1000)}\\"${'{'.repeat(1000)}"]`)).toHaveLength(1)
  expect(parseJson('['.repeat(64) + ']'.repeat(64))).toHaveLength(1)
})

describe('an object with a key twice', () => {
  test.each([
    ['{"a": 1, "a": 2}', 'line 1: the key "a" is twice in one object'],
    ['{"b": {"a": 1},\n "c": [{"a": 1, "b": 1,\n "a": 2}]}', 'line 3: the key "a" is twice'],
    ['{"a": 1, "\\u0061": 2}', 'the key "a" is twice'],
    ['{"a\\"": "a\\"", "a\\"" : 1}', 'is twice'],
  ])('%s', (text, sentence) => {
    expect(() => parseJson(text)).toThrow(sentence)
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  test.each(['{"a": "a", "b": {"a": ["a", "a"]}, "c": {"a": {}}}', '[{"a": 1}, {"a": 1}]', '"a"', '{}'])(
    '%s is none',
    (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text))
    },
  )

  test('in any JSON that holds none, none is found', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(parseJson(text)).toEqual(JSON.parse(text))))
  })
})
