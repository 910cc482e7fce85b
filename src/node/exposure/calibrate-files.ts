import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Catalog } from '../../catalog/catalog.js'
import { InputError } from '../../errors.js'
import { isSound, selectCcds, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import { exposureTitle, placeOfRow } from '../../exposure/exposure-name.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { meanDirection } from '../../photometry/exposure/apply-solution.js'
import { referenceStars, starsOf, type ReferenceStars } from '../../photometry/reference-stars.js'
import { runExposure } from '../../pipeline.js'
import { refuseMixedSystems } from '../../products/mixed-systems.js'
import type { Provenance } from '../../products/result-json.js'
import { runProductNames } from '../../products/names.js'
import { packagedPlanes } from '../input/camera-files.js'
import { recoverDirectory } from '../disk/recover-directory.js'
import { bytesOfFiles } from '../disk/regular-file.js'
import { catalogueFile, readList, type ExposureRows, type ReadList } from '../input/read-exposure.js'
import { packageVersion } from '../package.js'
import { refuseForeignFiles } from '../disk/own-files.js'
import { createCcdPool } from '../threads/ccd-pool.js'
import type { RunThreads } from '../threads/run-threads.js'
import type { ExposureJob, ExposureRun, ListedJob, OpenedJob, RunControl } from './exposure-job.js'
import { runOf } from './exposure-text.js'
import { exposureWriter } from './exposure-writer.js'
import type { FileCcd } from './file-ccd.js'
import { refuseUnwritable, standingSystems } from './standing-products.js'

/**
 * Finds and reads the list of an exposure, and the rows that are asked for.
 *
 * @throws CommandError for CCDs or a flux that cannot be read, InputError for a list that is missing, ambiguous or
 *   damaged
 */
export async function openJob(job: ListedJob): Promise<OpenedJob<ReadList>> {
  fluxChoice(job.magsType)
  return openedJob(job, await readList(job.workdir, job))
}

/** A job with its list: the rows that are asked for. Throws CommandError for CCDs that cannot be read. */
export function openedJob<List extends ExposureRows>(job: ExposureJob, list: List): OpenedJob<List> {
  const { rows, absent } = selectCcds(list.rows, job.ccd, exposureTitle(list.name))
  return { job, list, rows, absent, several: job.ccd === 'all' || /[,-]/.test(job.ccd) }
}

/**
 * Calibrates the CCDs of one exposure and writes their products: from the work directory to files, with a catalogue
 * that is open already.
 *
 * To be called any number of times in one process with one catalogue and one pool of threads; nothing is kept between
 * two calls, and it does not change the process or its streams. A CCD that fails is in `failures` and leaves no files;
 * the others go on, and are solved without it. Every file is written whole or not at all, and what a killed run has
 * left in the output directory is settled first. The files are the same whatever the number of threads.
 *
 * @throws InputError if the output directory does not exist or cannot be written to; CommandError if a foreign file has
 *   the name of a product; DataError if products of another photometric system are in it; the signal's reason if it was
 *   stopped. A fault of one CCD, or of the writing, is not thrown: it is a failure in the result, with its exit code.
 */
export async function calibrateFiles(
  opened: OpenedJob,
  catalog: Catalog,
  control: RunControl = {},
): Promise<ExposureRun> {
  const { job, list, rows, several: together } = opened
  const { workdir, outdir, magsType, system, estimator, suspects, camera, starFlat, search, cal } = job
  const { pool = createCcdPool(1), signal, draw, onProgress, onNote, onFailure } = control
  await refuseUnwritable(outdir)
  const there = new Set(await recoverDirectory(outdir, { onNote }))
  await refuseForeignProducts(opened, draw?.names ?? [], there)
  if (!job.force) refuseMixedSystems(system, await standingSystems(outdir, there, list.name, list.rows))

  const files = await Promise.all(rows.map(async (row) => ({ row, fileName: await catalogueFile(workdir, row) })))
  const missing = files.filter(({ row, fileName }) => fileName === undefined && isSound(row)).map(({ row }) => row)
  if (together) for (const { ccd, fileName } of missing) onNote?.(`CCD ${ccd}: ${fileName} does not exist, left out`)
  const present = files.filter(({ row }) => !together || !missing.includes(row))

  const catalogues = present.map(({ row, fileName }) => row.given?.path ?? join(workdir, fileName ?? row.fileName))
  const threads = await pool.begin(
    { ccds: present.length, bytes: await bytesOfFiles(catalogues) },
    {
      calibration: {
        ...{ system, estimator, everyFlux: cal !== undefined },
        ...(suspects ? { suspects } : {}),
        ...(search ? { search } : {}),
      },
      files: {
        ...{ workdir, outdir, name: list.name, magsType },
        ...(camera ? { camera: camera.description } : {}),
        ...(starFlat ? { starFlat } : {}),
        ...(cal ? { cal } : {}),
      },
    },
  )
  try {
    const stars = starsOfRows(
      opened,
      catalog,
      present.map(({ row }) => row),
    )
    const exposure = {
      outdir,
      list,
      catalogName: catalog.name,
      system,
      planes: await packagedPlanes(),
      together,
      provenance: provenance(opened, catalog),
      missing: missing.map(({ ccd }) => ccd),
    }
    const outcome = await runExposure({
      ccds: present.map(({ row, fileName }, k) => fileCcd(job, row, fileName, () => starsOf(stars, k), threads)),
      each: threads.each(signal),
      together,
      // The mean of all sound centres in the list, so that it does not move with the CCDs asked for.
      pointing: meanDirection(list.rows.filter(isSound).map(({ centre }) => centre)),
      failedCcd: 'is left out',
      writer: exposureWriter(exposure, threads, draw && { ...draw, catalog }),
      onProgress,
      onNote,
      onFailure,
    })
    return { ...runOf(exposure, outcome, job), catalog }
  } finally {
    threads.end()
  }
}

/**
 * Refuses to write products over foreign files. A directory that has the name of a CCD's product, or of the exposure's
 * own, concerns these alone: they are left out when they cannot be written.
 *
 * @param further names of pages, figures and tables
 * @param there all names in the output directory, if they are known
 * @throws CommandError `foreign-file`
 */
export async function refuseForeignProducts(
  { job, list, rows, several }: OpenedJob,
  further: readonly string[],
  there?: ReadonlySet<string>,
): Promise<void> {
  const ccds = rows.filter(isSound).map(({ ccd }) => ccd)
  const { zeropoints, fluxes } = runProductNames(list.name, ccds, { together: several, cal: job.cal })
  await refuseForeignFiles(job.outdir, [...zeropoints, ...fluxes, ...further], {
    ...(there ? { there } : {}),
    leftOut: new Set(zeropoints),
  })
}

/** A CCD of the list: read, calibrated and written by the thread that begins it. */
function fileCcd(
  { workdir, magsType, keepBorrowed }: ExposureJob,
  row: CatalogueListRow,
  fileName: string | undefined,
  stars: () => Promise<ReferenceStars>,
  threads: RunThreads,
): FileCcd {
  let thread = threads.here
  let sha256 = ''
  return {
    ccd: row.ccd,
    centre: row.centre,
    corners: row.corners,
    row,
    magsType,
    keepBorrowed,
    async read() {
      if (row.fault !== undefined) throw row.fault
      if (fileName === undefined) throw missingFile(workdir, row)
      thread = threads.freest()
      const read = await thread.read({ row, fileName })
      sha256 = read.sha256
      return read
    },
    calibrate: async () => thread.calibrate({ ccd: row.ccd, stars: await stars() }),
    input: () => ({ [row.fileName]: sha256 }),
    write: (task) => thread.write(task),
  }
}

/** The reference stars of each row, in one read; a row with a fault has none. */
async function starsOfRows(
  { job, list }: OpenedJob,
  catalog: Catalog,
  rows: readonly CatalogueListRow[],
): Promise<(ReferenceStars | Error)[]> {
  // Their footprints take a while: the threads are given their first CCDs before.
  await nextTurn()
  const sound = rows.filter(isSound)
  const stars = await referenceStars(
    sound.map((row) => ({ ...row, place: placeOfRow(list.name, row) })),
    catalog,
    job.system,
  )
  const found = new Map(sound.map((row, k) => [row, stars[k]!]))
  return rows.map((row) => found.get(row) ?? row.fault!)
}

const missingFile = (workdir: string, { ccd, fileName }: CatalogueListRow): InputError =>
  new InputError('missing-file', `the SExtractor catalogue of CCD ${ccd} does not exist`, {
    file: join(workdir, fileName),
  })

/** What the products are made from, but for the SExtractor catalogues. */
function provenance({ job, list, said }: OpenedJob, catalog: Catalog): Provenance {
  const { magsType, system, estimator, keepBorrowed, suspects, camera, starFlat } = job
  const further = [suspects, camera, starFlat].flatMap((file) => file ?? [])
  return {
    version: packageVersion(),
    inputs: { ...list.inputs, ...Object.fromEntries(further.map(({ fileName, sha256 }) => [fileName, sha256])) },
    catalogHash: catalog.hash,
    options: {
      ...{ magsType, system, estimator, keepBorrowed },
      ...(suspects ? { suspects: suspects.fileName } : {}),
      ...(camera ? { camera: camera.fileName } : {}),
      ...(starFlat ? { starflat: starFlat.fileName } : {}),
      ...said,
    },
  }
}
