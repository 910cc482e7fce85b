import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Campaign, kindsOfRun, strikeLibrary } from '../support/kill-campaign.js'

const root = resolve(import.meta.dirname, '../..')
/** Another build of the program may be tried, to compare. */
const program = process.env['BLISS_PROGRAM'] ?? resolve(root, 'bin/bliss-calib.js')
const built = existsSync(resolve(program, '../../dist/bundle/cli.js'))
const soak = process.env['BLISS_SOAK'] === '1'
/** Together 200, and a tenth of them. */
const KILLS = soak ? [40, 40, 30, 30, 30, 30] : [4, 4, 3, 3, 3, 3]
/** Each failing call of a commit is tried in test/node/disk/commit-journal.test.ts too, in this process. */
const FAILURES = soak ? 60 : 0
const library = built ? strikeLibrary() : undefined

test.skipIf(library === undefined)(
  `runs killed at ${KILLS.reduce((sum, kills) => sum + kills)} moments and calls, or with a call ` +
    `that fails: the next start leaves whole sets and nothing temporary`,
  { timeout: 3_600_000 },
  async () => {
    const campaign = new Campaign(program, library!, 29)
    for (const [k, kind] of (await kindsOfRun(program)).entries()) {
      const killed = await campaign.kill(kind, KILLS[k]!)
      const failed = await campaign.fail(kind, FAILURES)
      if (soak)
        process.stderr.write(`${kind.name}: killed ${JSON.stringify(killed)}, failed ${JSON.stringify(failed)}\n`)
      for (const { mixed, leftovers, blocked } of [killed, failed])
        expect.soft({ mixed, leftovers, blocked }, kind.name).toEqual({ mixed: 0, leftovers: 0, blocked: 0 })
      // Most moments lie within the work.
      expect.soft(killed.struck, kind.name).toBeGreaterThanOrEqual(killed.runs / 2)
    }
  },
)
