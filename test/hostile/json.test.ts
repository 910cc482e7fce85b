import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../src/simulate/index.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { Campaign, isBuilt } from '../support/campaign.js'
import { mutatedBytes, mutatedJson, mutatedRows } from '../support/mutations.js'

/** A tenth of the soak. */
const ROUNDS = process.env['BLISS_SOAK'] ? 2_000 : 200
const SEED = 91_000_000

describe.skipIf(!isBuilt)('manifests, products and lists of other values', () => {
  const campaign = new Campaign()
  let dir: string
  let work: string
  let store: string
  let hats: string
  beforeAll(async () => {
    const exposure = simulateExposure(
      { ccds: [28, 35], columns: 'slim', galaxiesPerSqDeg: 500 },
      describeCatalogue('gaia_dr2'),
      seededRandom(3),
    )
    dir = temporaryDirectory()
    work = join(dir, 'work')
    for (const made of [work, join(dir, 'page')]) mkdirSync(made)
    for (const file of workFiles(exposure)) writeFileSync(join(work, file.name), file.bytes)
    const csv = gaiaCsvFile(exposure)
    writeFileSync(join(dir, csv.name), csv.bytes)
    expect(
      (await run(['catalog', 'build', '--from', join(dir, csv.name), '--to', join(dir, 'cat'), '--quiet'])).exitCode,
    ).toBe(0)
    store = join(dir, 'cat', 'gaia_dr2')
    // The same without the lists of its own, as another program leaves it.
    hats = join(dir, 'hats')
    cpSync(store, hats, { recursive: true })
    for (const name of ['manifest.json', 'partitions.csv', 'checksums.sha256']) rmSync(join(hats, name))
    expect((await run(['batch', work, '--catalog', join(dir, 'cat'), '--quiet', '--workers', '1'])).exitCode).toBe(0)
  })
  afterAll(() => campaign.close())

  const named = (pattern: RegExp) =>
    join(
      work,
      readdirSync(work).find((name) => pattern.test(name))!,
    )
  const again = (commands: readonly (readonly string[])[]) => (round: number) => commands[round % commands.length]!

  test(`${ROUNDS} mutations: an answer or a sentence, in bounded time and memory`, { timeout: 7_200_000 }, async () => {
    const merge = ['merge', '--expnum', '668439', '--workdir', work, '--outdir', work, '--workers', '1', '--quiet']
    const report = ['report', work, '--outdir', join(dir, 'page')]
    const compare = ['compare', work, work]
    const batch = ['batch', work, '--catalog', join(dir, 'cat'), '--quiet', '--workers', '1']
    const info = (catalog: string) => ['catalog', 'info', catalog]
    const targets = [
      {
        path: join(store, 'manifest.json'),
        sign: true,
        command: again([info(store), ['read', store], ['catalog', 'verify', store]]),
      },
      { path: named(/^zeropoint_.*_28_.*json$/), command: again([merge, compare]) },
      { path: named(/^zeropoint_D\d+_r\w+\.json$/), command: again([report, compare]) },
      { path: named(/^\.bliss-done.*json$/), command: again([batch]) },
      { path: join(hats, 'partition_info.csv'), command: again([info(hats), ['read', hats]]) },
      { path: join(hats, 'hats.properties'), command: again([info(hats), ['catalog', 'verify', hats]]) },
      {
        path: join(store, 'partitions.csv'),
        command: again([
          ['read', store],
          ['catalog', 'verify', store],
        ]),
      },
      {
        path: join(dir, 'cat', 'collection.properties'),
        command: again([info(join(dir, 'cat')), ['catalog', 'verify', join(dir, 'cat')]]),
      },
      { path: named(/^matches_.*_28_.*parquet$/), command: again([merge, report, compare]) },
      { path: named(/^D\d+_28_.*_ZP\.csv$/), command: again([merge, compare]) },
      { path: named(/^Zero_.*_28_.*csv$/), command: again([compare, report]) },
    ]
    const kept = new Map(readdirSync(work).map((name) => [name, readFileSync(join(work, name))]))
    const restore = () => {
      for (const name of readdirSync(work)) if (!kept.has(name)) rmSync(join(work, name), { recursive: true })
      for (const [name, bytes] of kept) writeFileSync(join(work, name), bytes)
    }
    for (const { command } of targets) for (let k = 0; k < 3; k++) await campaign.sound(command(k))
    for (let round = 0; round < ROUNDS; round++) {
      const random = seededRandom(SEED + round)
      const { path, sign, command } = targets[round % targets.length]!
      const sound = readFileSync(path)
      const bytes =
        path.endsWith('.json') && random.uniform() < 0.9
          ? rewritten(sound, sign === true, random)
          : (path.endsWith('.parquet') ? mutatedBytes : mutatedRows)(sound, random).bytes
      writeFileSync(path, bytes)
      await campaign.run(
        command(round),
        `seed ${SEED + round} (${path.slice(dir.length + 1)}, ${command(round).slice(0, 2).join(' ')})`,
      )
      writeFileSync(path, sound)
      // These write beside what they read.
      if (command(round) === merge || command(round) === batch) restore()
    }
    console.log(campaign.summary('manifests and products'))
    expect(campaign.failures).toEqual([])
  })
})

/** JSON with other values; a manifest with the checksum that belongs to them, so that they are looked at. */
function rewritten(bytes: Uint8Array, sign: boolean, random: ReturnType<typeof seededRandom>): Uint8Array {
  const value = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
  if (sign) delete value['check']
  const text = JSON.stringify(mutatedJson(value, random)) ?? 'null'
  if (!sign || !text.endsWith('}')) return Buffer.from(text)
  return Buffer.from(`${text.slice(0, -1)},"check":"${createHash('sha256').update(text).digest('hex')}"}\n`)
}
