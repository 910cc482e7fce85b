import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { InputError } from '../../../src/errors.js'
import { gunzipWhole } from '../../../src/node/disk/unpack.js'

const failure = (packed: Uint8Array): InputError => {
  try {
    gunzipWhole(packed, 'x.fits.gz')
  } catch (error) {
    return error as InputError
  }
  throw new Error('it was unpacked')
}

test('one member, several, and an empty one are unpacked whole', () => {
  const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(1_000_000)])
  expect(Buffer.compare(gunzipWhole(gzipSync(content), 'x'), content)).toBe(0)
  const members = Buffer.concat([gzipSync(content.subarray(0, 400_000)), gzipSync(content.subarray(400_000))])
  expect(Buffer.compare(gunzipWhole(members, 'x'), content)).toBe(0)
  expect(gunzipWhole(gzipSync(Buffer.alloc(0)), 'x').length).toBe(0)
})

test('an empty image of 8k x 8k is real', () => {
  expect(gunzipWhole(gzipSync(Buffer.alloc(256 * 1024 ** 2), { level: 1 }), 'x').length).toBe(256 * 1024 ** 2)
})

test('what holds more than it may is refused, also where its length is a lie', () => {
  const packed = gzipSync(Buffer.alloc(257 * 1024 ** 2), { level: 1 })
  for (const length of [undefined, 0, 5, 0xffffffff]) {
    const bomb = Buffer.from(packed)
    if (length !== undefined) bomb.writeUInt32LE(length, bomb.length - 4)
    expect(failure(bomb).tag).toBe('beyond-limit')
    expect(failure(bomb).message).toMatch(
      /^x\.fits\.gz: .*unpack it first.*found [\d,]+ bytes that unpack to more, expected at most 268,435,456 bytes/,
    )
  }
})

test('damage is damage', () => {
  const packed = gzipSync(randomBytes(1000))
  expect(failure(packed.subarray(0, 500)).tag).toBe('damaged-gzip')
  packed[20]! ^= 255
  expect(failure(packed).tag).toBe('damaged-gzip')
})
