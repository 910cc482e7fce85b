import { cholesky, choleskySolve } from '../math/positive-definite.js'
import type { ChipExtents } from './chip-basis.js'
import type { TieInput } from './input.js'
import type { TieRows } from './rows.js'

/** Stars that tell the pointings; more tell nothing new. */
const PLACING_STARS = 4000
/** What nothing tells of pointings and CCDs' extents is held at 0 by this part of the mean information. */
const RIDGE = 1e-7

/** Places of stars on the sky of a network, on the coordinates of its focal planes [deg]. */
export interface StarPlaces {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * Places of the stars in the network: centre of the CCD + place on it + pointing of the exposure. The pointings, and
 * what the extents of a CCD are on the focal plane, are those with which the exposures agree on the stars that they
 * share: least squares, along each axis of the focal plane for itself. If no CCD shares stars with another, the extents
 * stay open, and stars are in the centres of their CCDs. That alone, as it was, errs like a pattern inside CCDs: what a
 * catalogue errs by runs over a CCD too (ratios of two exposures of ten CCDs, i: 1.49 mmag, pull 1.55; so 1.19, 1.18).
 */
export function starPlaces(rows: TieRows, observations: TieInput['observations'], extents: ChipExtents): StarPlaces {
  const { chips } = rows
  const onCcd = placesOnCcds(rows, observations, extents)
  return { x: along(rows, chips.xDeg, onCcd), y: along(rows, chips.yDeg, onCcd) }
}

/** Place of a row on its CCD along an axis, from -0.5 to 0.5; 0 if it is not known. */
type PlaceOnCcd = (row: number) => number

function placesOnCcds(
  { chips, chip, source }: TieRows,
  { x, y }: TieInput['observations'],
  { left, bottom, width, height }: ChipExtents,
): readonly [PlaceOnCcd, PlaceOnCcd] {
  const along = (pixel: Float32Array | undefined, first: Float64Array, extent: Float64Array) => (row: number) => {
    const ccd = chips.ccdOf[chip[row]!]!
    return pixel !== undefined && extent[ccd]! > 0 ? (pixel[source[row]!]! - first[ccd]!) / extent[ccd]! - 0.5 : 0
  }
  return [along(x, left, width), along(y, bottom, height)]
}

/** Place of every star along one axis of the focal plane. */
function along(
  { chips, chip, first, starCount }: TieRows,
  centre: Float64Array,
  [u, v]: readonly [PlaceOnCcd, PlaceOnCcd],
): Float64Array {
  const n = chips.exposures.length + 2
  const isObservation = (i: number) => chip[i]! < chips.count
  // Unknowns: the CCD's extents at a row's place, and the pointing of its exposure.
  const pointingOf = (i: number) => 2 + chips.exposureOf[chip[i]!]!
  const matrix = new Float64Array(n * n)
  const right = new Float64Array(n)
  const sums = new Float64Array(n)
  const touched: number[] = []
  const step = Math.max(1, Math.floor(starCount / PLACING_STARS))
  for (let star = 0; star < starCount; star += step) {
    let count = 0
    let middle = 0
    sums.fill(0)
    touched.length = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (!isObservation(i)) continue
      count++
      middle += centre[chip[i]!]!
      sums[0]! += u(i)
      sums[1]! += v(i)
      if (sums[pointingOf(i)]!++ === 0) touched.push(pointingOf(i))
    }
    if (count < 2) continue
    // Each row's terms in its own square, less those of all over their number.
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (!isObservation(i)) continue
      const a = pointingOf(i)
      const p = u(i)
      const q = v(i)
      const off = centre[chip[i]!]! - middle / count
      right[0]! -= p * off
      right[1]! -= q * off
      right[a]! -= off
      matrix[0]! += p * p
      matrix[n]! += p * q
      matrix[n + 1]! += q * q
      matrix[a * n]! += p
      matrix[a * n + 1]! += q
      matrix[a * n + a]! += 1
    }
    touched.push(0, 1)
    for (const a of touched) for (const b of touched) if (b <= a) matrix[a * n + b]! -= (sums[a]! * sums[b]!) / count
  }
  let trace = 0
  for (let a = 0; a < n; a++) trace += matrix[a * (n + 1)]!
  for (let a = 0; a < n; a++) matrix[a * (n + 1)]! += RIDGE * (trace / n)
  if (trace > 0) {
    cholesky(matrix, n)
    choleskySolve(matrix, n, right)
  } else right.fill(0)
  const places = new Float64Array(starCount)
  for (let star = 0; star < starCount; star++) {
    let sum = 0
    let count = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (!isObservation(i)) continue
      count++
      sum += centre[chip[i]!]! + right[0]! * u(i) + right[1]! * v(i) + right[pointingOf(i)]!
    }
    places[star] = sum / count
  }
  return places
}
