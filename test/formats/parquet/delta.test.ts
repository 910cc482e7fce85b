import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { expect, test } from 'vitest'
import { deltaBinaryPacked } from '../../../src/formats/parquet/delta.js'
import { seededRandom } from '../../../src/math/random.js'

function unpacked(bytes: Uint8Array, count: number): bigint[] {
  const out = new BigInt64Array(count)
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  deltaBinaryUnpack(reader, count, out)
  expect(reader.offset).toBe(bytes.byteLength)
  return Array.from(out)
}

test.each([0, 1, 7, 8, 31, 32, 33, 47, 56, 63])(
  'differences of up to %i bits come back, whatever the number of values',
  (bits) => {
    const random = seededRandom(bits)
    for (const count of [1, 2, 3, 5, 32, 33, 34, 129, 1024, 1025, 1536, 1537, 1538, 2500]) {
      let at = -(2n ** 62n)
      const values = BigInt64Array.from({ length: count }, () => {
        const step = BigInt.asUintN(bits, (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32)))
        return (at = BigInt.asIntN(64, at + step))
      })
      expect(unpacked(deltaBinaryPacked(values), count)).toEqual(Array.from(values))
    }
  },
)

test('values that fall, and part of a longer array', () => {
  const all = BigInt64Array.from({ length: 400 }, (_, i) => BigInt(i % 2 === 0 ? -i : i * 2 ** 40))
  const values = all.subarray(13, 390)
  expect(unpacked(deltaBinaryPacked(values), values.length)).toEqual(Array.from(values))
})
