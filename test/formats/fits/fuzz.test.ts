import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/errors.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { ldacImageHeaders, openFitsSource, readFitsHeaders, readFitsTable } from '../../../src/formats/fits/index.js'
import { seededRandom, type Random } from '../../../src/math/random.js'
import { fixtures } from './sample.js'

const unpack = (bytes: Uint8Array) => gunzipSync(bytes)

const FILES = [
  'types',
  'scaled',
  'shapes',
  'varying_p',
  'varying_q',
  'varying_shared',
  'ascii',
  'header',
  'ldac',
  'images',
]
const ROUNDS = process.env.BLISS_SOAK === undefined ? 150 : 1500

/** Refusals that the whole files meet with too. */
const UNDAMAGED = ['fits-not-table', 'fits-tile-compressed']

/** Everything that may be asked of a file; how much of it was refused as damaged. */
async function readAll(bytes: Uint8Array): Promise<number> {
  let refused = 0
  const attempt = async <T>(action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof InputError) || error.tag === '' || error.place.file !== 'damaged.fits') throw error
      if (!UNDAMAGED.includes(error.tag)) refused++
      return undefined
    }
  }
  const source = await attempt(() => openFitsSource(memorySource('damaged.fits', bytes), unpack))
  const hdus = source && (await attempt(() => readFitsHeaders(source)))
  if (source === undefined || hdus === undefined) return refused
  for (const hdu of hdus) await attempt(() => readFitsTable(source, { hdu: hdu.index, hdus, chunkBytes: 97 }))
  await attempt(() => ldacImageHeaders(source, hdus))
  return refused
}

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array
const DAMAGE: Record<string, Damage> = {
  'flipped bits': (bytes, random) => {
    for (let k = 1 + random.below(8); k > 0; k--) {
      const at = random.below(bytes.length)
      bytes[at] = bytes[at]! ^ (1 << random.below(8))
    }
    return bytes
  },
  'other characters in the headers': (bytes, random) => {
    for (let k = 1 + random.below(6); k > 0; k--)
      bytes[random.below(Math.min(bytes.length, 8640))] = 32 + random.below(95)
    return bytes
  },
  'other digits in the headers': (bytes, random) => {
    const digits = Array.from(bytes.keys()).filter((at) => at < 8640 && bytes[at]! >= 48 && bytes[at]! <= 57)
    for (let k = 1 + random.below(4); k > 0; k--) bytes[digits[random.below(digits.length)]!] = 48 + random.below(10)
    return bytes
  },
  'cut short': (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'a block lost': (bytes, random) => {
    const at = 2880 * random.below(bytes.length / 2880)
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 2880)])
  },
  'a card exchanged for another': (bytes, random) => {
    const cards = Math.min(bytes.length, 8640) / 80
    const from = 80 * random.below(cards)
    bytes.copyWithin(80 * random.below(cards), from, from + 80)
    return bytes
  },
  'random data behind the headers': (bytes, random) => {
    for (let at = bytes.length - 2880; at < bytes.length; at++) bytes[at] = random.below(256)
    return bytes
  },
}
describe.each(FILES)('%s.fits', (file) => {
  const whole = new Uint8Array(readFileSync(resolve(fixtures, `${file}.fits`)))

  test('undamaged: nothing is refused', async () => expect(await readAll(whole)).toBe(0))

  test.each(Object.keys(DAMAGE))('%s: an answer or an InputError that names the file', async (kind) => {
    const random = seededRandom(1 + FILES.indexOf(file) * 100 + Object.keys(DAMAGE).indexOf(kind))
    let refused = 0
    for (let round = 0; round < ROUNDS; round++) {
      const damaged = DAMAGE[kind]!(whole.slice(), random)
      try {
        refused += await readAll(damaged)
      } catch (cause) {
        throw new Error(`${file}.fits, ${kind}, round ${round}`, { cause })
      }
    }
    if (kind === 'cut short') expect(refused).toBeGreaterThan(0)
  })
})

test('damaged gzip: an answer or an InputError', async () => {
  const packed = new Uint8Array(gzipSync(readFileSync(resolve(fixtures, 'ldac.fits'))))
  const random = seededRandom(5)
  for (let round = 0; round < ROUNDS; round++)
    await readAll(DAMAGE[round % 2 === 0 ? 'flipped bits' : 'cut short']!(packed.slice(), random))
})
