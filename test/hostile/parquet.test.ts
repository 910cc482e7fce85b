import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InputError } from '../../src/errors.js'
import { ang2pix } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { buildInMemory, openInMemory } from '../catalog/memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../catalog/simulated-rows.js'
import { temporaryDirectory } from '../cli/run.js'
import { Campaign, isBuilt } from '../support/campaign.js'
import { foreignHats } from '../support/foreign-hats.js'
import { mutatedBytes } from '../support/mutations.js'

/** Whole, by commands in a process of their own, in the soak; else a tenth, by the library in this one. */
const SOAK = process.env['BLISS_SOAK'] !== undefined
const ROUNDS = SOAK ? 10_000 : 1_000
const SEED = 31_000_000
const CODECS = ['uncompressed', 'snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli'] as const

/** The rows of one cell of order 0, so that there is one file. */
const rows = archiveRows(1500, 12).filter(({ ra, dec }) => ang2pix(0, ra, dec) === 4n)

describe.skipIf(SOAK && !isBuilt).each([...CODECS, 'own store'])('damaged Parquet, %s', (codec) => {
  const campaign = new Campaign()
  let dir: string
  let target: string
  let files: ReadonlyMap<string, Uint8Array>
  let sound: Uint8Array
  beforeAll(async () => {
    dir = join(temporaryDirectory(), 'catalogue')
    files =
      codec === 'own store'
        ? (await buildInMemory([memoryInput('gaia.csv', archiveCsv(rows))])).store
        : await foreignHats(rows, { fillers: 5, copy: `compression '${codec}', row_group_size 2048` })
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), bytes)
      if (!/Npix=4.*\.parquet$/.test(path)) continue
      target = join(dir, path)
      sound = bytes
    }
  })
  afterAll(() => campaign.close())

  const read = () => ['read', dir]
  const query = () => ['catalog', 'query', dir, '--cone', '0,90,180', '--quiet']
  const build = () => [
    'catalog',
    'build',
    '--from',
    target,
    '--to',
    join(dir, '..', 'built'),
    '--release',
    'gaia_dr3',
    '--workers',
    '1',
    '--quiet',
    '--force',
  ]

  test.skipIf(SOAK)(`${ROUNDS} mutations: rows or a sentence`, async () => {
    const path = [...files.keys()].find((name) => target.endsWith(name))!
    const endings = { read: 0, refused: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const { how, bytes } = mutatedBytes(sound, seededRandom(SEED + round))
      try {
        await (await openInMemory(new Map(files).set(path, bytes))).read({ order: 0, ranges: Float64Array.of(0, 12) })
        endings.read++
      } catch (cause) {
        if (!(cause instanceof InputError)) throw new Error(`${codec}, seed ${SEED + round} (${how})`, { cause })
        expect(cause.message).toContain('Npix=4')
        endings.refused++
      }
    }
    expect(endings.refused).toBeGreaterThan(ROUNDS / 10)
  })

  test.runIf(SOAK)(
    `${ROUNDS} mutations: rows or a sentence, in bounded time and memory`,
    { timeout: 7_200_000 },
    async () => {
      await campaign.sound(read())
      await campaign.sound(query())
      if (codec !== 'own store') await campaign.sound(build())
      for (let round = 0; round < ROUNDS; round++) {
        const { how, bytes } = mutatedBytes(sound, seededRandom(SEED + round))
        writeFileSync(target, bytes)
        const command = round % 20 === 0 && codec !== 'own store' ? build() : round % 20 === 10 ? query() : read()
        const label = `${codec}, seed ${SEED + round} (${how}, ${command.slice(0, 2).join(' ')})`
        const { exitCode, err } = await campaign.run(command, label)
        if (exitCode === 3) expect(err, label).toContain('Npix=4')
        if (command[1] === 'build') rmSync(join(dir, '..', 'built'), { recursive: true, force: true })
      }
      console.log(campaign.summary(`Parquet ${codec}`))
      expect(campaign.failures).toEqual([])
    },
  )
})
