import type { CameraFilter } from '../camera/filters.js'
import type { InputError } from '../errors.js'
import type { CatalogueListRow } from './catalogue-list.js'
import type { HeaderFacts } from './image-facts.js'

/**
 * One fact from several sources. List, file name, image header, detections and sibling CCDs describe one exposure: if
 * they disagree in a fact that would make the zeropoint wrong, the CCD is refused; if only a hint is in doubt, that is
 * reported.
 */
export interface Comparison<T> {
  readonly fact: string
  readonly sources: string
  /** How far apart the sources may be, and why. */
  readonly tolerance: string
  readonly follows: 'refusal' | 'note'
  /** The disagreement, if there is one. */
  readonly differs: (facts: T) => InputError | undefined
}

/** A row of the list by itself. */
export interface ListedFacts {
  readonly row: Omit<CatalogueListRow, 'fault'>
  readonly listFile: string
}

/** A row of the list and the file that it names. */
export interface FiledFacts extends ListedFacts {
  readonly header: HeaderFacts
  /** The camera's own filter names, searched before the general table. */
  readonly filters?: readonly CameraFilter[]
}

/** Facts of the exposure from one CCD, whatever its input. */
export interface SiblingFacts {
  readonly ccd: number
  readonly band: string
  /** Julian year of the start, if the image header tells it. */
  readonly headerEpochYr?: number
  readonly exposureTimeSec?: number
  /** What one unit of flux is, if the image header names it. */
  readonly headerFluxUnit?: string
}

/** A fact that all CCDs of an exposure share. */
export interface SharedFact {
  readonly fact: string
  readonly tolerance: string
  /** The CCD's value as text; undefined if the CCD does not have it. */
  readonly shown: (facts: SiblingFacts) => string | undefined
  readonly agree: (a: SiblingFacts, b: SiblingFacts) => boolean
}
