import type { FaceCell } from './nested.js'

/**
 * The RING numbering (Gorski et al. 2005, section 4 and eqs 2-9).
 *
 * Rings of equal declination count from the north, 1 to 4 nside - 1. Ring r of a polar cap (r < nside, r counted from
 * its pole) holds 4 r cells, every other ring 4 nside. Within a ring the position counts eastwards from 0, starting at
 * or just after right ascension 0.
 */
interface RingPosition {
  readonly ring: number
  readonly position: number
}

/** Ring and position of a cell. */
export function ringPositionOf(nside: number, { face, x, y }: FaceCell): RingPosition {
  const belt = face >> 2
  const ring = (belt + 2) * nside - x - y - 1
  // Twice the longitude of the face's middle, in quarters of a turn.
  const middle = 2 * (face & 3) + (belt === 1 ? 0 : 1)
  const { length, halfShift } = ringShape(nside, ring)
  const position = (middle * (length / 4) + x - y - halfShift) / 2
  return { ring, position: position < 0 ? position + length : position >= length ? position - length : position }
}

/** Cell at a position of a ring. */
export function faceCellOfRing(nside: number, { ring, position }: RingPosition): FaceCell {
  const last = nside - 1
  const fromPole = Math.min(ring, 4 * nside - ring)
  if (fromPole < nside) {
    const quadrant = Math.floor(position / fromPole)
    const east = position - quadrant * fromPole
    const west = fromPole - 1 - east
    return ring < nside ? { face: quadrant, x: last - west, y: last - east } : { face: 8 + quadrant, x: east, y: west }
  }
  // In units of half a cell: eastwards from RA 0 and northwards from the equator.
  const eastwards = 2 * position + ringShape(nside, ring).halfShift
  const northwards = 2 * nside - ring
  const a = (eastwards + northwards + nside - 1) / 2
  const b = (eastwards - northwards + nside - 1) / 2
  const faceA = Math.floor(a / nside)
  const faceB = Math.floor(b / nside)
  const face = faceA === faceB ? 4 + (faceA & 3) : faceA > faceB ? faceB & 3 : 8 + (faceA & 3)
  return { face, x: a - faceA * nside, y: last - (b - faceB * nside) }
}

/** RING number of a position. */
export function ringNumber(nside: number, { ring, position }: RingPosition): bigint {
  return firstOfRing(nside, ring) + BigInt(position)
}

/** Ring and position of a RING number, which must be in [0, 12 nside^2). */
export function ringPositionOfNumber(nside: number, pixel: bigint): RingPosition {
  const capCells = firstOfRing(nside, nside)
  const count = 12n * BigInt(nside) * BigInt(nside)
  const ring =
    pixel < capCells
      ? capRing(pixel)
      : pixel >= count - capCells
        ? 4 * nside - capRing(count - 1n - pixel)
        : nside + Number((pixel - capCells) / BigInt(4 * nside))
  return { ring, position: Number(pixel - firstOfRing(nside, ring)) }
}

/** RING number of the first cell of a ring: 2 r (r - 1) in the northern cap, then 4 nside a ring. */
function firstOfRing(nside: number, ring: number): bigint {
  const n = BigInt(nside)
  const r = BigInt(ring)
  if (ring <= nside) return 2n * r * (r - 1n)
  if (ring <= 3 * nside) return 2n * n * (n - 1n) + 4n * n * (r - n)
  const fromSouth = 4n * n - r
  return 12n * n * n - 2n * fromSouth * (fromSouth + 1n)
}

/** Ring r of the northern cap that holds a cell: the largest r with 2 r (r - 1) <= pixel. */
function capRing(pixel: bigint): number {
  let ring = BigInt(Math.max(1, Math.floor((1 + Math.sqrt(1 + 2 * Number(pixel))) / 2)))
  // The square root of a rounded number may be one off at the last digits of order 29.
  while (2n * ring * (ring - 1n) > pixel) ring--
  while (2n * ring * (ring + 1n) <= pixel) ring++
  return Number(ring)
}

/** Cells of a ring, and 1 if its first centre lies half a cell east of RA 0, 0 if it lies on RA 0. */
export function ringShape(nside: number, ring: number): { length: number; halfShift: number } {
  const fromPole = Math.min(ring, 4 * nside - ring)
  if (fromPole < nside) return { length: 4 * fromPole, halfShift: 1 }
  return { length: 4 * nside, halfShift: (ring - nside) % 2 === 0 ? 1 : 0 }
}
