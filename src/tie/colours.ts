import { median } from '../math/robust.js'
import type { TieInput } from './input.js'
import type { TieRows } from './rows.js'

/** Colours about the pivot, one per star of the rows; 0 everywhere if none is known. */
export interface StarColours {
  readonly pivot: number
  readonly about: Float32Array
}

/** Width of the bins in which a star without a colour takes the typical one [mag]. */
const BIN_MAG = 1

/**
 * Colours about their median. A star of unknown colour takes the median of its magnitude: the terms are thousandths, so
 * that a wrong colour costs less than the errors.
 *
 * @param magnitude of each star, roughly
 */
export function starColours(rows: TieRows, { stars }: TieInput, magnitude: Float64Array): StarColours {
  const about = new Float32Array(rows.starCount)
  const { color } = stars
  if (color === undefined) return { pivot: 0, about }
  const colourOf = (star: number) => color[rows.starNumber[star]!]!
  const known: number[] = []
  const byBin = new Map<number, number[]>()
  for (let star = 0; star < rows.starCount; star++) {
    const colour = colourOf(star)
    if (!Number.isFinite(colour)) continue
    known.push(colour)
    const bin = Math.floor(magnitude[star]! / BIN_MAG)
    const members = byBin.get(bin)
    if (members) members.push(colour)
    else byBin.set(bin, [colour])
  }
  if (known.length === 0) return { pivot: 0, about }
  const pivot = median(known)
  const typical = new Map([...byBin].map(([bin, colours]) => [bin, median(colours)]))
  for (let star = 0; star < rows.starCount; star++) {
    const colour = colourOf(star)
    about[star] =
      (Number.isFinite(colour) ? colour : (typical.get(Math.floor(magnitude[star]! / BIN_MAG)) ?? pivot)) - pivot
  }
  return { pivot, about }
}
