import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Catalog } from '../../catalog/catalog.js'
import { InputError, plainError } from '../../errors.js'
import { isSound, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { SiblingFacts } from '../../exposure/comparison.js'
import type { CcdResult } from '../../photometry/result.js'
import { ccdSkies, siblingOfInput } from '../../pipeline.js'
import type { CcdThread } from '../threads/ccd-pool.js'
import type { CalibrateTask, ReadCcd } from '../threads/ccd-tasks.js'
import type { ExposureJob, OpenedJob, RunControl } from './exposure-job.js'
import { catalogueFile } from '../input/read-exposure.js'
import { shareOutInStages, type Roles } from '../threads/share-out.js'

/** A CCD of the list with its file, and what it gave by itself. */
export interface MeasuredRow extends Omit<ReadCcd, 'input'> {
  readonly row: CatalogueListRow
  readonly fileName: string
  readonly result: CcdResult
  /** What it tells of the exposure. */
  readonly sibling: SiblingFacts
  /** Read it, and holds what the products carry over. */
  readonly reader: CcdThread
}

/** What measuring the CCDs of a run gave; all in the order of the list. */
export interface MeasuredCcds {
  readonly measured: readonly MeasuredRow[]
  readonly failed: readonly { readonly ccd?: number; readonly error: unknown }[]
  /** CCDs without a file. */
  readonly missing: readonly CatalogueListRow[]
}

/** Reads and calibrates each CCD by itself: one read of the catalogue for all, the CCDs shared out to the threads. */
export async function measureCcds(
  run: string,
  { job, list, rows }: OpenedJob,
  catalog: Catalog,
  roles: Roles,
  { signal, onProgress }: RunControl,
): Promise<MeasuredCcds> {
  const files = await Promise.all(
    rows.map(async (row) => ({ row, fileName: await catalogueFile(job.workdir, row.fileName) })),
  )
  const present = files.flatMap(({ row, fileName }) =>
    fileName === undefined || !isSound(row) ? [] : [{ row, fileName }],
  )
  const { suspects, ...jobOfFiles } = job
  const several = roles.readers !== roles.calibrators
  const options = {
    system: job.system,
    estimator: job.estimator,
    ...(suspects ? { suspects: several ? inSharedMemory(suspects) : suspects } : {}),
  }

  const outcomes = new Map<CatalogueListRow, MeasuredRow | { readonly error: unknown }>()
  const done = (row: CatalogueListRow, outcome: MeasuredRow | { readonly error: unknown }) => {
    outcomes.set(row, outcome)
    onProgress?.({ stage: 'calibrated', done: outcomes.size, of: present.length })
  }
  // Their footprints take a while: other threads have been given their work before.
  const skies = nextTurn().then(() =>
    skiesOf(
      present.map(({ row }) => row),
      list.name.fileName,
      catalog,
      job.system,
    ),
  )
  if (!several) await skies
  await shareOutInStages(
    present,
    roles,
    {
      async read({ row, fileName }, reader) {
        try {
          return {
            row,
            fileName,
            reader,
            ...(await reader.read({ run, job: jobOfFiles, list: list.name, row, fileName })),
          }
        } catch (error) {
          done(row, { error })
          return undefined
        }
      },
      async calibrate({ input, ...read }, thread) {
        try {
          const sky = (await skies).get(read.row)!
          done(read.row, {
            ...read,
            sibling: siblingOfInput(input),
            result: await thread.calibrate({ input, sky, options }),
          })
        } catch (error) {
          done(read.row, { error })
        }
      },
    },
    signal,
  )
  const inOrder = present.map(({ row }) => ({ row, outcome: outcomes.get(row)! }))
  return {
    measured: inOrder.flatMap(({ outcome }) => ('error' in outcome ? [] : [outcome])),
    failed: rows.flatMap((row) => {
      const outcome = row.fault === undefined ? outcomes.get(row) : { error: row.fault }
      if (outcome === undefined || !('error' in outcome)) return []
      return [{ ...(Number.isNaN(row.ccd) ? {} : { ccd: row.ccd }), error: outcome.error }]
    }),
    missing: files.filter(({ row, fileName }) => fileName === undefined && isSound(row)).map(({ row }) => row),
  }
}

/** The catalogue's part for each CCD, or why it has none. */
async function skiesOf(
  rows: readonly CatalogueListRow[],
  listFile: string,
  catalog: Catalog,
  system: ExposureJob['system'],
): Promise<Map<CatalogueListRow, CalibrateTask['sky']>> {
  const skies = await ccdSkies(
    rows.map((row) => ({ ...row, place: { file: listFile, line: row.line } })),
    catalog,
    system,
  )
  return new Map(rows.map((row, k) => [row, skies[k] instanceof Error ? plainError(skies[k]) : skies[k]!]))
}

/** The same list in memory that threads share: it may hold millions, and goes to them with every CCD. */
function inSharedMemory(suspects: NonNullable<ExposureJob['suspects']>): NonNullable<ExposureJob['suspects']> {
  const { sourceId, raDeg, decDeg, ...facts } = suspects
  const doubles = (values: Float64Array) => {
    const shared = new Float64Array(new SharedArrayBuffer(values.byteLength))
    shared.set(values)
    return shared
  }
  const ids = sourceId && new BigInt64Array(new SharedArrayBuffer(sourceId.byteLength))
  if (ids) ids.set(sourceId)
  return {
    ...facts,
    ...(ids ? { sourceId: ids } : {}),
    ...(raDeg ? { raDeg: doubles(raDeg) } : {}),
    ...(decDeg ? { decDeg: doubles(decDeg) } : {}),
  }
}

/** The failure of a CCD that was asked for alone and has no file. */
export const missingFile = (workdir: string, { ccd, fileName }: CatalogueListRow): InputError =>
  new InputError('missing-file', `the SExtractor catalogue of CCD ${ccd} does not exist`, {
    file: join(workdir, fileName),
  })
