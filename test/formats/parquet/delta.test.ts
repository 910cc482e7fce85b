import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { expect, test } from 'vitest'
import { unpackDelta64 } from '../../../src/formats/parquet/delta.js'

function packed(values: bigint[]): Uint8Array {
  const writer = new ByteWriter()
  deltaBinaryPack(writer, values, 'INT64')
  return writer.getBytes()
}

test('64-bit integers of any size and order come back, as an independent encoder packed them', () => {
  const any = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const small = fc.bigInt({ min: 0n, max: 1000n })
  fc.assert(
    fc.property(fc.oneof(fc.array(small, { minLength: 1, maxLength: 700 }), fc.array(any, { minLength: 1, maxLength: 300 })), (values) => {
      expect(Array.from(unpackDelta64(packed(values), values.length))).toEqual(values)
    }),
    { numRuns: 300, seed: 6 },
  )
})

test('sorted keys of order 29', () => {
  const keys = Array.from({ length: 4096 }, (_, i) => 3n * 2n ** 60n - 5n + BigInt(i) * 123_456_789_012n + BigInt((i * 7919) % 104_729))
  expect(Array.from(unpackDelta64(packed(keys), keys.length))).toEqual(keys)
})

test.each([
  ['nothing', new Uint8Array(0), 'the delta blocks end early'],
  ['another number of values', packed([1n, 2n, 3n]), 'a delta header of 3 values'],
  ['a cut', packed(Array.from({ length: 200 }, (_, i) => BigInt(i * i))).slice(0, 60), 'the delta blocks end early'],
])('%s is refused', (_, bytes, message) => {
  expect(() => unpackDelta64(bytes, 200)).toThrow(message)
})
