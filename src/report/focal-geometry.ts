import type { FocalPlane } from '../camera/focal-plane.js'
import { largestOf } from '../math/extremes.js'
import { directionOf, sum, toTangentPlane, unitVector } from '../math/sphere.js'
import type { ExposureFacts } from '../products/result-json.js'

/** CCD -> its corners on the sky. */
type Corners = NonNullable<ExposureFacts['corners']>

type OnPlane = readonly [eastDeg: number, northDeg: number]

/** Where a CCD lies in the focal plane, degrees east and north of the pointing. */
export interface CcdPlace {
  readonly eastDeg: number
  readonly northDeg: number
  readonly outline: readonly OnPlane[]
}

/** Half the extent of a CCD if nothing tells a place or size of any [deg]: they are drawn beside each other. */
const UNKNOWN_HALF: OnPlane = [0.1, 0.1]

/**
 * Places by CCD number: those of the corners that are given, else the camera's. CCDs that have no place are in rows
 * below the others.
 */
export function ccdPlaces(
  ccds: readonly number[],
  { corners, plane }: { readonly corners?: Corners | undefined; readonly plane?: FocalPlane | undefined },
): ReadonlyMap<number, CcdPlace> {
  const known = corners ? placesOfCorners(corners) : plane ? placesOf(plane) : new Map<number, CcdPlace>()
  const strangers = ccds.filter((ccd) => !known.has(ccd))
  const placed = [...known.values()]
  const lowest = Math.min(0, ...placed.map(({ northDeg }) => northDeg))
  // CCDs of a camera are alike.
  const half: OnPlane = plane ? [plane.halfCcd.xiDeg, plane.halfCcd.etaDeg] : UNKNOWN_HALF
  const [x, y] = placed.length === 0 ? half : halfExtent(placed[0]!)
  return new Map(
    ccds.map((ccd) => {
      const k = strangers.indexOf(ccd)
      const row = lowest - (2 + Math.floor(k / 7)) * 2.2 * y
      return [ccd, known.get(ccd) ?? rectangleAt(((k % 7) - 3) * 2.1 * x, row, x, y)]
    }),
  )
}

/** Columns and rows of the CCDs: the camera's, or as far as stars are on them, in steps of 256 pixels. */
export function chipExtent(
  plane: FocalPlane | undefined,
  stars: readonly { readonly x: Float64Array; readonly y: Float64Array }[],
): OnPlane {
  if (plane) return [plane.columns, plane.rows]
  const extent = (axis: 'x' | 'y') =>
    256 *
    Math.max(1, Math.ceil(largestOf([1, ...stars.map((some) => largestOf(some[axis].filter(Number.isFinite)))]) / 256))
  return [extent('x'), extent('y')]
}

const placesOf = ({ ccds, halfCcd }: FocalPlane): ReadonlyMap<number, CcdPlace> =>
  new Map(ccds.map(({ ccd, xiDeg, etaDeg }) => [ccd, rectangleAt(xiDeg, etaDeg, halfCcd.xiDeg, halfCcd.etaDeg)]))

/** In the tangent plane at the middle of all corners. */
function placesOfCorners(corners: Corners): Map<number, CcdPlace> {
  const vectors = Object.values(corners).flatMap(({ raDeg, decDeg }) =>
    raDeg.map((ra, k) => unitVector(ra, decDeg[k]!)),
  )
  const pointing = directionOf(vectors.reduce(sum))
  return new Map(
    Object.entries(corners).flatMap(([ccd, { raDeg, decDeg }]): [number, CcdPlace][] => {
      const outline = raDeg.flatMap((ra, k): OnPlane[] => {
        const at = toTangentPlane(ra, decDeg[k]!, pointing)
        return at && Number.isFinite(at.xiDeg + at.etaDeg) ? [[at.xiDeg, at.etaDeg]] : []
      })
      if (outline.length < 4) return []
      const mean = (axis: 0 | 1) => outline.reduce((total, corner) => total + corner[axis], 0) / outline.length
      return [[Number(ccd), { eastDeg: mean(0), northDeg: mean(1), outline }]]
    }),
  )
}

function halfExtent({ outline }: CcdPlace): OnPlane {
  const half = (axis: 0 | 1) => {
    const along = outline.map((corner) => corner[axis])
    return (Math.max(...along) - Math.min(...along)) / 2
  }
  return [half(0), half(1)]
}

function rectangleAt(eastDeg: number, northDeg: number, x: number, y: number): CcdPlace {
  return {
    eastDeg,
    northDeg,
    outline: [
      [eastDeg - x, northDeg - y],
      [eastDeg + x, northDeg - y],
      [eastDeg + x, northDeg + y],
      [eastDeg - x, northDeg + y],
    ],
  }
}
