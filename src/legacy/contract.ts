import type { Catalog } from '../catalog/catalog.js'
import type { ListName } from '../exposure/catalogue-list.js'
import type { NamedBytes } from '../formats/bytes.js'
import type { Table } from '../table/columns.js'

/** What a run of the original may be asked. */
export interface LegacyOptions {
  /** The list's name, split; its parts are the `E`, `R` and `A` of every output name. */
  readonly list: ListName
  /** One CCD number, or `all`; anything else is refused. */
  readonly ccd: string
  /** As typed: `mag_psf`. */
  readonly magType: string
  readonly sexMagZeropoint: number
}

/** The reference catalogue, as far as the original's algorithm needs it. */
export type ReferenceStore = Pick<Catalog, 'name' | 'location' | 'read' | 'missingSqDeg'>

/** What the run may read. Nothing else is looked at, listed or deleted. */
export interface LegacyInputs {
  /** Text of the catalogue list; throws InputError if there is none. */
  readList(): Promise<string>
  /**
   * Columns of the third HDU of a SExtractor catalogue, those of `wanted` that it has; undefined if the file does
   * not exist.
   */
  readDetections(fileName: string, wanted: readonly string[]): Promise<Table | undefined>
  readonly stars: ReferenceStore
}

/**
 * The original's exit code (0 also without a zeropoint, 1 if an input is missing or unfit, 2 for wrong options) and
 * its files.
 */
export interface LegacyOutcome {
  readonly exitCode: 0 | 1 | 2
  /** All of the run's files, or none. */
  readonly files: readonly NamedBytes[]
  /** Sentences for stderr. */
  readonly messages: readonly string[]
}
