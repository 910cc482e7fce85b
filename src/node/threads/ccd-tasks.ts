import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { errorFromPlain, InputError, type PlainError } from '../../errors.js'
import type { CatalogueListRow, ListName } from '../../exposure/catalogue-list.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import type { NamedBytes } from '../../formats/bytes.js'
import type { CcdResult } from '../../photometry/result.js'
import { calibrateStars, type CalibrationOptions, type CcdInput, type CcdSky } from '../../pipeline.js'
import {
  calibratedCatalogue,
  carriedCatalogue,
  type AppliedZeropoint,
  type CarriedCatalogue,
} from '../../products/calibrated-catalogue.js'
import type { CatalogueFacts } from '../../products/catalogue-header.js'
import { combinedCsv, combinedFits } from '../../products/combined-catalogue.js'
import { catalogueFiles, resultFiles, type ResultContext } from '../../products/ccd-products.js'
import { ccdProductNames, type ProductNames } from '../../products/names.js'
import { recalibratedFiles, type RecalibratedFiles } from '../../products/recalibrate.js'
import type { ExposureJob } from '../exposure/exposure-job.js'
import { fileSource } from '../disk/files.js'
import { readCcd, readInput } from '../input/read-exposure.js'
import { withSpareMemory } from '../input/spare-memory.js'
import { stageFiles, type StagedFile } from '../disk/staged-files.js'

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

/** A CCD that can be calibrated. */
export interface ReadCcd {
  readonly input: CcdInput
  /** Of its SExtractor catalogue. */
  readonly sha256: string
  readonly notes: readonly string[]
}

export interface StageCatalogueTask extends CcdOfRun {
  readonly sha256: string
  readonly applied: AppliedZeropoint
  /** For the header of the FITS file. */
  readonly facts: CatalogueFacts
  readonly stem: string
}

/** A CCD of which only the products are there. */
export interface RestageCatalogueTask extends Pick<StageCatalogueTask, 'list' | 'applied' | 'stem'> {
  readonly outdir: string
}

export interface StageResultTask {
  readonly outdir: string
  /** As it goes into the products: in the light of the exposure, where that was solved. */
  readonly result: CcdResult
  readonly context: ResultContext
  readonly stem: string
  /** Further files of the same set. */
  readonly others: readonly NamedBytes[]
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

/** A calibrated catalogue that stands under temporary names. */
export interface StagedCatalogue {
  readonly files: readonly StagedFile[]
  /** Its right ascensions: ascending, missing ones last. */
  readonly raDeg: Float64Array
}

/**
 * What a thread can do with a CCD. Arguments and results are plain data, so that it is the same in any thread. One
 * thread reads a CCD and writes its calibrated catalogue, another may calibrate it and write its result: a thread
 * compiles half of the program then, and that takes as long as some thirty CCDs.
 */
export interface CcdTasks {
  /** Reads a SExtractor catalogue; keeps what the calibrated one carries over. */
  read(task: CcdOfRun): Promise<ReadCcd>
  /** Calibrates a CCD by itself. */
  calibrate(task: CalibrateTask): Promise<CcdResult>
  /** Writes the calibrated catalogue under temporary names, to be committed by whoever started the run. */
  stageCatalogue(task: StageCatalogueTask): Promise<StagedCatalogue>
  /** The same from its own two files, which stand. */
  restageCatalogue(task: RestageCatalogueTask): Promise<StagedCatalogue>
  /** Writes the files that hold the result under temporary names. */
  stageResult(task: StageResultTask): Promise<readonly StagedFile[]>
  /** Writes a combined catalogue under a temporary name. */
  combine(task: CombineTask): Promise<readonly StagedFile[]>
  /** Forgets what was kept for a run. */
  forget(run: string): Promise<void>
}

/**
 * The tasks, with room for what is kept between reading and staging. Those that only compute have a turn of the event
 * loop each: one after the other they would hold up the files that others wait for, and the threads that wait for their
 * next task.
 */
export function ccdTasks(): CcdTasks {
  const kept = new Map<string, Map<number, CarriedCatalogue>>()
  let turn: Promise<unknown> = Promise.resolve()
  const ownTurn = () => (turn = turn.then(() => nextTurn()))
  return {
    async read(task) {
      const { run, row, list } = task
      const { table, facts, camera, sources, notes: read, sha256 } = await readFullcat(task)
      const { centre, corners, ccd, band } = row
      const carried = carriedCatalogue(table)
      if (!kept.has(run)) kept.set(run, new Map())
      kept.get(run)!.set(ccd, carried)
      const input: CcdInput = {
        ...facts,
        camera,
        ccd,
        band,
        centre,
        corners,
        sources,
        place: { file: list.fileName, line: row.line },
      }
      const notes = [
        ...read.map((note) => `CCD ${ccd}: ${row.fileName}: ${note}`),
        ...(facts.epochYr === undefined
          ? [`CCD ${ccd}: neither the image header nor NITE says when; the stars stay at the catalogue's epoch`]
          : []),
        ...(carried.blank.length > 0
          ? [`CCD ${ccd}: ${row.fileName} lacks ${carried.blank.join(', ')}; blank in the products`]
          : []),
      ]
      return { input, sha256, notes }
    },
    async calibrate({ input, sky, options }) {
      await ownTurn()
      return calibrateStars(input, readSky(sky), options)
    },
    async stageCatalogue(task) {
      const { run, job, list, row, applied, facts, stem } = task
      const from = kept.get(run)?.get(row.ccd) ?? (await carriedAgain(task))
      return withSpareMemory(async (allocate) => {
        const files = catalogueFiles(calibratedCatalogue(from, applied), facts, allocate)
        return stagedCatalogue(job.outdir, ccdProductNames(list, row.ccd), { ...files, raDeg: from.raDeg }, stem)
      })
    },
    async restageCatalogue({ outdir, list, applied, stem }) {
      const products = ccdProductNames(list, applied.ccd)
      const names = { csv: join(outdir, products.zpCsv), fits: join(outdir, products.zpFits) }
      const standing = { csv: await readInput(names.csv), fits: await readInput(names.fits) }
      return withSpareMemory(async (allocate) =>
        stagedCatalogue(outdir, products, await recalibratedFiles(standing, names, applied, allocate), stem),
      )
    },
    async stageResult({ outdir, result, context, stem, others }) {
      return stageFiles(outdir, [...(await resultFiles(result, context)), ...others], stem)
    },
    async combine({ outdir, name, form, parts, order, stem }) {
      const sources = await Promise.all(parts.map(({ temporary }) => fileSource(join(outdir, temporary))))
      try {
        return await stageFiles(
          outdir,
          [{ name, bytes: form === 'csv' ? combinedCsv(sources, order) : combinedFits(sources, order) }],
          stem,
        )
      } finally {
        await Promise.all(sources.map((source) => source.close()))
      }
    },
    forget(run) {
      kept.delete(run)
      return Promise.resolve()
    },
  }
}

async function stagedCatalogue(
  outdir: string,
  { zpCsv, zpFits }: ProductNames,
  { csv, fits, raDeg }: RecalibratedFiles,
  stem: string,
): Promise<StagedCatalogue> {
  const files = [
    { name: zpCsv, bytes: csv },
    { name: zpFits, bytes: fits },
  ]
  return { files: await stageFiles(outdir, files, stem), raDeg }
}

function readSky(sky: CcdSky | PlainError): CcdSky {
  if ('message' in sky) throw errorFromPlain(sky)
  return sky
}

const readFullcat = ({ job, list, row, fileName }: CcdOfRun) =>
  readCcd(job.workdir, fileName, row, list.fileName, fluxChoice(job.magsType))

/** What another thread kept that is no more. */
async function carriedAgain(task: StageCatalogueTask): Promise<CarriedCatalogue> {
  const { table, sha256 } = await readFullcat(task)
  if (sha256 === task.sha256) return carriedCatalogue(table)
  throw new InputError('changed-input', 'the SExtractor catalogue was changed while it was calibrated', {
    file: task.fileName,
    found: `SHA-256 ${sha256}`,
    expected: task.sha256,
  })
}
