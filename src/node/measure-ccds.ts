import { join } from 'node:path'
import type { Catalog } from '../catalog/catalog.js'
import { InputError, plainError } from '../errors.js'
import type { CatalogueListRow } from '../exposure/catalogue-list.js'
import { ccdSkies } from '../pipeline.js'
import { shareOut, type CcdThread } from './ccd-pool.js'
import type { MeasuredCcd, MeasureTask } from './ccd-tasks.js'
import type { ExposureJob, OpenedJob, RunControl } from './exposure-job.js'
import { catalogueFile } from './read-exposure.js'

/** A CCD of the list with its file, and what it gave by itself. */
export interface MeasuredRow extends MeasuredCcd {
  readonly row: CatalogueListRow
  readonly fileName: string
  /** Holds what the products carry over. */
  readonly thread: CcdThread
}

/** What measuring the CCDs of a run gave; all in the order of the list. */
export interface MeasuredCcds {
  readonly measured: readonly MeasuredRow[]
  readonly failed: readonly { readonly ccd: number; readonly error: unknown }[]
  /** CCDs without a file. */
  readonly missing: readonly CatalogueListRow[]
}

/** Reads and calibrates each CCD by itself: one read of the catalogue for all, the CCDs shared out to the threads. */
export async function measureCcds(run: string, { job, list, rows }: OpenedJob, catalog: Catalog, threads: readonly CcdThread[], { signal, onProgress }: RunControl): Promise<MeasuredCcds> {
  const files = await Promise.all(rows.map(async (row) => ({ row, fileName: await catalogueFile(job.workdir, row.fileName) })))
  const present = files.flatMap(({ row, fileName }) => (fileName === undefined ? [] : [{ row, fileName }]))
  const forThreads = job.suspects && threads.length > 1 ? { ...job, suspects: inSharedMemory(job.suspects) } : job
  const read = await ccdSkies(present.map(({ row }) => ({ ...row, place: { file: list.name.fileName, line: row.line } })), catalog, job.system)
  const sky = new Map(present.map(({ row }, k): [CatalogueListRow, MeasureTask['sky']] => [row, read[k] instanceof Error ? plainError(read[k]) : read[k]!]))

  const outcomes = new Map<CatalogueListRow, MeasuredRow | { readonly error: unknown }>()
  await shareOut(
    present,
    threads,
    async ({ row, fileName }, thread) => {
      try {
        outcomes.set(row, { row, fileName, thread, ...(await thread.measure({ run, job: forThreads, list: list.name, row, fileName, sky: sky.get(row)! })) })
      } catch (error) {
        outcomes.set(row, { error })
      }
      sky.delete(row)
      onProgress?.({ stage: 'calibrated', done: outcomes.size, of: present.length })
    },
    signal,
  )
  const inOrder = present.map(({ row }) => ({ row, outcome: outcomes.get(row)! }))
  return {
    measured: inOrder.flatMap(({ outcome }) => ('error' in outcome ? [] : [outcome])),
    failed: inOrder.flatMap(({ row, outcome }) => ('error' in outcome ? [{ ccd: row.ccd, error: outcome.error }] : [])),
    missing: files.filter(({ fileName }) => fileName === undefined).map(({ row }) => row),
  }
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
  return { ...facts, ...(ids ? { sourceId: ids } : {}), ...(raDeg ? { raDeg: doubles(raDeg) } : {}), ...(decDeg ? { decDeg: doubles(decDeg) } : {}) }
}

/** The failure of a CCD that was asked for alone and has no file. */
export const missingFile = (workdir: string, { ccd, fileName }: CatalogueListRow): InputError =>
  new InputError('missing-file', `the SExtractor catalogue of CCD ${ccd} does not exist`, { file: join(workdir, fileName) })
