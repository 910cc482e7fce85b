import { nestedIndex, pix2ang } from '../../healpix/index.js'
import { separationArcsec } from '../../math/sphere.js'

/**
 * Programs agree on a direction to some 1e-14 deg; a position this near to the border of a cell may be put to either
 * side.
 */
const BORDER_DEG = 1e-10

/** Whether a position is in a cell, or within a third of a microarcsecond of it. */
export function liesOnBorderOf(
  { order, cell }: { readonly order: number; readonly cell: number },
  raDeg: number,
  decDeg: number,
): boolean {
  const east = BORDER_DEG / Math.max(1e-6, Math.cos((decDeg * Math.PI) / 180))
  const inCell = (ra: number, dec: number) => nestedIndex(order, ra, Math.max(-90, Math.min(90, dec))) === cell
  return [-1, 0, 1].some((i) => [-1, 0, 1].some((j) => inCell(raDeg + i * east, decDeg + j * BORDER_DEG)))
}

/**
 * Whether a position is no farther than a cell's width from the middle of a fine cell, whose borders doubles do not
 * resolve.
 */
export function liesNearCell(order: number, cell: bigint, raDeg: number, decDeg: number): boolean {
  if (cell < 0n || cell >= 12n << BigInt(2 * order)) return false
  if (order < 20) return liesOnBorderOf({ order, cell: Number(cell) }, raDeg, decDeg)
  const middle = pix2ang(order, cell)
  return separationArcsec(raDeg, decDeg, middle.raDeg, middle.decDeg) < (58.6 * 3600) / 2 ** order
}
