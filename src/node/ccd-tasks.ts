import { join } from 'node:path'
import { errorFromPlain, InputError, type PlainError } from '../errors.js'
import type { CatalogueListRow, ListName } from '../exposure/catalogue-list.js'
import { fluxChoice } from '../exposure/fullcat.js'
import type { NamedBytes } from '../formats/bytes.js'
import type { CcdResult } from '../photometry/result.js'
import { calibrateStars, type CalibrationOptions, type CcdInput, type CcdSky } from '../pipeline.js'
import { calibratedCatalogue, carriedCatalogue, type CarriedCatalogue } from '../products/calibrated-catalogue.js'
import { combinedCsv, combinedFits } from '../products/combined-catalogue.js'
import { appliedZeropoint, catalogueFiles, ccdProducts, type ProductContext } from '../products/ccd-products.js'
import { ccdProductNames } from '../products/names.js'
import { recalibratedFiles } from '../products/recalibrate.js'
import type { OwnResult, Provenance } from '../products/result-json.js'
import type { ExposureJob } from './exposure-job.js'
import { fileSource } from './files.js'
import { readCcd, readInput } from './read-exposure.js'
import { stageFiles, type StagedFile } from './staged-files.js'

/** Which file of which run is meant. */
interface CcdOfRun {
  /** Unlike that of any other run. */
  readonly run: string
  readonly job: ExposureJob
  readonly list: ListName
  readonly row: CatalogueListRow
  /** The file in the work directory, perhaps with `.gz`. */
  readonly fileName: string
}

export interface MeasureTask extends CcdOfRun {
  /** Or why the catalogue could not be read there. */
  readonly sky: CcdSky | PlainError
}

/** A CCD by itself. */
export interface MeasuredCcd {
  readonly result: CcdResult
  /** Of its SExtractor catalogue. */
  readonly sha256: string
  readonly notes: readonly string[]
}

export interface StageTask extends CcdOfRun {
  /** As it goes into the products: in the light of the exposure, where that was solved; then `own` is what it was before. */
  readonly result: CcdResult
  readonly own?: OwnResult
  readonly sha256: string
  readonly provenance: Provenance
  readonly stem: string
  /** Further files of the same set. */
  readonly others: readonly NamedBytes[]
}

/** A CCD of which only the products are there. */
export interface RestageTask extends Pick<StageTask, 'list' | 'row' | 'result' | 'own' | 'provenance' | 'stem'> {
  readonly outdir: string
  readonly expnum: number
  readonly magsType: string
  readonly keepBorrowed: boolean
}

export interface CalibrateTask {
  readonly input: CcdInput
  readonly sky: CcdSky | PlainError
  readonly options: CalibrationOptions
}

/** The calibrated catalogues of an exposure's CCDs, to become one of the two combined files. */
export interface CombineTask {
  readonly outdir: string
  /** Of the combined file. */
  readonly name: string
  readonly form: 'csv' | 'fits'
  /** The CCDs' staged files of this form. */
  readonly parts: readonly StagedFile[]
  /** Which CCD each row comes from. */
  readonly order: Uint32Array
  readonly stem: string
}

/** A CCD whose products stand under temporary names. */
export interface StagedCcd {
  readonly files: readonly StagedFile[]
  /** Right ascensions of the calibrated catalogue, ascending, missing ones last. */
  readonly raDeg: Float64Array
}

/** What a thread can do with a CCD. Arguments and results are plain data, so that it is the same in any thread. */
export interface CcdTasks {
  /** Reads a SExtractor catalogue and calibrates it by itself; keeps what its products carry over. */
  measure(task: MeasureTask): Promise<MeasuredCcd>
  /** Writes the products under temporary names, to be committed by whoever started the run. */
  stage(task: StageTask): Promise<StagedCcd>
  /** The same from the products that stand, the calibrated catalogue from its own two files. */
  restage(task: RestageTask): Promise<StagedCcd>
  /** Writes a combined catalogue under a temporary name. */
  combine(task: CombineTask): Promise<readonly StagedFile[]>
  /** Forgets what was kept for a run. */
  forget(run: string): Promise<void>
  /** Calibrates sources in memory. */
  calibrate(task: CalibrateTask): Promise<CcdResult>
}

/** The tasks, with room for what is kept between measuring and staging: some 100 bytes for each detection. */
export function ccdTasks(): CcdTasks {
  const kept = new Map<string, Map<number, CarriedCatalogue>>()
  return {
    async measure(task) {
      const { run, row, job, list, sky } = task
      const read = await readFullcat(task)
      const carried = carriedCatalogue(read.table)
      const { centre, corners, ccd, band } = row
      const input: CcdInput = { ...read.facts, ccd, band, centre, corners, sources: read.sources, place: { file: list.fileName, line: row.line } }
      const result = calibrateStars(input, readSky(sky), job)
      if (!kept.has(run)) kept.set(run, new Map())
      kept.get(run)!.set(ccd, carried)
      const notes = [
        ...(read.facts.epochYr === undefined ? [`CCD ${ccd}: neither the image header nor NITE says when; the stars stay at the catalogue's epoch`] : []),
        ...(carried.blank.length > 0 ? [`CCD ${ccd}: ${row.fileName} lacks ${carried.blank.join(', ')}; blank in the products`] : []),
      ]
      return { result, sha256: read.sha256, notes }
    },
    async stage(task) {
      const { run, job, row, result, stem, others } = task
      const carried = kept.get(run)?.get(row.ccd) ?? (await carriedAgain(task))
      const catalogue = catalogueFiles(calibratedCatalogue(carried, appliedZeropoint(result, job.expnum, job.keepBorrowed)))
      const products = await ccdProducts(result, catalogue, { ...context(task, job.expnum), magsType: job.magsType })
      return { files: await stageFiles(job.outdir, [...products, ...others], stem), raDeg: carried.raDeg }
    },
    async restage(task) {
      const { outdir, expnum, list, row, result, magsType, keepBorrowed, stem } = task
      const { zpCsv, zpFits } = ccdProductNames(list, row.ccd)
      const names = { csv: join(outdir, zpCsv), fits: join(outdir, zpFits) }
      const standing = { csv: await readInput(names.csv), fits: await readInput(names.fits) }
      const { raDeg, ...catalogue } = await recalibratedFiles(standing, names, appliedZeropoint(result, expnum, keepBorrowed))
      return { files: await stageFiles(outdir, await ccdProducts(result, catalogue, { ...context(task, expnum), magsType }), stem), raDeg }
    },
    async combine({ outdir, name, form, parts, order, stem }) {
      const sources = await Promise.all(parts.map(({ temporary }) => fileSource(join(outdir, temporary))))
      try {
        return await stageFiles(outdir, [{ name, bytes: form === 'csv' ? combinedCsv(sources, order) : combinedFits(sources, order) }], stem)
      } finally {
        await Promise.all(sources.map((source) => source.close()))
      }
    },
    forget(run) {
      kept.delete(run)
      return Promise.resolve()
    },
    async calibrate({ input, sky, options }) {
      return calibrateStars(input, readSky(sky), options)
    },
  }
}

/** What the files of a CCD say beside its result. */
function context({ list, row, result, own, provenance }: Pick<StageTask, 'list' | 'row' | 'result' | 'own' | 'provenance'>, expnum: number): Omit<ProductContext, 'magsType'> {
  const { reqnum, attnum } = list
  const exposure = { expnum, band: row.band, reqnum, attnum, epochYr: result.epochYr, epochFrom: result.epochFrom }
  return { list, exposure, fileName: row.fileName, provenance, ...(own ? { own } : {}) }
}

function readSky(sky: CcdSky | PlainError): CcdSky {
  if ('message' in sky) throw errorFromPlain(sky)
  return sky
}

const readFullcat = ({ job, list, row, fileName }: CcdOfRun) => readCcd(job.workdir, fileName, row, list.fileName, fluxChoice(job.magsType))

/** What another thread kept that is no more. */
async function carriedAgain(task: StageTask): Promise<CarriedCatalogue> {
  const { table, sha256 } = await readFullcat(task)
  if (sha256 === task.sha256) return carriedCatalogue(table)
  throw new InputError('changed-input', 'the SExtractor catalogue was changed while it was calibrated', { file: task.fileName, found: `SHA-256 ${sha256}`, expected: task.sha256 })
}
