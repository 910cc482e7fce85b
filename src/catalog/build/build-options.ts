import type { CellRanges } from '../../healpix/index.js'
import type { JobRunner } from './build-runner.js'
import type { CatalogTools } from '../catalog-files.js'
import type { CatalogDescription } from '../description.js'
import type { CatalogSource } from '../manifest.js'
import type { ReadSetup } from './read-input.js'
import type { PositionList } from '../rows/form-stars.js'
import type { Precision } from '../store-columns.js'

/** How a store is built. */
export interface BuildOptions extends CatalogTools {
  /** The catalogues that are known. */
  readonly descriptions: readonly CatalogDescription[]
  /** Name of the description; needed if the rows do not tell it. */
  readonly release?: string
  /** Name of the description that the columns are taken for, if they do not tell it. */
  readonly kind?: string
  /** Whether the store carries the description, as it must if the package has none of its name. */
  readonly embedDescription?: boolean
  /** Positions of stars by their ids, of inputs that have none. */
  readonly positions?: PositionList
  /** The area that the input knows, if it is not to be found from the stars. */
  readonly coverage?: CellRanges
  /** `basic`, `default`, and names of raw columns; `default` if nothing is given. */
  readonly columns?: readonly string[]
  readonly precision?: Precision
  /**
   * Columns of stars that are stored as doubles even if every value is a float32 or the decimal of one: those of a
   * catalogue that is copied.
   */
  readonly doubles?: ReadonlySet<string>
  /** Where the rows were fetched from, for the manifest. */
  readonly source?: CatalogSource
  /** Rows this near to the edge of another file are stored in its margin too; 0 for no margin, 10 by default. */
  readonly marginArcsec?: number
  /** Write `dataset/_metadata`, the footers of all files in one. */
  readonly metadata?: boolean
  readonly maxRowsPerFile?: number
  /**
   * Bytes of consecutive inputs that one job reads, 64 MB by default: what a kill costs at most, and what the threads
   * share.
   */
  readonly jobBytes?: number
  /** Program and version, for the properties. */
  readonly builder?: string
  readonly onProgress?: (event: BuildProgress) => void
  /** Does the work; in this thread by default. */
  readonly runner?: (setup: ReadSetup) => JobRunner
}

/** How far a build has come. */
export interface BuildProgress {
  readonly stage: 'read' | 'write' | 'margin'
  /** How much of the stage is done, 0 to 1. */
  readonly fraction: number
  /** Rows that the stage has worked through. */
  readonly rows: number
}
