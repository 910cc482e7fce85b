import { neighbourCells } from '../catalog/cell-neighbours.js'
import { nestedIndices } from '../healpix/index.js'
import { wrapRaDeg } from '../math/units.js'

/** Where stars are: the sky in cells, which errors go by, and the fields that the cells make. */
export interface SkyCells {
  /** Number of each star's cell, from 0. */
  readonly cell: Int32Array
  readonly cellCount: number
  /** Number of each star's field, an index of `fields`. */
  readonly field: Int32Array
  readonly fields: readonly SkyField[]
}

/** A connected part of the sky. */
export interface SkyField {
  /** `RA 45.0 Dec -26.6`, the mean position of its stars. */
  readonly name: string
  readonly raDeg: number
  readonly decDeg: number
}

/** Cells of 0.46 deg that touch are of one field. */
const FIELD_ORDER = 7
/** A bootstrap over fewer cells gives errors that are themselves uncertain by more than a sixth. */
const WANTED_CELLS = 20
/** From 0.9 deg, wider than what is the same over the sky in surveys' calibrations, to 0.8 arcmin. */
const CELL_ORDERS = [6, 12] as const

/** Cells as wide as they can be with twenty of them occupied, and fields in the order of their right ascension. */
export function skyCells(raDeg: Float64Array, decDeg: Float64Array): SkyCells {
  let [order] = CELL_ORDERS as readonly [number, number]
  let cells = nestedIndices(order, raDeg, decDeg)
  while (new Set(cells).size < WANTED_CELLS && order < CELL_ORDERS[1]) cells = nestedIndices(++order, raDeg, decDeg)
  const { number: cell, count: cellCount } = numbered(cells, (value) => value)
  const wide = nestedIndices(FIELD_ORDER, raDeg, decDeg)
  const fieldOfCell = connected([...new Set(wide)].sort((a, b) => a - b))
  const { number: field, count } = numbered(wide, (value) => fieldOfCell.get(value)!)
  const centres = Array.from({ length: count }, (_, k) => centreOf(raDeg, decDeg, field, k))
  const sorted = centres.map((_, k) => k).sort((a, b) => centres[a]!.raDeg - centres[b]!.raDeg)
  const rank = new Map(sorted.map((k, place) => [k, place]))
  return { cell, cellCount, field: field.map((k) => rank.get(k)!), fields: sorted.map((k) => centres[k]!) }
}

/** Values as numbers from 0 in the order in which they come. */
function numbered(values: Float64Array, key: (value: number) => number): { number: Int32Array; count: number } {
  const known = new Map<number, number>()
  const number = Int32Array.from(values, (value) => {
    const own = key(value)
    if (!known.has(own)) known.set(own, known.size)
    return known.get(own)!
  })
  return { number, count: known.size }
}

/** The lowest cell of the connected set of each. */
function connected(cells: readonly number[]): Map<number, number> {
  const all = new Set(cells)
  const first = new Map<number, number>()
  for (const start of cells) {
    if (first.has(start)) continue
    const open = [start]
    first.set(start, start)
    while (open.length > 0)
      for (const next of neighbourCells(FIELD_ORDER, open.pop()!)) {
        if (!all.has(next) || first.has(next)) continue
        first.set(next, start)
        open.push(next)
      }
  }
  return first
}

function centreOf(raDeg: Float64Array, decDeg: Float64Array, field: Int32Array, k: number): SkyField {
  const reference = raDeg[field.indexOf(k)]!
  let [count, ra, dec] = [0, 0, 0]
  for (let i = 0; i < field.length; i++) {
    if (field[i] !== k) continue
    count++
    ra += eastOf(raDeg[i]!, reference)
    dec += decDeg[i]!
  }
  const centre = { raDeg: wrapRaDeg(reference + ra / count), decDeg: dec / count }
  const ra360 = Number(centre.raDeg.toFixed(1)) % 360
  return { ...centre, name: `RA ${ra360.toFixed(1)} Dec ${centre.decDeg.toFixed(1)}` }
}

/** Right ascension from another one, -180 to 180 deg. */
export const eastOf = (raDeg: number, fromDeg: number): number => ((raDeg - fromDeg + 540) % 360) - 180
