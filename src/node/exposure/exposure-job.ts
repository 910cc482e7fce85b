import type { Catalog } from '../../catalog/catalog.js'
import type { ExitCode } from '../../errors.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { ExposureSolution } from '../../photometry/exposure/result.js'
import type { PhotometricSystem } from '../../photometry/result.js'
import type { TargetSearch } from '../../photometry/targets/target.js'
import type { ExposureFailure, ExposureProgress } from '../../pipeline.js'
import type { FluxCatalogueForm } from '../../products/flux-catalogue-form.js'
import type { RunFacts, SolvedResult } from '../../products/result-json.js'
import type { FileToWrite } from '../disk/staged-files.js'
import type { CcdPool } from '../threads/ccd-pool.js'
import type { ExposureRows } from '../input/read-exposure.js'
import type { ReadCamera } from '../input/camera-files.js'
import type { ReadStarFlat } from '../input/read-star-flat.js'
import type { ReadSuspects } from '../input/read-suspects.js'

/** The request for one exposure: the location of its files, its CCDs, and the options. */
export interface ExposureJob {
  /** A number, a list with ranges, or `all`. */
  readonly ccd: string
  readonly magsType: string
  readonly system: PhotometricSystem
  readonly estimator: 'robust' | 'sigma-clip'
  readonly workdir: string
  readonly outdir: string
  /** Apply borrowed zeropoints whatever their error. */
  readonly keepBorrowed: boolean
  /** A borrowed zeropoint counts as fitted in the exit code. */
  readonly acceptBorrowed: boolean
  /** Write even if products of another photometric system are in the directory. */
  readonly force: boolean
  /** Also write every flux of each CCD, in this form. */
  readonly cal?: FluxCatalogueForm
  /** Variables and AGN, from a file. */
  readonly suspects?: ReadSuspects
  /** Positions whose magnitude is asked for. */
  readonly search?: TargetSearch
  /** The camera that the user describes, in place of those of the package. */
  readonly camera?: ReadCamera
  /** What fluxes are corrected by, from a file. */
  readonly starFlat?: ReadStarFlat
}

/** The request for an exposure that has a list: which list. */
export interface ListedJob extends ExposureJob {
  readonly expnum: number
  readonly reqnum?: string
  readonly attnum?: number
}

/** A job whose list was found and read; no SExtractor catalogue is open yet. */
export interface OpenedJob<List extends ExposureRows = ExposureRows> {
  readonly job: ExposureJob
  readonly list: List
  /** The rows of the list that were asked for. */
  readonly rows: readonly CatalogueListRow[]
  /** CCDs that were asked for and are not in the list. */
  readonly absent: readonly number[]
  /** Several CCDs were asked for, so that they are solved together. */
  readonly several: boolean
  /** Other options that decide the result: for files, --band and --columns. */
  readonly said?: Readonly<Record<string, string>>
}

/** Callbacks and controls for the caller of a run. */
export interface RunControl {
  /** Threads to work in; without them this thread alone. */
  readonly pool?: CcdPool
  /**
   * Stops between two CCDs: the run throws the signal's reason, and leaves nothing but what was there before or is
   * written whole.
   */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ExposureProgress) => void
  /** A message that is not a failure: a CCD left out, blank columns. */
  readonly onNote?: (sentence: string) => void
  /**
   * Makes further files of the same commit from the solved exposure. If it fails, or they cannot be written, nothing is
   * committed.
   */
  readonly draw?: DrawFiles
  /** A CCD that failed; the others go on. `ccd` is absent if the exposure's own products failed. */
  readonly onFailure?: (failure: ExposureFailure) => void
}

/** An exposure whose products are on the disk under temporary names. */
export interface DrawnExposure {
  readonly list: ExposureRows
  readonly ccds: readonly SolvedResult[]
  readonly solution?: ExposureSolution
  readonly catalog: Catalog
  readonly system: string
  /** The result, as its JSON file holds it. */
  readonly json: string
  /** Names that its products get. */
  readonly names: readonly string[]
}

/** Figures and the page of an exposure. */
export interface DrawFiles {
  draw(exposure: DrawnExposure): Promise<readonly FileToWrite[]>
  /** All names that they may have. */
  readonly names: readonly string[]
  /** All have their names. */
  onCommitted(names: readonly string[]): void
}

/** The outcome of an exposure. All products of `ccds` are complete on the disk. */
export interface ExposureRun {
  readonly exitCode: ExitCode
  readonly list: ExposureRows
  readonly catalog: Catalog
  /**
   * The CCDs whose products are there, in the order of the list; with the exposure's solution if several were asked
   * for.
   */
  readonly ccds: readonly SolvedResult[]
  /** The exposure's solution; absent in a run of one CCD. */
  readonly solution?: ExposureSolution
  readonly failures: readonly ExposureFailure[]
  /** CCDs of the list whose SExtractor catalogue does not exist. */
  readonly missing: readonly number[]
  /** The result as JSON, without `run`; undefined if there is no CCD. */
  readonly json?: ResultJson
}

/** Writes the JSON of a run; the cost of the run is on stdout only. */
export type ResultJson = (cost?: RunFacts) => string
