import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { planBatch } from '../../../src/node/batch/batch-plan.js'
import type { ListTask } from '../../../src/node/batch/batch-task.js'
import { runBatch } from '../../../src/node/batch/batch-run.js'
import { summaryPaths, writeSummary } from '../../../src/node/batch/batch-summary.js'
import { calibrateFiles } from '../../../src/node/exposure/calibrate-files.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { sumsBelow } from '../../support/file-tree.js'
import { SMALL_CCDS, smallSurvey } from '../../support/small-exposures.js'
import { run, temporaryDirectory } from '../../cli/run.js'

const EXPOSURES = process.env['BLISS_SOAK'] ? 1000 : 100
/** By then the caches are filled and the code is compiled. */
const SETTLED = EXPOSURES / 5
/** What an exposure's results, kept by mistake, would take is some hundred times this. */
const MOST_KEPT_PER_EXPOSURE = 20_000

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes that are in use once all that can be freed is freed. */
function bytesInUse(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test(
  `${EXPOSURES} exposures: memory flat, a row per CCD, the zeropoints those put in, a rerun the same`,
  { timeout: 3_600_000 },
  async () => {
    const { work, catalog: catalogDir, truth } = await smallSurvey(temporaryDirectory(), EXPOSURES)
    const catalog = await openCatalog(catalogDir)
    const job = {
      magsType: 'mag_psf',
      system: 'des-ab',
      estimator: 'robust',
      keepBorrowed: false,
      acceptBorrowed: false,
      force: false,
    } as const
    const bench = { job, catalog, calibrate: calibrateFiles, rehash: false }
    const { tasks, unreadable } = await planBatch(work, { ccd: 'all' })
    const paths = summaryPaths(join(work, 'batch_summary.parquet'))
    const once = async () => {
      const [how, inUse]: [string[], number[]] = [[], []]
      const end = await runBatch(tasks, bench, {
        retryWaitsMs: [],
        inFlight: 1,
        onFinished: (_, finished) => {
          how.push(finished.how)
          if (how.length === SETTLED || how.length === EXPOSURES) inUse.push(bytesInUse())
        },
      })
      return {
        how,
        inUse,
        end,
        counts: await writeSummary(paths, tasks, end.unmarked, unreadable, false),
        summary: sumsBelow(work, (path) => path.startsWith('batch_')),
      }
    }
    const first = await once()
    expect(first.how).toEqual(Array.from({ length: EXPOSURES }, () => 'calibrated'))
    expect((first.inUse[1]! - first.inUse[0]!) / (EXPOSURES - SETTLED)).toBeLessThan(MOST_KEPT_PER_EXPOSURE)
    expect(first.counts).toMatchObject({ exposures: EXPOSURES, ccds: { failed: 0, absent: 0 }, failures: 0 })

    const connection = await (await DuckDBInstance.create()).connect()
    const rows = (
      await connection.runAndReadAll(`SELECT expnum, ccd, zeropoint, zeropoint_err, outcome FROM '${paths.ccds}'`)
    ).getRowObjects()
    // By exposure number whatever the order of the sky, CCDs as in the list.
    expect(rows.map(({ expnum, ccd }) => [expnum, ccd])).toEqual(
      Array.from({ length: EXPOSURES }, (_, k) => SMALL_CCDS.map((ccd) => [700_000 + k, ccd])).flat(),
    )
    const fitted = rows.filter(({ outcome }) => outcome === 'fitted')
    expect(fitted.length).toBeGreaterThan(0.98 * rows.length)
    const pulls = fitted.map(
      ({ expnum, ccd, zeropoint, zeropoint_err }) =>
        ((zeropoint as number) - truth.get(`${String(expnum)} ${String(ccd)}`)!) / (zeropoint_err as number),
    )
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0) / pulls.length)
    expect(rms).toBeGreaterThan(0.8)
    expect(rms).toBeLessThan(1.25)

    const again = await once()
    expect(again.how).toEqual(Array.from({ length: EXPOSURES }, () => 'unchanged'))
    expect(again.summary).toEqual(first.summary)

    for (const k of [0, 0.3, 0.9].map((part) => Math.floor(part * EXPOSURES))) {
      const task = tasks[k] as ListTask
      const outdir = temporaryDirectory()
      await run([
        '--expnum',
        task.name.expnumText,
        '--ccd',
        'all',
        '--workdir',
        dirname(task.listPath),
        '--outdir',
        outdir,
        '--catalog',
        catalogDir,
        '--quiet',
      ])
      for (const name of Object.keys(sumsBelow(outdir)))
        expect(readFileSync(join(task.outdir, name)).equals(readFileSync(join(outdir, name))), name).toBe(true)
    }
  },
)
