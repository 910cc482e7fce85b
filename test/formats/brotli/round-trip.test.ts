import { brotliDecompressSync } from 'node:zlib'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, test } from 'vitest'
import { brotliIntegers, brotliPlanes, isJoinable, joinedStreams } from '../../../src/formats/brotli/index.js'
import { seededRandom } from '../../../src/math/random.js'

const random = seededRandom(4)
const bytesOf = (length: number, byte: (i: number) => number) => Uint8Array.from({ length }, (_, i) => byte(i))
const noise = () => random.below(256)

/** A plane by what it holds. */
const PLANES: Record<string, (i: number) => number> = {
  noise,
  constant: () => 66,
  'two values': () => 7 + 120 * random.below(2),
  'three values': (i) => [9, 9, 200, 255][(i * 7) % 4]!,
  'four values, one of them rare': () => [1, 2, 3, 250][Math.min(3, random.below(40))]!,
  'a slow change': (i) => 100 + ((i / 50 + random.below(2)) & 31),
  'noise with a fifth of zeros': () => (random.uniform() < 0.2 ? 0 : noise()),
  'a steep fall': () => Math.floor(-9 * Math.log(random.uniform() + 1e-9)) & 255,
  'two runs': (i) => (i < 5 ? 64 : 65),
  'one byte, and rarely another': (i) => (i % 700 === 40 ? 64 : 65),
  'runs of all lengths': (i) => Math.floor(Math.sqrt(i)) & 1,
  'every byte once in a while': (i) => (i % 3 === 0 ? noise() : 5),
}

/** Whether Node unpacks the stream to these bytes. */
const holds = (stream: Uint8Array, bytes: Uint8Array) => brotliDecompressSync(stream).equals(bytes)

/** Ids as Gaia gives them: a cell of order 12, a flag in bit 32, and a running number that counts up to 1.2 times the stars of a square degree. */
function ids(count: number, perSqDeg = 41_000): Uint8Array {
  let cell = 0x8c25595
  const starsOfCell = perSqDeg / 4880
  const values = BigInt64Array.from({ length: count }, () => {
    if (random.uniform() * starsOfCell < 1) cell += 1 + random.below(3)
    const flag = random.uniform() < 0.65 ? 1n << 32n : 0n
    return (BigInt(cell) << 35n) | flag | (BigInt(random.below(Math.ceil(1.2 * perSqDeg))) << 7n)
  })
  return new Uint8Array(values.buffer)
}

describe('planes', () => {
  test.each(Object.keys(PLANES))('%s, in the first place and after noise', (name) => {
    for (const rows of [1, 2, 3, 16, 511, 1024, 9000]) {
      const plane = bytesOf(rows, PLANES[name]!)
      for (const planes of [[plane], [bytesOf(rows, noise), plane, plane]]) {
        const bytes = Uint8Array.from(planes.flatMap((each) => Array.from(each)))
        expect(holds(brotliPlanes(bytes, rows), bytes)).toBe(true)
      }
    }
  })

  test('any mixture of planes, by two decompressors', () => {
    const kinds = Object.values(PLANES)
    for (let n = 0; n < 60; n++) {
      const rows = 1 + random.below(1300)
      const bytes = Uint8Array.from(Array.from({ length: 8 }, () => Array.from(bytesOf(rows, kinds[random.below(kinds.length)]!))).flat())
      const stream = brotliPlanes(bytes, rows)
      expect(holds(stream, bytes)).toBe(true)
      expect(compressors.BROTLI!(stream, bytes.length)).toEqual(bytes)
      expect(stream.byteLength).toBeLessThanOrEqual(bytes.byteLength + 6)
    }
  })

  test('a rare byte in the last plane costs some bytes, not a bit for every row', () => {
    const rows = 1536
    const bytes = Uint8Array.from([...bytesOf(rows, noise), ...bytesOf(rows, (i) => (i === 900 ? 64 : 65))])
    expect(brotliPlanes(bytes, rows).byteLength).toBeLessThan(rows + 60)
  })

  test('planes cost what their entropy is and little more', () => {
    const rows = 1024
    const slow = Uint8Array.from([...bytesOf(rows, noise), ...bytesOf(rows, (i) => 100 + (i >> 7)), ...bytesOf(rows, () => 65)])
    expect(brotliPlanes(slow, rows).byteLength).toBeLessThan(rows + rows / 8 + 60)
  })
})

test('a page longer than the window', () => {
  const bytes = Uint8Array.from([...bytesOf(70_000, noise), ...bytesOf(70_000, PLANES['a slow change']!)])
  expect(holds(brotliPlanes(bytes, 70_000), bytes)).toBe(true)
})

describe('integers', () => {
  // Entropy of number, flag and cell: 1.89, 2.13 and 2.65 bytes.
  test.each([[2000, 2.7], [41_000, 2.75], [1_000_000, 3.25]])('of a catalogue of %d stars per square degree come back, each as at most %d bytes', (perSqDeg, most) => {
    const bytes = ids(1536, perSqDeg)
    const stream = brotliIntegers(bytes)
    expect(holds(stream, bytes)).toBe(true)
    expect(compressors.BROTLI!(stream, bytes.length)).toEqual(bytes)
    expect(stream.byteLength).toBeLessThan(most * 1536)
  })

  test('of any kind come back', () => {
    for (let n = 0; n < 80; n++) {
      const kinds = [() => 2n ** 62n + BigInt(n), () => BigInt.asIntN(64, BigInt(random.below(2 ** 31)) * BigInt(random.below(2 ** 31)) * 37n), () => BigInt(-random.below(300)), () => BigInt(random.below(2)) << 56n]
      const values = BigInt64Array.from({ length: 1 + random.below(2000) }, kinds[n % kinds.length]!)
      const bytes = new Uint8Array(values.buffer)
      expect(holds(brotliIntegers(bytes), bytes)).toBe(true)
    }
  })
})

describe('streams', () => {
  test('joined, they unpack to their contents one after the other', () => {
    const kinds = Object.values(PLANES)
    const contents = Array.from({ length: 40 }, (_, n) => (n % 3 === 0 ? ids(1 + random.below(500)) : bytesOf(4 * (1 + random.below(500)), kinds[n % kinds.length]!)))
    const streams = contents.map((bytes, n) => (n % 3 === 0 ? brotliIntegers(bytes) : brotliPlanes(bytes, bytes.length / 4)))
    expect(streams.every(isJoinable)).toBe(true)
    expect(holds(joinedStreams(streams), Uint8Array.from(contents.flatMap((bytes) => Array.from(bytes))))).toBe(true)
  })

  test('the same bytes give the same stream', () => {
    const bytes = ids(1024)
    expect(brotliIntegers(bytes)).toEqual(brotliIntegers(bytes.slice()))
  })
})
