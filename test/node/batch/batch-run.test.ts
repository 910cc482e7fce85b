import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { retryWaits } from '../../../src/batch/passing.js'
import { DataError, InputError } from '../../../src/errors.js'
import { exposureTitle } from '../../../src/exposure/exposure-name.js'
import type { CalibrateExposureFiles } from '../../../src/node/batch/batch-bench.js'
import { planBatch } from '../../../src/node/batch/batch-plan.js'
import { runBatch, type BatchControl } from '../../../src/node/batch/batch-run.js'
import { calibrateFiles } from '../../../src/node/exposure/calibrate-files.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import type { Catalog } from '../../../src/catalog/catalog.js'
import { filesBelow, sumsBelow } from '../../support/file-tree.js'
import { smallSurvey } from '../../support/small-exposures.js'
import { temporaryDirectory } from '../../cli/run.js'

const EXPOSURES = 3
const job = {
  magsType: 'mag_psf',
  system: 'des-ab',
  estimator: 'robust',
  keepBorrowed: false,
  acceptBorrowed: false,
  force: false,
} as const
let pristine: string
let catalog: Catalog

beforeAll(async () => {
  const survey = await smallSurvey(temporaryDirectory(), EXPOSURES)
  pristine = survey.work
  catalog = await openCatalog(survey.catalog)
})

/** Runs a batch over a copy of the survey with another way to calibrate, or over a tree of before. */
async function batch(
  calibrate: CalibrateExposureFiles,
  control: Partial<BatchControl> = {},
  dir = join(temporaryDirectory(), 'work'),
) {
  if (!existsSync(dir)) cpSync(pristine, dir, { recursive: true })
  const { tasks } = await planBatch(dir, { ccd: 'all' })
  const how: string[] = []
  const retried: number[] = []
  const end = await runBatch(
    tasks,
    { job, catalog, calibrate, rehash: false },
    {
      retryWaitsMs: [1, 1, 1],
      inFlight: 1,
      onFinished: (_, finished) => how.push(finished.how),
      onRetry: (_task, _error, waitMs) => retried.push(waitMs),
      ...control,
    },
  )
  const markers = filesBelow(dir).filter((path) => path.includes('.bliss-done'))
  return { dir, end, how, retried, markers, failures: [...end.unmarked.values()].flatMap(({ failures }) => failures) }
}

const systemError = (code: string) =>
  new InputError(
    'unreadable-file',
    `the file cannot be read: ${code}`,
    {},
    { cause: Object.assign(new Error(code), { code }) },
  )
const failing = (error: () => unknown, times = Infinity): CalibrateExposureFiles => {
  let count = 0
  return async (opened, ...rest) => {
    const run = await calibrateFiles(opened, ...rest)
    return count++ < times
      ? { ...run, ccds: run.ccds.slice(1), failures: [{ ccd: run.ccds[0]!.ccd, error: error() }] }
      : run
  }
}

describe('attempts', () => {
  test('waits of one second, then four times as long each, at most a minute', () => {
    expect(retryWaits(5)).toEqual([1000, 4000, 16_000, 60_000, 60_000])
    expect(retryWaits(0)).toEqual([])
  })

  test.each(['EIO', 'UND_ERR_HEADERS_TIMEOUT'])(
    '%s twice, then all is well: the same bytes as without',
    async (code) => {
      const { dir, end, retried, markers } = await batch(failing(() => systemError(code), 2))
      const { dir: sound } = await batch(calibrateFiles)
      expect([end.end, end.unmarked.size, retried, markers.length]).toEqual(['complete', 0, [1, 1], EXPOSURES])
      const products = (path: string) => !path.includes('.bliss-done')
      expect(sumsBelow(dir, products)).toEqual(sumsBelow(sound, products))
    },
  )

  test(
    'a device that stays broken: as many attempts as there are waits, then a ' +
      'failure without a marker, and a rerun tries again',
    async () => {
      const { dir, end, retried, failures, markers } = await batch(
        failing(() => systemError('EIO')),
        { retryWaitsMs: [1, 2] },
      )
      expect([end.end, retried, markers]).toEqual(['complete', [1, 2, 1, 2, 1, 2], []])
      expect(failures).toEqual(
        Array.from({ length: EXPOSURES }, () => ({ ccd: 22, exitCode: 3, sentence: 'the file cannot be read: EIO' })),
      )
      expect((await batch(calibrateFiles, {}, dir)).how).toEqual(['calibrated', 'calibrated', 'calibrated'])
    },
  )

  test(
    'a catalogue that does not answer is tried again, a damaged one is not; either ' +
      'way a rerun tries again, though no input has changed',
    async () => {
      const silent = await batch(
        failing(
          () =>
            new InputError('unreadable-url', 'the server does not deliver: time-out', {
              file: 'https://example.org/dataset/Npix=1.parquet',
            }),
        ),
        { retryWaitsMs: [1] },
      )
      expect([silent.retried, silent.markers]).toEqual([[1, 1, 1], []])
      const damaged = await batch(
        failing(
          () => new InputError('damaged-parquet', 'the file is damaged', { file: '/catalog/dataset/Npix=1.parquet' }),
        ),
      )
      expect([damaged.retried, damaged.markers]).toEqual([[], []])
      expect((await batch(calibrateFiles, {}, damaged.dir)).how).toEqual(['calibrated', 'calibrated', 'calibrated'])
    },
  )

  test('what lies in the inputs is marked: a rerun leaves it alone', async () => {
    const dir = join(temporaryDirectory(), 'work')
    cpSync(pristine, dir, { recursive: true })
    // What is younger than a tick of the file system's clock may still be being written.
    await new Promise((done) => setTimeout(done, 2100))
    const { markers } = await batch(
      failing(() => new DataError('not-covered', 'the catalogue does not cover CCD 22', { file: '/catalog' })),
      {},
      dir,
    )
    expect(markers).toHaveLength(EXPOSURES)
  })

  test('permission denied, or a damaged file, is not tried again', async () => {
    const { retried, markers } = await batch(failing(() => systemError('EACCES')))
    expect([retried, markers]).toEqual([[], []])
    const damaged = await batch(
      failing(
        () =>
          new InputError(
            'not-fits',
            'the file is not FITS',
            {},
            { cause: Object.assign(new Error('incorrect data check'), { code: 'Z_DATA_ERROR' }) },
          ),
      ),
    )
    expect(damaged.retried).toEqual([])
  })
})

test('a bug stays with its exposure: exit 70 in its record, the others go on', async () => {
  let count = 0
  const { end, failures, how } = await batch((...all) =>
    count++ === 1 ? Promise.reject(new TypeError('oops')) : calibrateFiles(...all),
  )
  expect([end.end, how.length, end.unmarked.size]).toEqual(['complete', EXPOSURES, 1])
  expect(failures).toEqual([
    { ccd: null, exitCode: 70, sentence: expect.stringMatching(/^a bug: TypeError: oops/) as string },
  ])
})

test('a full disk ends the batch: what was finished stays', async () => {
  let count = 0
  const { end, markers } = await batch((...all) =>
    count++ === 1 ? failing(() => systemError('ENOSPC'))(...all) : calibrateFiles(...all),
  )
  expect(end).toMatchObject({ end: 'disk-full', finished: 2 })
  expect(markers).toHaveLength(1)
})

test(
  'an input that vanishes when its exposure has its turn is absent, the others are ' +
    'finished; when it is back, its exposure is done again',
  async () => {
    let [path, bytes] = ['', Buffer.alloc(0)]
    const { end, dir, markers } = await batch((opened, ...rest) => {
      if (!exposureTitle(opened.list.name).startsWith('D00700001')) return calibrateFiles(opened, ...rest)
      path = join(opened.job.workdir, opened.rows[0]!.fileName)
      bytes = readFileSync(path)
      rmSync(path)
      return calibrateFiles(opened, ...rest)
    })
    expect([
      end.end,
      end.unmarked.size,
      markers.length,
      filesBelow(dir).filter((name) => name.includes('.bliss-tmp') || /00700001_22_.*ZP/.test(name)),
    ]).toEqual(['complete', 0, EXPOSURES, []])
    writeFileSync(path, bytes)
    expect((await batch(calibrateFiles, {}, dir)).how.sort()).toEqual(['calibrated', 'unchanged', 'unchanged'])
  },
)

test('a list that vanishes before its turn is a failure of its own', async () => {
  const dir = join(temporaryDirectory(), 'work')
  cpSync(pristine, dir, { recursive: true })
  const lists = filesBelow(dir).filter((path) => path.endsWith('_red_catlist.csv'))
  let count = 0
  const { end, failures } = await batch(
    (...all) => {
      if (count++ === 0)
        for (const list of lists.filter((path) => !path.includes(exposureTitle(all[0].list.name))))
          rmSync(join(dir, list))
      return calibrateFiles(...all)
    },
    {},
    dir,
  )
  expect(end).toMatchObject({ end: 'complete', finished: EXPOSURES })
  expect(failures).toHaveLength(EXPOSURES - 1)
  for (const { sentence, exitCode } of failures)
    expect([exitCode, sentence]).toEqual([
      3,
      expect.stringMatching(
        /^D\d+_r4p5_red_catlist\.csv: the file cannot be read: there is no such file or directory$/,
      ),
    ])
})

test('a failing catalogue that changes while it is read is not marked as what failed', async () => {
  const { dir, markers, failures } = await batch(async (opened, ...rest) => {
    const path = join(opened.job.workdir, opened.rows[0]!.fileName)
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, 20_000))
    const run = await calibrateFiles(opened, ...rest)
    // The writer goes on and ends.
    writeFileSync(path, whole)
    return run
  })
  expect([failures.length, markers]).toEqual([EXPOSURES, []])
  const again = await batch(calibrateFiles, {}, dir)
  expect([again.how, again.markers.length, again.end.unmarked.size]).toEqual([
    ['calibrated', 'calibrated', 'calibrated'],
    EXPOSURES,
    0,
  ])
})

test(
  'an input that changes after it was read: the marker holds ' + 'what was read, so that the change is seen',
  async () => {
    const { dir } = await batch(async (opened, ...rest) => {
      const run = await calibrateFiles(opened, ...rest)
      const path = join(opened.job.workdir, opened.rows[0]!.fileName)
      const other = readFileSync(path)
      other[other.length - 1]! ^= 1
      writeFileSync(path, other)
      return run
    })
    expect((await batch(calibrateFiles, {}, dir)).how).toEqual(['calibrated', 'calibrated', 'calibrated'])
    expect((await batch(calibrateFiles, {}, dir)).how).toEqual(['unchanged', 'unchanged', 'unchanged'])
  },
)

test('the signal stops between exposures and within one; nothing of the one in hand stays half-written', async () => {
  const controller = new AbortController()
  const { end, markers, dir, how } = await batch(calibrateFiles, {
    signal: controller.signal,
    onFinished: () => controller.abort(new Error('stopped')),
  })
  expect([end.end, end.finished, markers.length, how]).toEqual(['stopped', 1, 1, []])
  const within = new AbortController()
  let count = 0
  const stopped = await batch(
    (opened, catalogue, control) =>
      calibrateFiles(opened, catalogue, {
        ...control,
        onProgress: () => (count++ === 2 ? within.abort(new Error('stopped')) : undefined),
      }),
    { signal: within.signal },
    dir,
  )
  expect([stopped.end.end, stopped.end.finished, stopped.markers.length]).toEqual(['stopped', 1, 1])
  expect(filesBelow(dir).filter((path) => path.includes('.bliss-tmp'))).toEqual([])
  expect((await batch(calibrateFiles, {}, dir)).how).toEqual(['unchanged', 'calibrated', 'calibrated'])
})
