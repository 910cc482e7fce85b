import { join } from 'node:path'
import type { Catalog } from '../catalog/catalog.js'
import { exitCodeOf, InputError, worstOf, type ExitCode } from '../errors.js'
import { selectCcds, type CatalogueListRow } from '../exposure/catalogue-list.js'
import { fluxChoice, type FluxChoice } from '../exposure/fullcat.js'
import type { NamedBytes } from '../formats/bytes.js'
import { meanDirection } from '../photometry/apply-solution.js'
import type { ExposureSolution } from '../photometry/exposure-solution.js'
import type { CcdResult } from '../photometry/result.js'
import { calibrateCcd, solveTogether } from '../pipeline.js'
import { blankColumns, calibratedCatalogue } from '../products/calibrated-catalogue.js'
import { appliedZeropoint, ccdProducts } from '../products/ccd-products.js'
import { exposureProducts } from '../products/exposure-products.js'
import { refuseMixedSystems } from '../products/mixed-systems.js'
import { exposureProductNames } from '../products/names.js'
import { resultJson, type ExposureFacts, type Provenance, type RunFacts } from '../products/result-json.js'
import { allZpCsv } from '../products/zero.js'
import type { Table } from '../table/columns.js'
import type { ExposureJob, ExposureRun, OpenedJob, RunControl, RunFailure } from './exposure-job.js'
import { writeFilesWhole } from './files.js'
import { packageVersion } from './package.js'
import { catalogueFile, readCcd, readList, type ReadCcd } from './read-exposure.js'
import { readIfThere, standingSystems } from './standing-products.js'

/**
 * Finds and reads the list of an exposure, and the rows that are asked for.
 *
 * @throws CommandError for CCDs or a flux that cannot be read, InputError for a list that is missing, ambiguous or damaged
 */
export async function openJob(job: ExposureJob): Promise<OpenedJob> {
  fluxChoice(job.magsType)
  const list = await readList(job.workdir, job)
  const { rows, absent } = selectCcds(list.rows, job.ccd, list.name.fileName)
  return { job, list, rows, absent, several: job.ccd === 'all' || /[,-]/.test(job.ccd) }
}

/**
 * Calibrates the CCDs of one exposure and writes their products: from the work directory to files, with a catalogue that is open already.
 *
 * To be called any number of times in one process with one catalogue; nothing is kept between two calls, and it touches neither the process nor
 * its streams. A CCD that fails is in `failures` and leaves no files; the others go on. Every file is written whole or not at all.
 *
 * @throws DataError where products of another photometric system stand in the output directory; the signal's reason where it was stopped. What concerns
 *   one CCD, or the writing, is no exception but a failure in the result, with its exit code.
 */
export async function calibrateFiles(opened: OpenedJob, catalog: Catalog, control: RunControl = {}): Promise<ExposureRun> {
  const { job, list, rows, several } = opened
  const { signal, onProgress, onNote, onFailure } = control
  if (!job.force) refuseMixedSystems(job.system, await standingSystems(job.outdir, list.name, list.rows))

  const failures: RunFailure[] = []
  const fail = (error: unknown, ccd?: number) => {
    const failure = { error, ...(ccd === undefined ? {} : { ccd }) }
    failures.push(failure)
    onFailure?.(failure)
  }
  const run: Run = { opened, catalog, flux: fluxChoice(job.magsType), onNote }
  const own: Calibrated[] = []
  const missing: number[] = []
  for (const [k, row] of rows.entries()) {
    signal?.throwIfAborted()
    try {
      const one = await measure(run, row)
      if (one === undefined) missing.push(row.ccd)
      else own.push(one)
    } catch (error) {
      fail(error, row.ccd)
    }
    onProgress?.({ stage: 'calibrated', done: k + 1, of: rows.length })
  }
  // The focal plane's origin is the mean of all centres in the list, so that it does not move with the CCDs asked for.
  const pointing = meanDirection(list.rows.map(({ centre }) => centre))
  const together = several && own.length > 0 ? solveTogether(own.map(({ result }) => result), own.map(({ row }) => row.centre), pointing) : undefined
  const calibrated = own.map((one, k): Calibrated => ({ ...one, result: together?.ccds[k] ?? one.result }))

  const written: Calibrated[] = []
  const catalogues: Table[] = []
  for (const [k, one] of calibrated.entries()) {
    signal?.throwIfAborted()
    try {
      catalogues.push(await writeCcd(run, one))
      written.push(one)
    } catch (error) {
      fail(error, one.row.ccd)
    }
    onProgress?.({ stage: 'written', done: k + 1, of: calibrated.length })
  }
  const solution = together?.solution
  if (solution && written.length > 0) {
    await writeExposure(run, written, catalogues, solution).catch((error: unknown) => fail(error))
  }
  const codes = [...failures.map(({ error }) => exitCodeOf(error)), ...written.map(({ result }) => exitCodeOfResult(result, job))]
  return {
    exitCode: codes.length === 0 ? 3 : worstOf(codes),
    list,
    catalog,
    ccds: written.map(({ result }) => result),
    ...(solution ? { solution } : {}),
    failures,
    missing,
    ...(written.length === 0 ? {} : { json: (cost) => resultText(run, written, solution, cost) }),
  }
}

/** What one run works on. */
interface Run {
  readonly opened: OpenedJob
  readonly catalog: Catalog
  readonly flux: FluxChoice
  readonly onNote: RunControl['onNote']
}

/** A CCD that was calibrated, with what its exposure's products need. */
interface Calibrated {
  readonly row: CatalogueListRow
  readonly result: CcdResult
  readonly read: ReadCcd
}

/** Reads and calibrates a CCD by itself; undefined where it is one of several and its file does not exist. */
async function measure({ opened, catalog, flux, onNote }: Run, row: CatalogueListRow): Promise<Calibrated | undefined> {
  const { job, list, several } = opened
  const fileName = await catalogueFile(job.workdir, row.fileName)
  if (fileName === undefined) {
    if (!several) throw new InputError('missing-file', `the SExtractor catalogue of CCD ${row.ccd} does not exist`, { file: join(job.workdir, row.fileName) })
    onNote?.(`CCD ${row.ccd}: ${row.fileName} does not exist, left out`)
    return undefined
  }
  const read = await readCcd(job.workdir, fileName, row, list.name.fileName, flux)
  const { centre, corners, ccd, band } = row
  const place = { file: list.name.fileName, line: row.line }
  if (read.facts.epochYr === undefined) onNote?.(`CCD ${ccd}: neither the image header nor NITE says when; the stars stay at the catalogue's epoch`)
  return { row, read, result: await calibrateCcd({ ...read.facts, ccd, band, centre, corners, sources: read.sources, place }, catalog, job) }
}

function exitCodeOfResult({ outcome }: CcdResult, { acceptBorrowed }: ExposureJob): ExitCode {
  return outcome === 'fitted' || (outcome === 'borrowed' && acceptBorrowed) ? 0 : 4
}

/** Writes the products of a CCD, as one set; gives its calibrated catalogue. */
async function writeCcd(run: Run, one: Calibrated): Promise<Table> {
  const { job, list, several } = run.opened
  const blank = blankColumns(one.read.table)
  if (blank.length > 0) run.onNote?.(`CCD ${one.row.ccd}: ${one.row.fileName} lacks ${blank.join(', ')}; blank in the products`)
  const exposure = exposureFacts(run, [one])
  const calibrated = calibratedCatalogue(one.read.table, appliedZeropoint(one.result, exposure.expnum, job.keepBorrowed))
  const context = { list: list.name, exposure, fileName: one.row.fileName, magsType: job.magsType, provenance: provenance(run, [one]) }
  const ofExposure = several ? [] : await ownAllZp(run, one)
  await writeFilesWhole(job.outdir, [...(await ccdProducts(one.result, calibrated, context)), ...ofExposure])
  return calibrated
}

/** `allZP_` of a run of one CCD, unless the exposure's stands. */
async function ownAllZp({ opened: { job, list }, catalog }: Run, { result }: Calibrated): Promise<NamedBytes[]> {
  const { allZp } = exposureProductNames(list.name)
  const standing = await readIfThere(join(job.outdir, allZp))
  if (standing?.trimEnd().endsWith(',exposure')) return []
  const { zeropoint, zeropointErr, system, cuts } = result
  const text = allZpCsv(job.expnum, list.name, { matched: cuts.matched, used: cuts.used, zeropoint, zeropointErr, system, catalog: catalog.name, scope: 'ccd' })
  return [{ name: allZp, bytes: new TextEncoder().encode(text) }]
}

/** The exposure's own products, as one set. */
async function writeExposure(run: Run, calibrated: readonly Calibrated[], catalogues: readonly Table[], solution: ExposureSolution): Promise<void> {
  const { opened, catalog } = run
  const { job, list } = opened
  const count = (key: 'matched' | 'used') => calibrated.reduce((total, { result }) => total + result.cuts[key], 0)
  const { zeropoint, zeropointErr } = solution
  const summary = { matched: count('matched'), used: count('used'), zeropoint, zeropointErr, system: job.system, catalog: catalog.name, scope: 'exposure' as const }
  await writeFilesWhole(job.outdir, exposureProducts(list.name, job.expnum, summary, catalogues, resultText(run, calibrated, solution)))
}

function resultText(run: Run, calibrated: readonly Calibrated[], solution?: ExposureSolution, cost?: RunFacts): string {
  const results = calibrated.map(({ result }) => result)
  return resultJson(exposureFacts(run, calibrated), results, provenance(run, calibrated), { ...(solution ? { solution } : {}), ...(cost ? { run: cost } : {}) })
}

function exposureFacts({ opened: { job, list } }: Run, calibrated: readonly Calibrated[]): ExposureFacts {
  const { row, result } = calibrated[0]!
  return { expnum: job.expnum, band: row.band, reqnum: list.name.reqnum, attnum: list.name.attnum, epochYr: result.epochYr, epochFrom: result.epochFrom }
}

function provenance({ opened: { job, list }, catalog }: Run, calibrated: readonly Calibrated[]): Provenance {
  const { magsType, system, estimator, keepBorrowed } = job
  return {
    version: packageVersion(),
    inputs: { [list.name.fileName]: list.sha256, ...Object.fromEntries(calibrated.map(({ row, read }) => [row.fileName, read.sha256])) },
    catalogHash: catalog.hash,
    options: { magsType, system, estimator, keepBorrowed },
  }
}
