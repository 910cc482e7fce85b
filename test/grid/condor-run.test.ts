import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'
import { runDag } from './dag-runner.js'
import { leftovers, productSums } from './product-sums.js'
import { smallSurvey, type SmallSurvey } from './small-exposure.js'

const built = existsSync(resolve(import.meta.dirname, '../../dist/bundle/cli.js'))

/** The products of `--ccd all` on this machine, a directory per exposure. */
async function local(
  { work, catalog }: Pick<SmallSurvey, 'work' | 'catalog'>,
  expnums: readonly number[],
): Promise<Record<string, string>> {
  const root = temporaryDirectory()
  for (const expnum of expnums) {
    const outdir = join(root, `${expnum}`)
    mkdirSync(outdir)
    await run([
      '--expnum',
      `${expnum}`,
      '--ccd',
      'all',
      '--workdir',
      join(work, `${expnum}`),
      '--outdir',
      outdir,
      '--catalog',
      catalog,
      '--quiet',
    ])
  }
  return productSums(root)
}

test.skipIf(!built)(
  "chunks of exposures by the DAG's own commands in its own order: killed midway, rescued, the files of a local run",
  { timeout: 300_000 },
  async () => {
    const expnums = [668439, 668440, 668441, 668442, 668443]
    const survey = await smallSurvey([1, 28, 35], expnums)
    // One CCD of one exposure cannot be read: it is told, and stops nothing.
    truncateSync(join(survey.work, '668441', 'D00668441_i_28_r4p5_fullcat.fits'), 20_000)
    const damagedAt = Date.now()
    const expected = await local(survey, expnums)
    // A file that changed less than two seconds ago may still be in the middle of being written: batch leaves its
    // exposure to a rerun.
    await sleep(Math.max(0, damagedAt + 2500 - Date.now()))
    expect(Object.keys(expected)).toHaveLength(4 * (3 * 5 + 4) + (2 * 5 + 4))

    const grid = join(survey.root, 'grid')
    const planned = await run([
      'grid',
      'condor',
      survey.work,
      '--to',
      grid,
      '--catalog',
      survey.catalog,
      '--per',
      'chunk',
      '--minutes',
      '1.25',
      '--seconds-per-ccd',
      '10',
      '--retries',
      '0',
    ])
    expect(planned.out).toMatch(/5 exposures, 15 CCDs, 7 nodes in 1 DAG/)
    const dag = join(grid, 'bliss.dag')

    // A chunk is killed as soon as one of its three exposures is finished; two at most are in hand, so that one is not
    // begun.
    const ofChunk = (k: number) =>
      readFileSync(join(grid, `chunks/chunk_0000${k}.csv`), 'utf8')
        .match(/D00\d+_r4p5/g)!
        .map((name) => Number(name.slice(3, 9)))
    const lost = [1, 2].find((k) => ofChunk(k).length === 3)!
    const marked = (expnum: number) => existsSync(join(survey.work, `${expnum}`, `.bliss-done-D00${expnum}_r4p5.json`))
    const broken = await runDag(dag, {
      together: 1,
      killNow: (node) => node === `calibrate_chunk_0000${lost}` && ofChunk(lost).some(marked),
    })
    expect(broken).toMatchObject({ status: 1, failed: [`calibrate_chunk_0000${lost}`] })
    expect(broken.started).toEqual(['prepare', 'calibrate_chunk_00001', 'calibrate_chunk_00002', 'finish'])
    expect(ofChunk(lost).every(marked)).toBe(false)
    expect(readFileSync(`${dag}.rescue001`, 'utf8').split('\n').sort()).toEqual([
      '',
      `DONE calibrate_chunk_0000${3 - lost}`,
      'DONE prepare',
    ])

    const rescued = await runDag(dag, { together: 2 })
    expect(rescued).toMatchObject({ status: 0, failed: [] })
    expect(rescued.started[0]).toBe(`calibrate_chunk_0000${lost}`)
    expect(rescued.started.slice(1).sort()).toEqual(['finish', 'merge', 'verify_chunk_00001', 'verify_chunk_00002'])
    expect(readFileSync(join(grid, `logs/calibrate_chunk_0000${lost}.0.out`), 'utf8')).toMatch(
      /3 exposures: [12] calibrated, [12] unchanged/,
    )
    expect(productSums(survey.work)).toEqual(expected)
    expect(readFileSync(join(grid, 'logs/merge.0.out'), 'utf8')).toMatch(
      /5 of 5 exposures calibrated; CCDs: 14 fitted, 1 failed/,
    )
    expect(readFileSync(join(grid, 'summary_failures.csv'), 'utf8')).toMatch(
      /D00668441_r4p5_red_catlist.csv,.*,668441,28,3,/,
    )
  },
)

test.skipIf(!built)(
  "a job per CCD by the DAG's own commands in its own order: a node killed while it works, a " +
    'CCD that fails for good, a rescue; the files of a local run',
  { timeout: 300_000 },
  async () => {
    const survey = await smallSurvey([1, 3, 28, 35, 60])
    const alone = temporaryDirectory()
    await run([
      '--expnum',
      '668439',
      '--ccd',
      'all',
      '--workdir',
      survey.work,
      '--outdir',
      alone,
      '--catalog',
      survey.catalog,
      '--quiet',
    ])
    const expected = productSums(alone)
    const grid = join(survey.root, 'grid')
    const out = join(survey.root, 'out')
    await run([
      'grid',
      'condor',
      survey.work,
      '--to',
      grid,
      '--outdir',
      out,
      '--catalog',
      survey.catalog,
      '--retries',
      '1',
    ])
    const dag = join(grid, 'bliss.dag')

    // CCD 28 is killed once, while it runs, and retried; CCD 35 is damaged, which no retry mends; FINAL merges the
    // others and says so.
    const damaged = join(survey.work, 'D00668439_i_35_r4p5_fullcat.fits')
    const whole = readFileSync(damaged)
    truncateSync(damaged, 20_000)
    const broken = await runDag(dag, {
      together: 3,
      killNow: (node, retry, runningMs) => node.endsWith('_28') && retry === 0 && runningMs > 120,
    })
    expect(broken).toMatchObject({ status: 1, failed: ['calibrate_668439_r4p5_35'] })
    const times = (name: string) => broken.started.filter((started) => started === name).length
    expect(
      ['prepare', 'calibrate_668439_r4p5_28', 'calibrate_668439_r4p5_35', 'merge_668439_r4p5', 'finish'].map(times),
    ).toEqual([1, 2, 2, 0, 1])
    expect(readFileSync(join(grid, 'logs/finish.0.err'), 'utf8')).toMatch(
      /^bliss-calib: D00668439_r4p5_red_catlist.csv: CCD 35: no products\n/,
    )
    expect(readFileSync(join(grid, 'logs/finish.0.out'), 'utf8')).toBe('0 of 1 exposure whole; CCDs: 4 fitted\n')
    expect(Object.keys(productSums(out))).toHaveLength(4 * 5 + 4)

    writeFileSync(damaged, whole)
    const rescued = await runDag(dag, { together: 3 })
    expect(rescued).toMatchObject({ status: 0, failed: [] })
    expect(rescued.started).toEqual(['calibrate_668439_r4p5_35', 'merge_668439_r4p5', 'verify_668439_r4p5', 'finish'])
    expect(productSums(out)).toEqual(expected)
    expect(leftovers(out)).toEqual([])
  },
)
