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
  readonly chip: Uint16Array
  /** Catalogue of the row; 255 for an observation. */
  readonly catalog: Uint8Array
  /** instMag or refMag [mag]. */
  readonly mag: Float64Array
  readonly magErr: Float32Array
  /** Scatter beyond the error that is expected of a reference [mag]. */
  readonly scatter: Float32Array
  /** Row of the input's table that it comes from. */
  readonly source: Uint32Array
  /** Numbers of the catalogues that occur. */
  readonly catalogs: readonly number[]
}

export const NO_CATALOG = 255

/** A chip has a number below this: rows hold it in 16 bits. */
const MAX_CHIPS = 65535

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
  if (chips.count >= MAX_CHIPS) throw new RangeError(`${chips.count} CCDs in one network, at most ${MAX_CHIPS - 1}`)
  const isSound = (star: number) => !((stars.inlierPrior?.[star] ?? 1) <= 0)

  const chipOfRow = new Uint16Array(observations.star.length).fill(chips.count)
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
  for (const row of byChip.order) {
    const star = observations.star[row]!
    if (rank[star] === NONE) {
      rank[star] = starNumber.length
      starNumber.push(star)
    }
  }
  const starCount = starNumber.length
  const starOfObservation = Uint32Array.from(byChip.order, (row) => rank[observations.star[row]!]!)
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
    chip: new Uint16Array(n),
    catalog: new Uint8Array(n).fill(NO_CATALOG),
    mag: new Float64Array(n),
    magErr: new Float32Array(n),
    scatter: new Float32Array(n),
    source: new Uint32Array(n),
  }
  let at = 0
  for (let star = 0; star < starCount; star++) {
    for (let i = ofObservations.first[star]!; i < ofObservations.first[star + 1]!; i++, at++) {
      const row = byChip.order[ofObservations.order[i]!]!
      rows.chip[at] = chipOfRow[row]!
      rows.mag[at] = observations.instMag[row]!
      rows.magErr[at] = observations.instMagErr[row]!
      rows.source[at] = row
    }
    for (let i = ofReferences.first[star]!; i < ofReferences.first[star + 1]!; i++, at++) {
      const row = ofReferences.order[i]!
      rows.chip[at] = chips.count
      rows.catalog[at] = references.catalog[row]!
      rows.mag[at] = references.refMag[row]!
      rows.magErr[at] = references.refMagErr[row]!
      rows.scatter[at] = references.refScatter?.[row] ?? expectedScatterMag
      rows.source[at] = row
    }
    rows.first[star + 1] = at
  }
  const catalogs = [...new Set(rows.catalog)].filter((catalog) => catalog !== NO_CATALOG).sort((a, b) => a - b)
  return { ...rows, chips, starCount, starNumber: Uint32Array.from(starNumber), catalogs }
}

const NONE = 0xffffffff
