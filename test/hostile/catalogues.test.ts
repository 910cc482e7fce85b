import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isBlissError } from '../../src/errors.js'
import { parseListName } from '../../src/exposure/catalogue-list.js'
import { seededRandom } from '../../src/math/random.js'
import { readCcd, readNamedList } from '../../src/node/input/read-exposure.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../src/simulate/index.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { Campaign, isBuilt } from '../support/campaign.js'
import { mutatedBytes, mutatedCards, mutatedRows } from '../support/mutations.js'

/** Whole, by commands in a process of their own, in the soak; else a tenth, by the readers in this one. */
const SOAK = process.env['BLISS_SOAK'] !== undefined
const ROUNDS = SOAK ? 10_000 : 1_000
const SEED = 20_170_818

describe.skipIf(SOAK && !isBuilt)('damaged catalogues and lists', () => {
  const campaign = new Campaign()
  let dir: string
  let catalog: string
  let files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  beforeAll(async () => {
    const exposure = simulateExposure(
      { ccds: [28], columns: 'slim', galaxiesPerSqDeg: 500 },
      describeCatalogue('gaia_dr2'),
      seededRandom(3),
    )
    files = workFiles(exposure)
    dir = temporaryDirectory()
    const csv = gaiaCsvFile(exposure)
    writeFileSync(join(dir, csv.name), csv.bytes)
    catalog = join(dir, 'cat')
    expect((await run(['catalog', 'build', '--from', join(dir, csv.name), '--to', catalog, '--quiet'])).exitCode).toBe(
      0,
    )
  })
  afterAll(() => campaign.close())

  const command = (work: string) => [
    '--expnum',
    '668439',
    '--ccd',
    '28',
    '--workdir',
    work,
    '--outdir',
    join(work, 'out'),
    '--catalog',
    catalog,
    '--json',
    '--quiet',
    '--workers',
    '1',
  ]
  const laid = (name: string): string => {
    const work = join(dir, name)
    rmSync(work, { recursive: true, force: true })
    mkdirSync(join(work, 'out'), { recursive: true })
    for (const file of files) writeFileSync(join(work, file.name), file.bytes)
    return work
  }

  /** A mutation of the list, or three times as often of the catalogue. */
  function mutation(round: number) {
    const random = seededRandom(SEED + round)
    const isList = round % 4 === 0
    const target = files.find(({ name }) => name.endsWith(isList ? '.csv' : 'fullcat.fits'))!
    const mutate = round % 2 === 0 ? mutatedBytes : isList ? mutatedRows : mutatedCards
    // Half of the lists by their bytes.
    const { how, bytes } = (isList && round % 8 === 0 ? mutatedRows : mutate)(target.bytes, random)
    return { target, bytes, label: `seed ${SEED + round} (${isList ? 'list' : 'catalogue'}, ${how})` }
  }

  test.skipIf(SOAK)(`${ROUNDS} mutations: a catalogue or a sentence`, async () => {
    const work = laid('work')
    const { name, rows } = await readNamedList(work, parseListName('D00668439_r4p5_red_catlist.csv')!)
    const endings = { read: 0, refused: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const { target, bytes, label } = mutation(round)
      writeFileSync(join(work, target.name), bytes)
      try {
        if (target.name === name.fileName) await readNamedList(work, name)
        else await readCcd(work, target.name, rows[0]!, name.fileName, { magsType: 'mag_psf' })
        endings.read++
      } catch (cause) {
        if (!isBlissError(cause)) throw new Error(label, { cause })
        expect(cause.message, label).toContain(target.name)
        endings.refused++
      }
      writeFileSync(join(work, target.name), target.bytes)
    }
    expect(endings.refused).toBeGreaterThan(ROUNDS / 10)
  })

  test.runIf(SOAK)(
    `${ROUNDS} mutations: an answer or a sentence, in bounded time and memory`,
    { timeout: 7_200_000 },
    async () => {
      const work = laid('work')
      await campaign.sound(command(work))
      const json = join(work, 'out', 'zeropoint_D00668439_28_r4p5.json')
      const zeropointOf = () =>
        (JSON.parse(readFileSync(json, 'utf8')) as { ccds: { zeropoint: number; verdict: string }[] }).ccds[0]!
      const sound = zeropointOf()
      const moved: string[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const { target, bytes, label } = mutation(round)
        writeFileSync(join(work, target.name), bytes)
        const { exitCode, err } = await campaign.run(command(work), label)
        if (exitCode === 0) {
          const now = zeropointOf()
          if (now.verdict === 'good' && Math.abs(now.zeropoint - sound.zeropoint) > 0.02)
            moved.push(`${label}: ${now.zeropoint} for ${sound.zeropoint}`)
        } else if (TYPED_FAILURE.has(exitCode)) expect(err, label).toMatch(/^bliss-calib: |CCD /)
        writeFileSync(join(work, target.name), target.bytes)
      }
      console.log(
        campaign.summary('catalogues and lists'),
        moved.length === 0 ? '' : `moved with GO: ${moved.join('; ')}`,
      )
      expect(campaign.failures).toEqual([])
    },
  )
})

const TYPED_FAILURE: ReadonlySet<number> = new Set([2, 3])
