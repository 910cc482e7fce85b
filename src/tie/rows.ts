import { indicesWhere } from '../math/select.js'
import { arrangeChips, sortedByNumber, sortStretches, type Chips } from './chips.js'
import { chipKey, type TieInput } from './input.js'

/**
 * Observations and references as rows of one table, those of a star together: magnitude = M of the star + level of its
 * chip + colour term + pattern at its cell, or + level of its catalogue at its place on the sky.
 */
export interface TieRows {
  readonly chips: Chips
  readonly starCount: number
  /** First row of each star; one more for the end. */
  readonly first: Uint32Array
  /** The caller's number of each star. */
  readonly starNumber: Uint32Array
  /** Chip of the row; `chips.count` for a reference. */
  readonly chip: ChipColumn
  /** Catalogue of the row; 255 for an observation. */
  readonly catalog: Uint8Array
  /** Row of the input's table that it comes from. */
  readonly source: Uint32Array
  /** Numbers of the catalogues that occur. */
  readonly catalogs: readonly number[]
  /** Where magnitudes and their errors are. */
  readonly input: Pick<TieInput, 'observations' | 'references'>
  /** Scatter of references of which nothing is stated [mag]. */
  readonly expectedScatterMag: number
}

/** Numbers of chips: in 16 bits if that is enough. */
export type ChipColumn = Uint16Array | Uint32Array

export const chipColumn = (chips: number, rows: number): ChipColumn =>
  chips < 65535 ? new Uint16Array(rows) : new Uint32Array(rows)

export function mostRowsOfAStar({ first }: Pick<TieRows, 'first'>): number {
  let most = 0
  for (let star = 0; star + 1 < first.length; star++) most = Math.max(most, first[star + 1]! - first[star]!)
  return most
}

/** instMag or refMag of a row [mag]. */
export const magnitudeOfRow = ({ chips, chip, source, input }: TieRows, row: number): number =>
  (chip[row]! < chips.count ? input.observations.instMag : input.references.refMag)[source[row]!]!

/** Its error as stated [mag]. */
export const errorOfRow = ({ chips, chip, source, input }: TieRows, row: number): number =>
  (chip[row]! < chips.count ? input.observations.instMagErr : input.references.refMagErr)[source[row]!]!

/** Scatter beyond the error that is expected of a reference [mag]. */
export const scatterOfRow = ({ source, input, expectedScatterMag }: TieRows, row: number): number =>
  input.references.refScatter?.[source[row]!] ?? expectedScatterMag

export const NO_CATALOG = 255

const isFiniteError = (error: number): boolean => error >= 0 && error < Infinity

/**
 * Rows of the exposures that take part. Stars of which nothing is to be had (prior 0), and rows without a finite
 * magnitude and error, stay out. The order of stars and rows comes from their magnitudes, so that neither the order of
 * the input nor the numbers of stars and exposures decide a last digit.
 */
export function arrangeRows(
  input: TieInput,
  takesPart: (exposure: number) => boolean,
  serves: (catalog: number) => boolean,
  expectedScatterMag: number,
): TieRows {
  const { observations, references, stars } = input
  const chips = arrangeChips(input, takesPart)
  const isSound = (star: number) => !((stars.inlierPrior?.[star] ?? 1) <= 0)

  const chipOfRow = chipColumn(chips.count, observations.star.length).fill(chips.count)
  for (let i = 0; i < chipOfRow.length; i++) {
    const chip = chips.chipOf.get(chipKey(observations.exposure[i]!, observations.ccd[i]!))
    const usable =
      Number.isFinite(observations.instMag[i]!) &&
      observations.instMagErr[i]! > 0 &&
      observations.instMagErr[i]! < Infinity &&
      isSound(observations.star[i]!)
    if (chip !== undefined && usable) chipOfRow[i] = chip
  }
  const byChip = sortedByNumber(chipOfRow, chips.count)
  sortStretches(byChip.order, byChip.first, observations.instMag)

  const rank = new Uint32Array(stars.count).fill(NONE)
  const starNumber: number[] = []
  for (let i = 0; i < byChip.order.length; i++) {
    const star = observations.star[byChip.order[i]!]!
    if (rank[star] === NONE) {
      rank[star] = starNumber.length
      starNumber.push(star)
    }
  }
  const starCount = starNumber.length
  const starOfObservation = new Uint32Array(byChip.order.length)
  for (let i = 0; i < starOfObservation.length; i++) starOfObservation[i] = rank[observations.star[byChip.order[i]!]!]!
  const ofObservations = sortedByNumber(starOfObservation, starCount)
  const starOfReference = references.star.map((star, i) =>
    serves(references.catalog[i]!) &&
    Number.isFinite(references.refMag[i]!) &&
    isFiniteError(references.refMagErr[i]!) &&
    isFiniteError(references.refScatter?.[i] ?? 0)
      ? rank[star]!
      : NONE,
  )
  const ofReferences = sortedByNumber(starOfReference, starCount)
  sortStretches(ofReferences.order, ofReferences.first, references.refMag)
  sortStretches(ofReferences.order, ofReferences.first, references.catalog)

  const n = ofObservations.order.length + ofReferences.order.length
  const rows = {
    first: new Uint32Array(starCount + 1),
    chip: chipColumn(chips.count, n),
    catalog: new Uint8Array(n).fill(NO_CATALOG),
    source: new Uint32Array(n),
  }
  const occurs = new Uint8Array(NO_CATALOG)
  let at = 0
  for (let star = 0; star < starCount; star++) {
    for (let i = ofObservations.first[star]!; i < ofObservations.first[star + 1]!; i++, at++) {
      const row = byChip.order[ofObservations.order[i]!]!
      rows.chip[at] = chipOfRow[row]!
      rows.source[at] = row
    }
    for (let i = ofReferences.first[star]!; i < ofReferences.first[star + 1]!; i++, at++) {
      const row = ofReferences.order[i]!
      rows.chip[at] = chips.count
      rows.catalog[at] = references.catalog[row]!
      rows.source[at] = row
      occurs[references.catalog[row]!] = 1
    }
    rows.first[star + 1] = at
  }
  const catalogs = Array.from(indicesWhere(NO_CATALOG, (catalog) => occurs[catalog] === 1))
  return {
    ...rows,
    ...{ chips, starCount, starNumber: Uint32Array.from(starNumber), catalogs },
    ...{ input: { observations, references }, expectedScatterMag },
  }
}

const NONE = 0xffffffff
