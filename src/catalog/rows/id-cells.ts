import { InputError } from '../../errors.js'
import { nestedIndex } from '../../healpix/index.js'
import { toEquatorial } from '../../math/galactic.js'
import { DEG_TO_RAD, RAD_TO_DEG, wrapRaDeg } from '../../math/units.js'
import { neighbourCells } from '../cell-neighbours.js'

/**
 * Gaia's source_id is 2^35 times the NESTED cell of this order, and a number within it (Gaia DR2 documentation,
 * 14.1.1).
 */
const ID_ORDER = 12
/**
 * Bits of the upper half of an id below the cell, and of the upper half of an order-29 cell below its order-12 parent.
 */
const ID_BITS = 35 - 32
const KEY_BITS = 2 * (29 - ID_ORDER) - 32

/** Fewer ids are too few to say that a file is wrong. */
const MIN_IDS = 10
/** Of 3,530 real rows 0.8 % carry the cell of a neighbour, and none another's. */
const MAX_STRAY = 0.1
/** Rows that are looked at more closely. */
const SAMPLED = 500
/** A transformation explains the positions if it brings this much of them to the cells of their ids. */
const EXPLAINED = 0.8

interface Position {
  readonly raDeg: number
  readonly decDeg: number
}

/** What might have become of positions, and what brings them back. */
const TRANSFORMATIONS: readonly (readonly [sentence: string, undo: (ra: number, dec: number) => Position])[] = [
  ['right ascension and declination are swapped', (ra, dec) => ({ raDeg: dec, decDeg: ra > 180 ? ra - 360 : ra })],
  ['they are in radians', (ra, dec) => ({ raDeg: ra * RAD_TO_DEG, decDeg: dec * RAD_TO_DEG })],
  ['the right ascension is in hours', (ra, dec) => ({ raDeg: ra * 15, decDeg: dec })],
  ['they are galactic longitude and latitude', toEquatorial],
  ['they are ecliptic longitude and latitude', fromEcliptic],
  ['they are of equinox B1950', fromB1950],
]

/** Compares the cells in the ids of Gaia with the positions beside them, of one input. */
export class IdCells {
  private identified = 0
  private others = 0
  private readonly sample: (Position & { readonly cell: number })[] = []

  /** Counts rows; ids below 2^35 are row numbers, and say nothing. `key` are the order-29 cells of the positions. */
  add(ids: BigInt64Array, key: BigInt64Array, raDeg: ArrayLike<number>, decDeg: ArrayLike<number>): void {
    const idWords = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length)
    const keyWords = new Uint32Array(key.buffer, key.byteOffset, 2 * key.length)
    for (let i = 0; i < ids.length; i++) {
      const cell = idWords[2 * i + 1]! >>> ID_BITS
      if (cell === 0) continue
      this.identified++
      if (cell === keyWords[2 * i + 1]! >>> KEY_BITS) continue
      this.others++
      if (this.sample.length < SAMPLED) this.sample.push({ cell, raDeg: raDeg[i]!, decDeg: decDeg[i]! })
    }
  }

  /**
   * Throws InputError if the positions disagree with the ids in bulk, with the transformation that would make them
   * agree.
   */
  judge(file: string): void {
    if (this.identified < MIN_IDS || this.others <= MAX_STRAY * this.identified) return
    const strays = this.sample.filter(({ cell, raDeg, decDeg }) => !isNear(cell, raDeg, decDeg))
    const stray = Math.round((this.others * strays.length) / this.sample.length)
    if (stray <= MAX_STRAY * this.identified) return
    const reason = TRANSFORMATIONS.find(([, undo]) => {
      const explained = strays.filter(({ cell, raDeg, decDeg }) => {
        const undone = undo(raDeg, decDeg)
        return isNear(cell, undone.raDeg, undone.decDeg)
      })
      return explained.length >= EXPLAINED * strays.length
    })?.[0]
    const why = reason ?? 'they are of other rows, or the ids are not those of Gaia (number the rows then)'
    throw new InputError('other-positions', `the positions are not where the cells in their source_id lie: ${why}`, {
      file,
      found: `${stray} of ${this.identified} rows elsewhere`,
      expected: 'ICRS degrees, right ascension before declination',
    })
  }
}

/** Whether a position lies in an order-12 cell or beside it. */
function isNear(cell: number, raDeg: number, decDeg: number): boolean {
  if (!(Math.abs(decDeg) <= 90) || !Number.isFinite(raDeg)) return false
  const own = nestedIndex(ID_ORDER, wrapRaDeg(raDeg), decDeg)
  return own === cell || neighbourCells(ID_ORDER, own).includes(cell)
}

function fromEcliptic(lonDeg: number, latDeg: number): Position {
  const [x, y, z] = vectorOf(lonDeg, latDeg)
  // Mean obliquity of J2000 (IAU 1976).
  const [sin, cos] = [Math.sin(23.4392911 * DEG_TO_RAD), Math.cos(23.4392911 * DEG_TO_RAD)]
  return positionOf(x, y * cos - z * sin, y * sin + z * cos)
}

/** FK4 B1950 to FK5 J2000, the rotation alone (Standish 1982): good to an arcsecond, and a cell is 50. */
function fromB1950(raDeg: number, decDeg: number): Position {
  const [x, y, z] = vectorOf(raDeg, decDeg)
  return positionOf(
    0.9999256782 * x - 0.0111820611 * y - 0.0048579477 * z,
    0.011182061 * x + 0.9999374784 * y - 0.0000271765 * z,
    0.0048579479 * x - 0.0000271474 * y + 0.9999881997 * z,
  )
}

function vectorOf(lonDeg: number, latDeg: number): [number, number, number] {
  const [lon, lat] = [lonDeg * DEG_TO_RAD, latDeg * DEG_TO_RAD]
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)]
}

function positionOf(x: number, y: number, z: number): Position {
  return { raDeg: wrapRaDeg(Math.atan2(y, x) * RAD_TO_DEG), decDeg: Math.atan2(z, Math.hypot(x, y)) * RAD_TO_DEG }
}
