import { join } from 'node:path'
import type { Catalog } from '../../catalog/catalog.js'
import { exitCodeOf, worstOf, type ExitCode } from '../../errors.js'
import { selectCcds } from '../../exposure/catalogue-list.js'
import { strangeSiblings } from '../../exposure/compare-facts.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import type { NamedBytes } from '../../formats/bytes.js'
import type { CcdResult } from '../../photometry/result.js'
import { refuseMixedSystems } from '../../products/mixed-systems.js'
import { exposureProductNames } from '../../products/names.js'
import type { Provenance } from '../../products/result-json.js'
import { allZpCsv } from '../../products/zero.js'
import { createCcdPool } from '../threads/ccd-pool.js'
import type { ExposureJob, ExposureRun, OpenedJob, RunControl, RunFailure } from './exposure-job.js'
import { measureCcds, missingFile, type MeasuredRow } from './measure-ccds.js'
import { packageVersion } from '../package.js'
import { readList, type ReadList } from '../input/read-exposure.js'
import { reasonWithoutPath } from '../disk/reason.js'
import { recoverDirectory } from '../disk/recover-directory.js'
import { rolesOf } from '../threads/share-out.js'
import { readIfThere, refuseUnwritable, standingSystems } from './standing-products.js'
import { temporaryStem } from '../disk/temporary-names.js'
import type { ReadyCcd } from './stage-ccds.js'
import { writeExposure } from './write-exposure.js'

/**
 * Finds and reads the list of an exposure, and the rows that are asked for.
 *
 * @throws CommandError for CCDs or a flux that cannot be read, InputError for a list that is missing, ambiguous or
 *   damaged
 */
export async function openJob(job: ExposureJob): Promise<OpenedJob> {
  fluxChoice(job.magsType)
  return openedJob(job, await readList(job.workdir, job))
}

/** A job with its list: the rows that are asked for. Throws CommandError for CCDs that cannot be read. */
export function openedJob(job: ExposureJob, list: ReadList): OpenedJob {
  const { rows, absent } = selectCcds(list.rows, job.ccd, list.name.fileName)
  return { job, list, rows, absent, several: job.ccd === 'all' || /[,-]/.test(job.ccd) }
}

/**
 * Calibrates the CCDs of one exposure and writes their products: from the work directory to files, with a catalogue
 * that is open already.
 *
 * To be called any number of times in one process with one catalogue and one pool of threads; nothing is kept between
 * two calls, and it touches neither the process nor its streams. A CCD that fails is in `failures` and leaves no files;
 * the others go on, and are solved without it. Every file is written whole or not at all, and what a killed run has
 * left in the output directory is settled first. The files are the same whatever the number of threads.
 *
 * @throws InputError for an output directory that is none or cannot be written to; DataError where products of another
 *   photometric system stand in it; the signal's reason where it was stopped. What concerns one CCD, or the writing, is
 *   no exception but a failure in the result, with its exit code.
 */
export async function calibrateFiles(
  opened: OpenedJob,
  catalog: Catalog,
  control: RunControl = {},
): Promise<ExposureRun> {
  const { job, list, rows, several } = opened
  const { onNote, onFailure } = control
  await refuseUnwritable(job.outdir)
  const there = new Set(await recoverDirectory(job.outdir, { onNote }))
  if (!job.force) refuseMixedSystems(job.system, await standingSystems(job.outdir, there, list.name, list.rows))

  const pool = control.pool ?? createCcdPool(1)
  const threads = pool.threadsFor(rows.length)
  const run = temporaryStem()
  const failures: RunFailure[] = []
  const fail = (failure: RunFailure) => {
    failures.push(failure)
    onFailure?.(failure)
  }
  try {
    const { measured: all, failed, missing } = await measureCcds(run, opened, catalog, rolesOf(threads), control)
    const siblings = several ? all.map(({ sibling }) => sibling) : []
    const strange = strangeSiblings(siblings)
    const measured = all.filter(({ row }) => !strange.has(row.ccd))
    for (const row of missing) {
      if (several) onNote?.(`CCD ${row.ccd}: ${row.fileName} does not exist, left out`)
      else fail({ ccd: row.ccd, error: missingFile(job.workdir, row) })
    }
    all.forEach(({ notes }) => notes.forEach((note) => onNote?.(note)))
    failed.forEach(fail)
    for (const [ccd, error] of strange) fail({ ccd, error })

    const allZp = several ? [] : await ownAllZp(opened, catalog, measured[0])
    const ready = measured.map((one) => readyCcd(run, opened, one, allZp))
    const unfit = failures.flatMap(({ ccd, error }) =>
      ccd === undefined ? [] : [{ ccd, reason: reasonWithoutPath(error) }],
    )
    const exposure = {
      failed: unfit,
      missing: missing.map(({ ccd }) => ccd),
      outdir: job.outdir,
      expnum: job.expnum,
      list,
      catalogName: catalog.name,
      system: job.system,
      several,
      provenance: provenance(opened, catalog),
      pool,
    }
    const written = await writeExposure(exposure, ready, control)
    written.failures.forEach(fail)
    const codes = [
      ...failures.map(({ error }) => exitCodeOf(error)),
      ...written.ccds.map((result) => exitCodeOfResult(result, job)),
    ]
    const { json } = written
    return {
      exitCode: written.ccds.length === 0 ? worstOf([3, ...codes]) : worstOf(codes),
      list,
      catalog,
      ccds: written.ccds,
      ...(written.solution ? { solution: written.solution } : {}),
      failures,
      missing: missing.map(({ ccd }) => ccd),
      ...(json ? { json: (cost) => json(cost ? { run: cost } : {}) } : {}),
    }
  } finally {
    await Promise.allSettled(threads.map((thread) => thread.forget(run)))
  }
}

function readyCcd(
  run: string,
  { job: { suspects: _done, ...job }, list }: OpenedJob,
  { row, fileName, result, sha256, reader }: MeasuredRow,
  others: readonly NamedBytes[],
): ReadyCcd {
  const { magsType, keepBorrowed } = job
  return {
    row,
    result,
    magsType,
    keepBorrowed,
    others,
    input: { [row.fileName]: sha256 },
    reader,
    stageCatalogue: (by, applied, facts, stem) =>
      by.stageCatalogue({ run, job, list: list.name, row, fileName, sha256, applied, facts, stem }),
  }
}

/** Exit code of a CCD that was written. */
export function exitCodeOfResult(
  { outcome }: CcdResult,
  { acceptBorrowed }: Pick<ExposureJob, 'acceptBorrowed'>,
): ExitCode {
  return outcome === 'fitted' || (outcome === 'borrowed' && acceptBorrowed) ? 0 : 4
}

/** `allZP_` of a run of one CCD, unless the exposure's stands. */
async function ownAllZp(
  { job, list }: OpenedJob,
  catalog: Catalog,
  measured: MeasuredRow | undefined,
): Promise<NamedBytes[]> {
  if (measured === undefined) return []
  const { allZp } = exposureProductNames(list.name)
  const standing = await readIfThere(join(job.outdir, allZp))
  if (standing?.trimEnd().endsWith(',exposure')) return []
  const { zeropoint, zeropointErr, system, cuts } = measured.result
  const text = allZpCsv(job.expnum, list.name, {
    matched: cuts.matched,
    used: cuts.used,
    zeropoint,
    zeropointErr,
    system,
    catalog: catalog.name,
    scope: 'ccd',
  })
  return [{ name: allZp, bytes: new TextEncoder().encode(text) }]
}

/** What the products are made from, but for the SExtractor catalogues. */
function provenance({ job, list }: OpenedJob, catalog: Catalog): Provenance {
  const { magsType, system, estimator, keepBorrowed, suspects } = job
  return {
    version: packageVersion(),
    inputs: { [list.name.fileName]: list.sha256, ...(suspects ? { [suspects.fileName]: suspects.sha256 } : {}) },
    catalogHash: catalog.hash,
    options: { magsType, system, estimator, keepBorrowed, ...(suspects ? { suspects: suspects.fileName } : {}) },
  }
}
