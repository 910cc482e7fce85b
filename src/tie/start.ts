import { median } from '../math/robust.js'
import { magnitudeOfRow, NO_CATALOG, type TieRows } from './rows.js'

/** Stars that two exposures must share to be tied: with fewer no mixture tells an outlier from a zeropoint. */
export const MIN_COMMON_STARS = 3

/** First zeropoints of the exposures. */
export interface Start {
  /** Zeropoint of each exposure to begin with [mag]. */
  readonly zeropoint: Float64Array
  /** What each catalogue has too much against the zeropoints that are held [mag]; 0 if none is. */
  readonly level: readonly number[]
}

/**
 * Each exposure's median of (reference - instrumental), or, without references, of (stars placed before -
 * instrumental), the exposure with most such stars first. Zeropoints that are held place their stars before any
 * catalogue does: if the two contradict, it is the catalogue that moves.
 *
 * @param heldOf zeropoint of a chip that is kept
 */
export function startOf(rows: TieRows, heldOf: (chip: number) => number | undefined = () => undefined): Start {
  const { chips, chip, first, catalog } = rows
  const mag = (row: number) => magnitudeOfRow(rows, row)
  const count = chips.exposures.length
  const held = Float64Array.from({ length: chips.count + 1 }, (_, k) => heldOf(k) ?? NaN)
  const holds = !held.every(Number.isNaN)
  const known = new Float64Array(rows.starCount).fill(NaN)
  const beyond = rows.catalogs.map((): number[] => [])
  for (let star = 0; star < rows.starCount; star++) {
    const placed: number[] = []
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const value = mag(i) + (holds ? held[chip[i]!]! : 0)
      if (holds ? !Number.isNaN(value) : catalog[i] !== NO_CATALOG) placed.push(value)
    }
    if (placed.length === 0) continue
    known[star] = placed.reduce((sum, value) => sum + value, 0) / placed.length
    for (let i = first[star]!; holds && i < first[star + 1]!; i++)
      if (catalog[i] !== NO_CATALOG) beyond[rows.catalogs.indexOf(catalog[i]!)]!.push(mag(i) - known[star]!)
  }
  const zeropoint = new Float64Array(count).fill(NaN)
  const offsetsOf = () => {
    const offsets = chips.exposures.map((): number[] => [])
    for (let star = 0; star < rows.starCount; star++) {
      if (Number.isNaN(known[star]!)) continue
      for (let i = first[star]!; i < first[star + 1]!; i++) {
        const k = chip[i]!
        if (k < chips.count && Number.isNaN(zeropoint[chips.exposureOf[k]!]!))
          offsets[chips.exposureOf[k]!]!.push(known[star]! - mag(i))
      }
    }
    return offsets
  }
  offsetsOf().forEach((offsets, e) => {
    if (offsets.length >= MIN_COMMON_STARS) zeropoint[e] = median(offsets)
  })
  const learn = (e: number) => {
    for (let star = 0; star < rows.starCount; star++)
      for (let i = first[star]!; i < first[star + 1]!; i++) {
        const k = chip[i]!
        if (k < chips.count && chips.exposureOf[k] === e && Number.isNaN(known[star]!))
          known[star] = mag(i) + zeropoint[e]!
      }
  }
  // Stars have to be placed for exposures only that have no references.
  if (zeropoint.some(Number.isNaN))
    zeropoint.forEach((value, e) => {
      if (!Number.isNaN(value)) learn(e)
    })
  while (zeropoint.some(Number.isNaN)) {
    const offsets = offsetsOf()
    const counts = offsets.map((values, e) => (Number.isNaN(zeropoint[e]!) ? values.length : -1))
    const e = counts.indexOf(Math.max(...counts))
    zeropoint[e] = counts[e]! > 0 ? median(offsets[e]!) : 0
    learn(e)
  }
  return { zeropoint, level: beyond.map((values) => (values.length > 0 ? median(values) : 0)) }
}

/** Exposures that share stars, also through a third, have one number: the lowest of their indices. */
export function networksOf({ chips, chip, first, starCount }: TieRows): Int32Array {
  const count = chips.exposures.length
  const common = new Uint32Array(count * count)
  const network = Int32Array.from({ length: count }, (_, e) => e)
  const join = (a: number, b: number) => {
    const [low, high] = [Math.min(network[a]!, network[b]!), Math.max(network[a]!, network[b]!)]
    for (let e = 0; e < count; e++) if (network[e] === high) network[e] = low
  }
  let groups = count
  for (let star = 0; star < starCount && groups > 1; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++)
      for (let j = first[star]!; j < i; j++) {
        if (chip[i]! >= chips.count || chip[j]! >= chips.count) continue
        const a = chips.exposureOf[chip[i]!]!
        const b = chips.exposureOf[chip[j]!]!
        if (network[a] === network[b] || ++common[Math.max(a, b) * count + Math.min(a, b)]! < MIN_COMMON_STARS) continue
        join(a, b)
        groups--
      }
  return network
}
