import { separationArcsec } from '../../math/sphere.js'
import type { SortedStars } from './sorted-stars.js'

/**
 * Rows of a file whose id another row before them has, at another place: inputs of two epochs that overlap, or ids that
 * are row numbers. Which of them is right cannot be told, so that all stay.
 */
export interface SharedIds {
  readonly rows: number
  /** The first of them in the order of the file. */
  readonly first: {
    readonly sourceId: string
    readonly places: readonly (readonly [raDeg: number, decDeg: number])[]
    readonly separationArcsec: number
  }
}

/** Slots of the table for each row, at least. */
const SLOTS_PER_ROW = 2

/**
 * Finds the ids that occur at several places of a file; undefined if every id occurs once. Rows that repeat id and
 * position are gone before. A hash table of rows with linear probing (Knuth, TAOCP 3, 6.4), by the 32-bit words of the
 * ids: no bigint is made.
 */
export function findSharedIds({ chunk, order }: SortedStars): SharedIds | undefined {
  const ids = new Uint32Array(chunk.sourceId.buffer, chunk.sourceId.byteOffset, 2 * chunk.sourceId.length)
  const bits = Math.max(1, Math.ceil(Math.log2(SLOTS_PER_ROW * order.length + 1)))
  const mask = 2 ** bits - 1
  /** Row plus one, 0 if empty. */
  const table = new Uint32Array(mask + 1)
  let rows = 0
  let first: readonly [row: number, before: number] | undefined
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!
    const low = ids[2 * row]!
    const high = ids[2 * row + 1]!
    let slot = slotOf(low, high, bits)
    for (; ; slot = (slot + 1) & mask) {
      const before = table[slot]! - 1
      if (before < 0) {
        table[slot] = row + 1
        break
      }
      if (ids[2 * before] !== low || ids[2 * before + 1] !== high) continue
      rows++
      first ??= [row, before]
      break
    }
  }
  if (first === undefined) return undefined
  const [row, before] = first
  const [raDeg, decDeg] = [chunk.values.get('raDeg')!, chunk.values.get('decDeg')!]
  const places = [before, row].map((star) => [raDeg[star]!, decDeg[star]!] as const)
  const apart = separationArcsec(raDeg[before]!, decDeg[before]!, raDeg[row]!, decDeg[row]!)
  return { rows, first: { sourceId: String(chunk.sourceId[row]), places, separationArcsec: apart } }
}

/** The upper bits of a product mixed twice: the low bits of Gaia's ids are 0, and neighbours share the upper word. */
function slotOf(low: number, high: number, bits: number): number {
  const mixed = (Math.imul(low, 0x9e3779b1) + Math.imul(high, 0x85ebca6b)) | 0
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> (32 - bits)
}

/** What all files of a store found together; the first is that of the first file. */
export function allSharedIds(found: readonly (SharedIds | undefined)[]): SharedIds | undefined {
  const some = found.filter((shared) => shared !== undefined)
  const [first] = some
  return first === undefined ? undefined : { ...first, rows: some.reduce((total, { rows }) => total + rows, 0) }
}
