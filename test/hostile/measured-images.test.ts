import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { BlissError } from '../../src/errors.js'
import { seededRandom, type Random } from '../../src/math/random.js'
import { measureImage } from '../../src/node/programs/measure-image.js'
import { temporaryDirectory } from '../cli/run.js'
import { fitsBytes, imageCards, madeImage } from '../node/programs/sky-image.js'

/** 5,000 in the soak, a tenth of them otherwise. */
const ROUNDS = process.env['BLISS_SOAK'] === undefined ? 500 : 5000
/** Of the process; each image has 9,000 pixels, so that what is beyond was believed of a header. */
const MOST_MEMORY_MB = 1500

const KEYWORDS = [
  ...[
    'BITPIX',
    'NAXIS',
    'NAXIS1',
    'NAXIS2',
    'GAIN',
    'SATURATE',
    'CRPIX1',
    'CRVAL2',
    'CD1_2',
    'CD2_1',
    'CTYPE1',
    'BUNIT',
  ],
  ...['BSCALE', 'BZERO', 'BLANK', 'EXPTIME'],
]
const VALUES = ['0', '-1', '1E300', '-1E-300', 'NaN', '99999999', "'text'", '16', '-64', '3', 'T', '']

type Mutation = (bytes: Buffer, random: Random, dataOffset: number) => Buffer

const within = (random: Random, count: number): number => Math.floor(random.uniform() * count)

/** Another value of a keyword, or a card of one that was not there in the place of another. */
const card: Mutation = (bytes, random, dataOffset) => {
  const text = `${KEYWORDS[within(random, KEYWORDS.length)]!.padEnd(8)}= ${VALUES[within(random, VALUES.length)]!.padStart(20)}`
  if (bytes.length < 2880) return bytes
  const keyword = text.slice(0, 8)
  const header = bytes.subarray(0, dataOffset).toString('latin1')
  const at = (header.match(/[\s\S]{80}/g) ?? []).findIndex((one) => one.startsWith(keyword))
  bytes.write(text.padEnd(80), 80 * (at >= 0 ? at : 8 + within(random, 10)), 'latin1')
  return bytes
}

/** Bytes anywhere, mostly in the header. */
const bytesOf: Mutation = (bytes, random, dataOffset) => {
  const end = random.uniform() < 0.7 ? dataOffset : bytes.length
  for (let k = within(random, 20); k >= 0; k--) bytes[within(random, end)] = within(random, 256)
  return bytes
}

const cut: Mutation = (bytes, random) => bytes.subarray(0, within(random, bytes.length))

/** A block of pixels that are no numbers, infinite, huge, negative, or all the same. */
const pixels: Mutation = (bytes, random, dataOffset) => {
  const values = [NaN, Infinity, -Infinity, 3e38, -3e38, -1e6, 0, 1e-40, 60_000]
  const value = values[within(random, values.length)]!
  const count = (bytes.length - dataOffset) / 4
  const from = within(random, count)
  const to = Math.min(count, from + within(random, random.uniform() < 0.2 ? count : 300))
  for (let i = from; i < to; i++)
    if (dataOffset + 4 * i + 4 <= bytes.length) bytes.writeFloatBE(value, dataOffset + 4 * i)
  return bytes
}

const MUTATIONS = [card, bytesOf, cut, pixels]

let whole: Buffer
beforeAll(() => {
  const made = madeImage({ seed: 9, columns: 100, rows: 90, lattice: 4 })
  whole = fitsBytes([{ ...made, values: made.pixels, cards: imageCards(made) }])
})

test(`${ROUNDS} mutated images: measured, or refused by the file with nothing left; memory bounded`, async () => {
  const random = seededRandom(20_261_130)
  const [folder, outdir] = [temporaryDirectory(), temporaryDirectory()]
  const image = join(folder, 'night.fits')
  const dataOffset = 2880 * Math.ceil((whole.toString('latin1').indexOf(`END${' '.repeat(77)}`) + 80) / 2880)
  const outcomes = { measured: 0, refused: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    let bytes: Buffer = Buffer.from(whole)
    for (let k = within(random, 3); k >= 0; k--)
      bytes = MUTATIONS[within(random, MUTATIONS.length)]!(bytes, random, Math.min(dataOffset, bytes.length))
    writeFileSync(image, bytes)
    try {
      const { catalogue } = await measureImage({ image, workdir: outdir, engine: 'own', env: {} })
      outcomes.measured++
      rmSync(catalogue)
    } catch (error) {
      if (!(error instanceof BlissError)) throw new Error(`round ${round}`, { cause: error })
      expect(error.message, `round ${round}`).toMatch(/night/)
      outcomes.refused++
    }
    expect(readdirSync(outdir), `round ${round}`).toEqual([])
  }
  expect(outcomes.measured).toBeGreaterThan(0.2 * ROUNDS)
  expect(outcomes.refused).toBeGreaterThan(0.2 * ROUNDS)
  expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(MOST_MEMORY_MB)
})
