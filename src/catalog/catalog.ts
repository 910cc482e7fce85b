import type { CellRanges } from '../healpix/index.js'
import type { CatalogDescription } from './description.js'
import type { OptionalStarColumn, ReadStars, StarColumn } from './stars.js'
import type { MissingValues, Precision, StoreColumn } from './store-columns.js'

/** What reading has cost since the catalogue was opened. */
export interface ReadCounters {
  starsRead: number
  bytesRead: number
  requests: number
}

/** An opened reference catalogue. */
export interface Catalog {
  /** Name of its description: `gaia_dr2`. */
  readonly name: string
  /** Where it is, for messages. */
  readonly location: string
  readonly description: CatalogDescription
  /** Whether the store carries the description, which the package has none of. */
  readonly carriesDescription?: true
  /** Columns that the catalogue has; the default photometric system needs BP and RP. */
  readonly columns: ReadonlySet<StarColumn>
  /** Decimal digits of the magnitude: `f32` is the shortest text of a float32, `f64` that of a double. */
  readonly magType: 'f32' | 'f64'
  /** Columns that the files keep as doubles; a float32 holds every value of the others. */
  readonly doubles: ReadonlySet<StarColumn>
  /** How the files keep the columns; absent if there are no files of ours. */
  readonly stored?: {
    readonly columns: readonly StoreColumn[]
    readonly precision: Precision
    readonly missingValues: MissingValues
  }
  /** NaN if the files do not tell it. */
  readonly rowCount: number
  /** Where the catalogue knows the sky: no star here means that there is none. */
  readonly coverage: CellRanges
  /** SHA-256 of the manifest, which holds the checksum of every file. */
  readonly hash: string
  readonly counters: Readonly<ReadCounters>
  /**
   * The stars whose order-29 cell lies in the footprint, in `_healpix_29` order: the same rows whatever was read
   * before. `columns` limits the optional columns; all that the catalogue has by default.
   */
  read(footprint: CellRanges, columns?: readonly OptionalStarColumn[]): Promise<ReadStars>
  /** Area of the footprint outside the coverage [sq deg]. */
  missingSqDeg(footprint: CellRanges): number
}
