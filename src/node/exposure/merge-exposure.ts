import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { isSound, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import { memorySource } from '../../formats/bytes.js'
import { readParquet } from '../../formats/parquet/index.js'
import { meanDirection } from '../../photometry/exposure/apply-solution.js'
import { siblingOfResult } from '../../photometry/exposure/siblings.js'
import type { CcdResult } from '../../photometry/result.js'
import { runExposure } from '../../pipeline.js'
import { matchColumns } from '../../products/matches.js'
import { refuseMixedSystems } from '../../products/mixed-systems.js'
import { FLUX_CATALOGUE_FORMS } from '../../products/flux-catalogue-form.js'
import { ccdProductNames, exposureProductNames, fluxCatalogueName } from '../../products/names.js'
import { parseCcdJson, withMatches, type StandingResult } from '../../products/read-result.js'
import type { Provenance } from '../../products/result-json.js'
import { packagedPlanes } from '../input/camera-files.js'
import { sha256OfFile } from '../disk/file-marks.js'
import { reasonOf } from '../disk/files.js'
import { refuseForeignFiles } from '../disk/own-files.js'
import { recoverDirectory, refuseUnfinished } from '../disk/recover-directory.js'
import { bytesOfFiles, readWhole } from '../disk/regular-file.js'
import { catalogueFile, readList, type ReadList } from '../input/read-exposure.js'
import { packageVersion } from '../package.js'
import { catalogTools } from '../store/catalog-files.js'
import { createCcdPool } from '../threads/ccd-pool.js'
import type { RunThreads } from '../threads/run-threads.js'
import type { ListedJob, ExposureRun, RunControl } from './exposure-job.js'
import { runOf } from './exposure-text.js'
import { exposureWriter } from './exposure-writer.js'
import type { FileCcd } from './file-ccd.js'
import { readIfThere, refuseUnwritable, standingSystems } from './standing-products.js'

/** The exposure whose CCDs are to be solved together, and its directories. */
export type MergeJob = Pick<
  ListedJob,
  'expnum' | 'reqnum' | 'attnum' | 'workdir' | 'outdir' | 'acceptBorrowed' | 'force'
>

/** The outcome of a merge, as of a run of all its CCDs; `missing` are those of the list that have no products. */
export type MergeRun = Omit<ExposureRun, 'catalog'>

/**
 * Solves the CCDs of an exposure together from what their own runs have left, and writes the products that one run of
 * all of them would have written, byte for byte. Each CCD's own result stays in its JSON, so that a CCD that comes late
 * is added by merging again.
 *
 * It reads the list in the work directory, and each CCD's JSON, matches and calibrated catalogue in the output
 * directory; the SExtractor catalogues need not be there, but if they are, they must be the ones that were calibrated.
 * Nothing is written unless all of that is sound. What a killed run has left in the output directory is settled first;
 * a run that puts its files in place there is waited for.
 *
 * @throws InputError if a product is missing or damaged, the CCDs were calibrated from different lists, catalogues,
 *   options or versions, or there are no products; DataError if the CCDs are not of one exposure, or products of
 *   another photometric system are in the output directory; CommandError if a foreign file has the name of a product
 */
export async function mergeExposure(job: MergeJob, control: RunControl = {}): Promise<MergeRun> {
  await refuseUnwritable(job.outdir)
  const there = new Set(await recoverDirectory(job.outdir, { onNote: control.onNote }))
  await refuseUnfinished(job.outdir)
  const list = await readList(job.workdir, job)
  const standing = await standingResults(job.outdir, list)
  const present = list.rows.flatMap((row) => (standing.has(row) ? [{ row, own: standing.get(row)! }] : []))
  const first = present[0]?.own
  if (first === undefined) {
    const name = ccdProductNames(list.name, list.rows[0]!.ccd).json
    throw new InputError(
      'nothing-to-merge',
      'no CCD of the list has been calibrated here: run bliss-calib --ccd N for each first',
      { file: job.outdir, expected: `${name} and its like` },
    )
  }
  await refuseDifferent(job.workdir, list, present)
  const ccds = present.map(({ row }) => row.ccd)
  // The other products of the CCDs are read.
  const unread = ccds.map((ccd) => ccdProductNames(list.name, ccd).zero)
  const names = [...unread, ...Object.values(exposureProductNames(list.name))]
  await refuseForeignFiles(job.outdir, names, { there, leftOut: new Set(names) })
  const { system, catalog } = first.result
  if (!job.force) refuseMixedSystems(system, await standingSystems(job.outdir, there, list.name, list.rows))

  const { pool = createCcdPool(1), signal, onProgress, onNote, onFailure } = control
  for (const { row } of present) {
    for (const form of FLUX_CATALOGUE_FORMS) {
      const name = fluxCatalogueName(list.name, row.ccd, form)
      if (there.has(name))
        onNote?.(`${name}: keeps the zeropoint that the CCD had by itself; --ccd all --cal writes it anew`)
    }
  }
  const { version, catalogHash, options } = first.provenance
  const exposure = {
    outdir: job.outdir,
    list,
    catalogName: catalog,
    system,
    planes: await packagedPlanes(),
    together: true,
    provenance: { version, inputs: sharedInputs(first.provenance, present[0]!.row), catalogHash, options },
    missing: list.rows.filter((row) => !standing.has(row)).map(({ ccd }) => ccd),
  }
  const catalogues = present.flatMap(({ row }) => {
    const { zpCsv, zpFits } = ccdProductNames(list.name, row.ccd)
    return [join(job.outdir, zpCsv), join(job.outdir, zpFits)]
  })
  const threads = await pool.begin(
    { ccds: present.length, bytes: await bytesOfFiles(catalogues) },
    {
      calibration: {},
      files: { workdir: job.workdir, outdir: job.outdir, name: list.name, magsType: String(options['magsType']) },
    },
  )
  try {
    const outcome = await runExposure({
      ccds: present.map(({ row, own }) => standingCcd(job.outdir, list, row, own, threads)),
      each: threads.each(signal),
      together: true,
      pointing: meanDirection(list.rows.filter(isSound).map(({ centre }) => centre)),
      failedCcd: 'ends the run',
      writer: exposureWriter(exposure, threads),
      onProgress: (progress) => (progress.stage === 'written' ? onProgress?.(progress) : undefined),
      onNote,
      onFailure,
    })
    return runOf(exposure, outcome, job)
  } finally {
    threads.end()
  }
}

/** A CCD that was calibrated by itself before: its result is read, and its calibrated catalogue written anew. */
function standingCcd(
  outdir: string,
  list: ReadList,
  row: CatalogueListRow,
  own: StandingResult,
  threads: RunThreads,
): FileCcd {
  const { inputs, options } = own.provenance
  return {
    ccd: row.ccd,
    centre: row.centre,
    corners: row.corners,
    row,
    magsType: String(options['magsType']),
    keepBorrowed: options['keepBorrowed'] === true,
    read: () => Promise.resolve({ sibling: siblingOfResult(own.result) }),
    calibrate: () => matchedResult(outdir, list, row, own),
    input: () => ({ [row.fileName]: inputs[row.fileName]! }),
    write: (task) => threads.freest().rewrite(task),
  }
}

/** The JSON of each CCD of the list that has one. */
async function standingResults(
  outdir: string,
  { name, rows }: ReadList,
): Promise<Map<CatalogueListRow, StandingResult>> {
  const standing = new Map<CatalogueListRow, StandingResult>()
  for (const row of rows) {
    const file = join(outdir, ccdProductNames(name, row.ccd).json)
    const text = await readIfThere(file)
    if (text !== undefined)
      standing.set(
        row,
        parseCcdJson(text, file, {
          expnum: Number(name.expnumText),
          reqnum: name.reqnum,
          attnum: name.attnum,
          ccd: row.ccd,
        }),
      )
  }
  return standing
}

/** Refuses CCDs that one run could not have calibrated together. */
async function refuseDifferent(
  workdir: string,
  list: ReadList,
  present: readonly { readonly row: CatalogueListRow; readonly own: StandingResult }[],
): Promise<void> {
  const [{ own: first }] = present as [(typeof present)[number]]
  for (const { row, own } of present) {
    const { version, catalogHash, inputs, options } = own.provenance
    const refuse = (what: string, found: string | undefined, expected: string) => {
      if (found === expected) return
      throw new InputError('different-runs', `the CCD cannot be merged, ${what}: calibrate it again`, {
        file: own.file,
        found: found ?? 'nothing',
        expected,
      })
    }
    refuse('another version of bliss-calib made it', version, packageVersion())
    refuse('it was calibrated from another list', inputs[list.name.fileName], list.sha256)
    refuse(`it was calibrated with another catalogue than ${first.file}`, catalogHash, first.provenance.catalogHash)
    refuse(
      `it was calibrated with other options than ${first.file}`,
      namesAndSums(options),
      namesAndSums(first.provenance.options),
    )
    refuse(
      'its SExtractor catalogue has another name in the list',
      inputs[row.fileName] === undefined ? Object.keys(inputs).join(' ') : row.fileName,
      row.fileName,
    )
    refuse(
      `it was calibrated from other files than ${first.file}`,
      namesAndSums(sharedInputs(own.provenance, row)),
      namesAndSums(sharedInputs(first.provenance, present[0]!.row)),
    )
    const fullcat = await catalogueFile(workdir, row)
    if (fullcat !== undefined)
      refuse(
        `${fullcat} is not what it was calibrated from`,
        inputs[row.fileName],
        await sha256OfFile(join(workdir, fullcat)),
      )
  }
}

/** Inputs that all CCDs of a run share, without the CCD's own. */
const sharedInputs = ({ inputs }: Provenance, { fileName }: CatalogueListRow): Provenance['inputs'] =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== fileName))

const namesAndSums = (values: Provenance['options']): string =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

async function matchedResult(
  outdir: string,
  { name }: ReadList,
  row: CatalogueListRow,
  own: StandingResult,
): Promise<CcdResult> {
  const file = join(outdir, ccdProductNames(name, row.ccd).matches)
  const bytes = await readWhole(file, 'wholeFileBytes').catch((cause: unknown) => {
    throw new InputError(
      'unreadable-file',
      `the matched stars of CCD ${row.ccd} cannot be read: ${reasonOf(cause)}`,
      { file },
      { cause },
    )
  })
  return withMatches(own, matchColumns(await readParquet(memorySource(file, bytes), catalogTools), row.ccd, file), file)
}
