import { gather, sortingOrder } from '../math/select.js'
import { chipKey, type TieInput } from './input.js'

/** The CCDs of the exposures that take part, in an order that does not depend on how exposures are numbered. */
export interface Chips {
  readonly count: number
  /** The caller's numbers of the exposures, in the order of their indices. */
  readonly exposures: readonly number[]
  /** The caller's numbers of the CCDs that occur, ascending. */
  readonly ccds: readonly number[]
  /** Per chip: index of its exposure and of its CCD, and its place on the focal plane [deg]. */
  readonly exposureOf: Int32Array
  readonly ccdOf: Int32Array
  readonly xDeg: Float64Array
  readonly yDeg: Float64Array
  /** First chip of each exposure; one more for the end. */
  readonly firstOf: Int32Array
  readonly chipOf: ReadonlyMap<number, number>
}

/** Chips of the exposures for which `takesPart`; exposures by what they hold, CCDs of each by their number. */
export function arrangeChips({ ccds, observations }: TieInput, takesPart: (exposure: number) => boolean): Chips {
  const exposures = inOrderOfContent(
    [...new Set(ccds.exposure)].filter((exposure) => takesPart(exposure)),
    observations,
  )
  const numbers = [...new Set(ccds.ccd)].sort((a, b) => a - b)
  const ccdIndex = new Map(numbers.map((number, i) => [number, i]))
  const byExposure = new Map<number, number[]>(exposures.map((exposure) => [exposure, []]))
  ccds.exposure.forEach((exposure, row) => byExposure.get(exposure)?.push(row))
  const rows = exposures.flatMap((exposure) => byExposure.get(exposure)!.sort((a, b) => ccds.ccd[a]! - ccds.ccd[b]!))
  const firstOf = new Int32Array(exposures.length + 1)
  exposures.forEach((exposure, e) => (firstOf[e + 1] = firstOf[e]! + byExposure.get(exposure)!.length))
  const exposureOf = new Int32Array(rows.length)
  for (let e = 0; e < exposures.length; e++) exposureOf.fill(e, firstOf[e]!, firstOf[e + 1]!)
  return {
    count: rows.length,
    exposures,
    ccds: numbers,
    exposureOf,
    ccdOf: Int32Array.from(rows, (row) => ccdIndex.get(ccds.ccd[row]!)!),
    xDeg: Float64Array.from(rows, (row) => ccds.xDeg[row]!),
    yDeg: Float64Array.from(rows, (row) => ccds.yDeg[row]!),
    firstOf,
    chipOf: new Map(rows.map((row, chip) => [chipKey(ccds.exposure[row]!, ccds.ccd[row]!), chip])),
  }
}

/** By the brightest magnitude, then by the number of rows: what an exposure holds, not what it is called. */
function inOrderOfContent(exposures: number[], { exposure, instMag }: TieInput['observations']): number[] {
  const brightest = new Float64Array(65536).fill(Infinity)
  const rows = new Float64Array(65536)
  for (let i = 0; i < exposure.length; i++) {
    const e = exposure[i]!
    rows[e]!++
    if (instMag[i]! < brightest[e]!) brightest[e] = instMag[i]!
  }
  return exposures.sort((a, b) => brightest[a]! - brightest[b]! || rows[a]! - rows[b]! || a - b)
}

/** Rows sorted by a small whole number, rows of one number in their order; with where each number begins. */
export function sortedByNumber(
  number: ArrayLike<number>,
  count: number,
): { readonly order: Uint32Array; readonly first: Uint32Array } {
  const first = new Uint32Array(count + 1)
  for (let i = 0; i < number.length; i++) if (number[i]! < count) first[number[i]! + 1]!++
  for (let k = 0; k < count; k++) first[k + 1]! += first[k]!
  const next = first.slice()
  const order = new Uint32Array(first[count]!)
  for (let i = 0; i < number.length; i++) if (number[i]! < count) order[next[number[i]!]!++] = i
  return { order, first }
}

/** Stretches up to this long are sorted by insertion. */
const SHORT = 16

/** Sorts each stretch of an order by a value, so that the order of the input is forgotten; equals keep their order. */
export function sortStretches(order: Uint32Array, first: Uint32Array, value: ArrayLike<number>): void {
  for (let k = 0; k + 1 < first.length; k++) {
    const from = first[k]!
    const to = first[k + 1]!
    if (to - from <= SHORT) sortByInsertion(order, from, to, value)
    else {
      const stretch = order.slice(from, to)
      const places = sortingOrder(gather(value, stretch))
      for (let i = 0; i < places.length; i++) order[from + i] = stretch[places[i]!]!
    }
  }
}

function sortByInsertion(order: Uint32Array, from: number, to: number, value: ArrayLike<number>): void {
  for (let i = from + 1; i < to; i++) {
    const row = order[i]!
    const own = value[row]!
    let at = i
    for (; at > from && value[order[at - 1]!]! > own; at--) order[at] = order[at - 1]!
    order[at] = row
  }
}
