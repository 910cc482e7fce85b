import { join } from 'node:path'
import type { Catalog } from '../catalog/catalog.js'
import { InputError } from '../errors.js'
import { selectCcds, type CatalogueListRow } from '../exposure/catalogue-list.js'
import { fluxChoice } from '../exposure/fullcat.js'
import type { NamedBytes } from '../formats/bytes.js'
import { writeFilesWhole } from '../node/files.js'
import { packageVersion } from '../node/package.js'
import { catalogueFile, readCcd, readList, type ReadCcd, type ReadList } from '../node/read-exposure.js'
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
import { chooseCatalog } from './choose-catalog.js'
import type { CalibrateOptions } from './calibrate-options.js'
import { reportFailure, worstOf, type ExitCode, type Io } from './io.js'
import { readIfThere, standingSystems } from './standing-products.js'
import { ccdLine, cutLines, exposureLine } from './summary-lines.js'

/** What one run of `calibrate` works on. */
interface Run {
  readonly options: CalibrateOptions
  /** Says something on stderr that is no failure; silent with --quiet. */
  readonly note: (text: string) => void
  readonly list: ReadList
  readonly catalog: Catalog
}

/** A CCD that was calibrated, with what its exposure's products need. */
interface Calibrated {
  readonly row: CatalogueListRow
  readonly result: CcdResult
  readonly read: ReadCcd
}

/** `bliss-calib calibrate`: calibrates CCDs of one exposure and writes their products. Gives the exit code. */
export async function calibrate(options: CalibrateOptions, io: Io): Promise<ExitCode> {
  const started = performance.now()
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const flux = fluxChoice(options.magsType)
  const list = await readList(options.workdir, options)
  const { rows, absent } = selectCcds(list.rows, options.ccd, list.name.fileName)
  const several = options.ccd === 'all' || /[,-]/.test(options.ccd)
  const catalog = await chooseCatalog(options, rows, io.env, note)
  if (!options.force) refuseMixedSystems(options.system, await standingSystems(options.outdir, list.name, list.rows))
  if (absent.length > 0) note(`CCDs not in ${list.name.fileName}: ${absent.join(', ')}\n`)

  const run: Run = { options, note, list, catalog }
  const own: Calibrated[] = []
  const codes: ExitCode[] = []
  for (const row of rows) {
    try {
      const fileName = await catalogueFile(options.workdir, row.fileName)
      if (fileName === undefined) {
        if (several) {
          note(`CCD ${row.ccd}: ${row.fileName} does not exist, left out\n`)
          continue
        }
        throw new InputError('missing-file', `the SExtractor catalogue of CCD ${row.ccd} does not exist`, { file: join(options.workdir, row.fileName) })
      }
      const read = await readCcd(options.workdir, fileName, row, list.name.fileName, flux)
      const { centre, corners, ccd, band } = row
      const place = { file: list.name.fileName, line: row.line }
      if (read.facts.epochYr === undefined) note(`CCD ${ccd}: neither the image header nor NITE says when; the stars stay at the catalogue's epoch\n`)
      own.push({ row, read, result: await calibrateCcd({ ...read.facts, ccd, band, centre, corners, sources: read.sources, place }, catalog, options) })
    } catch (error) {
      codes.push(reportFailure(error, io))
    }
  }
  if (own.length === 0) return worstOf(codes.length > 0 ? codes : [3])
  // The focal plane's origin is the mean of all centres in the list, so that it does not move with the CCDs asked for.
  const together = several ? solveTogether(own.map(({ result }) => result), own.map(({ row }) => row.centre), meanDirection(list.rows.map(({ centre }) => centre))) : undefined
  const solution = together?.solution
  const calibrated = own.map((one, k): Calibrated => ({ ...one, result: together?.ccds[k] ?? one.result }))

  const catalogues: Table[] = []
  for (const one of calibrated) {
    try {
      catalogues.push(await writeCcd(run, one, several))
      if (!options.quiet && !options.json) io.out(ccdLine(one.result))
      if (options.verbose > 0) io.err(cutLines(one.result))
      codes.push(exitCodeOfResult(one.result, options))
    } catch (error) {
      codes.push(reportFailure(error, io))
    }
  }
  if (catalogues.length === 0) return worstOf(codes)
  if (solution) await writeExposure(run, calibrated, catalogues, solution)
  if (options.json) io.out(resultText(run, calibrated, solution, runFacts(run, started)))
  else if (solution && !options.quiet) io.out(exposureLine(solution))
  return worstOf(codes)
}

function exitCodeOfResult({ outcome }: CcdResult, { acceptBorrowed }: CalibrateOptions): ExitCode {
  return outcome === 'fitted' || (outcome === 'borrowed' && acceptBorrowed) ? 0 : 4
}

/** Writes the products of a CCD, as one set; gives its calibrated catalogue. */
async function writeCcd(run: Run, one: Calibrated, several: boolean): Promise<Table> {
  const { options, note, list } = run
  const blank = blankColumns(one.read.table)
  if (blank.length > 0) note(`CCD ${one.row.ccd}: ${one.row.fileName} lacks ${blank.join(', ')}; blank in the products\n`)
  const exposure = exposureFacts(run, [one])
  const calibrated = calibratedCatalogue(one.read.table, appliedZeropoint(one.result, exposure.expnum, options.keepBorrowed))
  const context = { list: list.name, exposure, fileName: one.row.fileName, magsType: options.magsType, provenance: provenance(run, [one]) }
  const ofExposure = several ? [] : await ownAllZp(run, one)
  await writeFilesWhole(options.outdir, [...(await ccdProducts(one.result, calibrated, context)), ...ofExposure])
  return calibrated
}

/** `allZP_` of a run of one CCD, unless the exposure's stands. */
async function ownAllZp({ options, list, catalog }: Run, { result }: Calibrated): Promise<NamedBytes[]> {
  const { allZp } = exposureProductNames(list.name)
  const standing = await readIfThere(join(options.outdir, allZp))
  if (standing?.trimEnd().endsWith(',exposure')) return []
  const { zeropoint, zeropointErr, system, cuts } = result
  const text = allZpCsv(options.expnum, list.name, { matched: cuts.matched, used: cuts.used, zeropoint, zeropointErr, system, catalog: catalog.name, scope: 'ccd' })
  return [{ name: allZp, bytes: new TextEncoder().encode(text) }]
}

/** The exposure's own products, as one set. */
async function writeExposure(run: Run, calibrated: readonly Calibrated[], catalogues: readonly Table[], solution: ExposureSolution): Promise<void> {
  const { options, list, catalog } = run
  const count = (key: 'matched' | 'used') => calibrated.reduce((total, { result }) => total + result.cuts[key], 0)
  const { zeropoint, zeropointErr } = solution
  const summary = { matched: count('matched'), used: count('used'), zeropoint, zeropointErr, system: options.system, catalog: catalog.name, scope: 'exposure' as const }
  await writeFilesWhole(options.outdir, exposureProducts(list.name, options.expnum, summary, catalogues, resultText(run, calibrated, solution)))
}

function resultText(run: Run, calibrated: readonly Calibrated[], solution?: ExposureSolution, cost?: RunFacts): string {
  const results = calibrated.map(({ result }) => result)
  return resultJson(exposureFacts(run, calibrated), results, provenance(run, calibrated), { ...(solution ? { solution } : {}), ...(cost ? { run: cost } : {}) })
}

function exposureFacts({ options, list }: Run, calibrated: readonly Calibrated[]): ExposureFacts {
  const { row, result } = calibrated[0]!
  return { expnum: options.expnum, band: row.band, reqnum: list.name.reqnum, attnum: list.name.attnum, epochYr: result.epochYr, epochFrom: result.epochFrom }
}

function provenance({ options, list, catalog }: Run, calibrated: readonly Calibrated[]): Provenance {
  const { magsType, system, estimator, keepBorrowed } = options
  return {
    version: packageVersion(),
    inputs: { [list.name.fileName]: list.sha256, ...Object.fromEntries(calibrated.map(({ row, read }) => [row.fileName, read.sha256])) },
    catalogHash: catalog.hash,
    options: { magsType, system, estimator, keepBorrowed },
  }
}

function runFacts({ catalog }: Run, started: number): RunFacts {
  const { starsRead, bytesRead, requests } = catalog.counters
  return { starsRead, bytesRead, requests, ms: { total: Math.round(performance.now() - started) } }
}

