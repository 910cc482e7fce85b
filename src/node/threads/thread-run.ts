import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StarFlat } from '../../exposure/star-flat.js'
import type { CameraDescription } from '../../camera/description.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import { isFilesName, placeOfRow, type ExposureName } from '../../exposure/exposure-name.js'
import { hasOwnFlags } from '../../exposure/given/read-given.js'
import type { NamedBytes } from '../../formats/bytes.js'
import { calibrateStars, type CalibrationOptions, type CcdInput } from '../../photometry/ccd.js'
import { siblingOfInput } from '../../photometry/exposure/siblings.js'
import type { ReferenceStars } from '../../photometry/reference-stars.js'
import type { CcdResult } from '../../photometry/result.js'
import type { CcdFacts } from '../../pipeline.js'
import { calibratedCatalogue, carriedCatalogue, type CarriedCatalogue } from '../../products/calibrated-catalogue.js'
import {
  appliedZeropoint,
  catalogueFacts,
  catalogueFiles,
  resultFiles,
  type ResultContext,
} from '../../products/ccd-products.js'
import { combinedCsv, combinedFits } from '../../products/combined-catalogue.js'
import type { MeasuredDetections } from '../../products/flux-catalogue.js'
import type { FluxCatalogueForm } from '../../products/flux-catalogue-form.js'
import { ccdProductNames, fluxCatalogueName } from '../../products/names.js'
import { recalibratedFiles, type RecalibratedFiles } from '../../products/recalibrate.js'
import { fileSource } from '../disk/files.js'
import { flushFiles, stageFiles, type StagedFile } from '../disk/staged-files.js'
import { readCcd, readInput } from '../input/read-exposure.js'

/** A run as its threads know it: plain data. */
export interface RunFacts {
  readonly calibration: CalibrationOptions
  /** Where SExtractor catalogues are read and products written; absent for CCDs in memory. */
  readonly files?: {
    readonly workdir: string
    readonly outdir: string
    readonly name: ExposureName
    readonly magsType: string
    /** The user's own camera. */
    readonly camera?: CameraDescription
    /** What fluxes are corrected by. */
    readonly starFlat?: StarFlat & { readonly file: string }
    /** Form of the catalogue of all fluxes, if that is wanted. */
    readonly cal?: FluxCatalogueForm
  }
}

/** A CCD of the list, and its SExtractor catalogue in the work directory: perhaps with `.gz`. */
export interface CcdFile {
  readonly row: CatalogueListRow
  readonly fileName: string
}

/** A CCD whose products are to be written. */
export interface WriteTask {
  /** As it goes into the products: in the light of the exposure if that was solved. */
  readonly result: CcdResult
  readonly context: ResultContext
  /** Apply a borrowed zeropoint however large its error. */
  readonly keepBorrowed: boolean
  /** Further files of the same set. */
  readonly others: readonly NamedBytes[]
  /** Begins the temporary names. */
  readonly stem: string
}

/** The calibrated catalogues of an exposure's CCDs, to become one of the two combined files. */
export interface CombineTask {
  /** Of the combined file. */
  readonly name: string
  readonly form: 'csv' | 'fits'
  /** The CCDs' staged files of this form. */
  readonly parts: readonly StagedFile[]
  /** Which CCD each row comes from. */
  readonly order: Uint32Array
  readonly stem: string
}

/** All products of a CCD, on the disk under temporary names. */
export interface StagedCcd {
  readonly files: readonly StagedFile[]
  /** Right ascensions of its calibrated catalogue: ascending, missing ones last. */
  readonly raDeg: Float64Array
}

/**
 * One thread's part of a run: it reads, calibrates and writes the CCDs that are its own, and keeps what it needs of
 * them in between. Arguments and results are plain data, so that it is the same in any thread.
 */
export interface ThreadRun {
  /** Reads a SExtractor catalogue. */
  read(file: CcdFile): Promise<CcdFacts & { readonly sha256: string }>
  /** Calibrates a CCD that was read. */
  calibrate(task: { readonly ccd: number; readonly stars: ReferenceStars }): Promise<CcdResult>
  /** Writes the products of a CCD that was read, to be committed by the caller of the run. */
  write(task: WriteTask): Promise<StagedCcd>
  /** Writes the products of a CCD anew whose calibrated catalogue is there, from its own two files. */
  rewrite(task: WriteTask): Promise<StagedCcd>
  /** Writes a combined catalogue under a temporary name. */
  combine(task: CombineTask): Promise<readonly StagedFile[]>
  /** Calibrates a CCD that is in memory. */
  calibrateInput(task: { readonly input: CcdInput; readonly stars: ReferenceStars }): Promise<CcdResult>
}

/** Begins a thread's part of a run. What it keeps goes with it. */
export function threadRun({ calibration, files }: RunFacts): ThreadRun {
  const inputs = new Map<number, CcdInput>()
  const carriedOver = new Map<number, CarriedCatalogue>()
  const measured = new Map<number, MeasuredDetections>()
  const paths = () => {
    if (files === undefined) throw new Error('this run has no files')
    return files
  }

  /** Other messages are heard before: a calibration holds up its thread for some 10 ms. */
  async function calibrated(input: CcdInput, stars: ReferenceStars): Promise<CcdResult> {
    await nextTurn()
    return calibrateStars(input, stars, calibration)
  }

  async function staged(
    { csv, fits, raDeg }: RecalibratedFiles,
    { result, context, others, stem }: WriteTask,
  ): Promise<StagedCcd> {
    const { outdir, name } = paths()
    const names = ccdProductNames(name, result.ccd)
    const all = [
      { name: names.zpCsv, bytes: csv },
      { name: names.zpFits, bytes: fits },
      ...(await resultFiles(result, context)),
      ...others,
    ]
    const onDisk = await stageFiles(outdir, all, stem)
    await flushFiles(outdir, onDisk)
    return { files: onDisk, raDeg }
  }

  /** The catalogue of all fluxes. */
  async function fluxFile(task: WriteTask): Promise<NamedBytes[]> {
    const { result, context } = task
    const { cal, name } = paths()
    const detections = measured.get(result.ccd)
    if (cal === undefined || detections === undefined) return []
    const { fluxCatalogue, fluxCatalogueBytes } = await import('../../products/flux-catalogue.js')
    const described = fluxCatalogue(detections, result, appliedBy(task), context.provenance)
    return [{ name: fluxCatalogueName(name, result.ccd, cal), bytes: fluxCatalogueBytes(described, cal) }]
  }

  const appliedBy = ({ result, context, keepBorrowed }: WriteTask) =>
    appliedZeropoint(result, context.identity, keepBorrowed)

  return {
    async read({ row, fileName }) {
      const { workdir, name, ...asked } = paths()
      const { file } = placeOfRow(name, row)
      const everyFlux = asked.cal !== undefined
      const read = await readCcd(workdir, fileName, row, file, { ...asked, everyFlux })
      const { input, table, sha256 } = read
      const { ccd } = input
      const carried = carriedCatalogue(table)
      inputs.set(ccd, input)
      carriedOver.set(ccd, carried)
      if (everyFlux) measured.set(ccd, { sources: input.sources, table, hasFlags: hasOwnFlags(table) })
      const untimed = isFilesName(name) ? 'neither the file nor --mjd says' : 'neither the image header nor NITE says'
      const notes = [
        ...read.notes.map((note) => `CCD ${ccd}: ${row.fileName}: ${note}`),
        ...(input.epochYr === undefined
          ? [`CCD ${ccd}: ${untimed} when; the stars stay at the catalogue's epoch`]
          : []),
        ...((everyFlux && read.loneFluxes) || []).map(
          (flux) => `CCD ${ccd}: ${row.fileName}: ${flux} has no error beside it, and is left out of --cal`,
        ),
        ...(carried.blank.length > 0
          ? [`CCD ${ccd}: ${row.fileName} lacks ${carried.blank.join(', ')}; blank in the products`]
          : []),
      ]
      return { sibling: siblingOfInput(input), notes, sha256 }
    },
    async calibrate({ ccd, stars }) {
      const input = inputs.get(ccd)!
      inputs.delete(ccd)
      return calibrated(input, stars)
    },
    async write(task) {
      const { result, context } = task
      const carried = carriedOver.get(result.ccd)!
      const calibrated = calibratedCatalogue(carried, appliedBy(task))
      const { csv, fits } = catalogueFiles(calibrated, catalogueFacts(result, context.provenance))
      const others = [...task.others, ...(await fluxFile(task))]
      return staged({ csv, fits, raDeg: carried.raDeg }, { ...task, others })
    },
    async rewrite(task) {
      const { outdir, name } = paths()
      const { zpCsv, zpFits } = ccdProductNames(name, task.result.ccd)
      const names = { csv: join(outdir, zpCsv), fits: join(outdir, zpFits) }
      const earlier = { csv: await readInput(names.csv), fits: await readInput(names.fits) }
      return staged(await recalibratedFiles(earlier, names, appliedBy(task)), task)
    },
    async combine({ name, form, parts, order, stem }) {
      const { outdir } = paths()
      const sources = await Promise.all(parts.map(({ temporary }) => fileSource(join(outdir, temporary))))
      try {
        const bytes = form === 'csv' ? combinedCsv(sources, order) : combinedFits(sources, order)
        return await stageFiles(outdir, [{ name, bytes }], stem)
      } finally {
        await Promise.all(sources.map((source) => source.close()))
      }
    },
    calibrateInput: ({ input, stars }) => calibrated(input, stars),
  }
}
