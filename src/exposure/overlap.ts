import { DataError } from '../errors.js'
import { separationArcsec, toTangentPlane } from '../math/sphere.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import type { CcdCorners } from './catalogue-list.js'
import { ccdShape } from './ccd-shape.js'

/**
 * CCDs of one focal plane lie beside one another: DECam's and Mosaic-3's are 40 arcsec and more apart, halves of one
 * CCD touch. This share of the smaller one allows for corners that are made from the detections, and for corners of a
 * list that are arcminutes off.
 */
const LARGEST_OVERLAP = 0.1

type Point = readonly [x: number, y: number]

/**
 * The CCDs of one exposure that overlap others. One image under several names or numbers would count its stars several
 * times, and the error of the zeropoint would be too small.
 *
 * @returns for each of them the others
 */
export function overlappingCcds<Ccd extends { readonly corners: CcdCorners }>(ccds: readonly Ccd[]): Map<Ccd, Ccd[]> {
  const shapes = ccds.map(({ corners }) => ccdShape(corners))
  const found = new Map<Ccd, Ccd[]>()
  const add = (one: Ccd, other: Ccd) => found.set(one, [...(found.get(one) ?? []), other])
  ccds.forEach((one, k) => {
    for (let i = 0; i < k; i++) {
      const [a, b] = [shapes[k]!, shapes[i]!]
      const { raDeg, decDeg } = a.middle
      const apartDeg = separationArcsec(raDeg, decDeg, b.middle.raDeg, b.middle.decDeg) / ARCSEC_PER_DEG
      if (apartDeg >= a.radiusDeg + b.radiusDeg || overlapShare(one.corners, ccds[i]!.corners) <= LARGEST_OVERLAP)
        continue
      add(one, ccds[i]!)
      add(ccds[i]!, one)
    }
  })
  return found
}

/** The error for a CCD that overlaps others. */
export const overlapping = (ccd: number, others: readonly number[]): DataError =>
  new DataError('ccds-overlap', `CCD ${ccd} lies on the same part of the sky as other CCDs of the exposure`, {
    found: `the corners of CCD ${ccd} and ${others.length === 1 ? 'CCD' : 'CCDs'} ${others.join(', ')} overlap`,
    expected: 'each image once, under one number; CCDs of a camera lie beside one another',
  })

/** What two outlines have in common, as a share of the smaller one. */
export function overlapShare(one: CcdCorners, other: CcdCorners): number {
  const origin = ccdShape(one).middle
  const [a, b] = [one, other].map((corners) => outlineIn(corners, origin))
  if (a === undefined || b === undefined) return 0
  const smaller = Math.min(area(a), area(b))
  return smaller > 0 ? area(common(a, b)) / smaller : 0
}

/** The outline in the tangent plane, anticlockwise; undefined if it is on the other half of the sky. */
function outlineIn(
  { raDeg, decDeg }: CcdCorners,
  origin: { readonly raDeg: number; readonly decDeg: number },
): Point[] | undefined {
  const points = raDeg.flatMap((ra, k): Point[] => {
    const offset = toTangentPlane(ra, decDeg[k]!, origin)
    return offset === undefined ? [] : [[offset.xiDeg, offset.etaDeg]]
  })
  if (points.length < raDeg.length) return undefined
  return signedArea(points) < 0 ? points.reverse() : points
}

const signedArea = (points: readonly Point[]): number =>
  points.reduce((total, [x, y], k) => {
    const [nextX, nextY] = points[(k + 1) % points.length]!
    return total + (x * nextY - nextX * y) / 2
  }, 0)

const area = (points: readonly Point[]): number => Math.abs(signedArea(points))

/** The common part of two convex polygons (Sutherland & Hodgman 1974): one is cut along each side of the other. */
function common(polygon: readonly Point[], clip: readonly Point[]): Point[] {
  let left: Point[] = [...polygon]
  clip.forEach(([x1, y1], k) => {
    const [x2, y2] = clip[(k + 1) % clip.length]!
    const within = ([x, y]: Point) => (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
    left = left.flatMap((point, i): Point[] => {
      const next = left[(i + 1) % left.length]!
      const [here, there] = [within(point), within(next)]
      const share = here / (here - there)
      const crossing: Point[] =
        here >= 0 === there >= 0
          ? []
          : [[point[0] + share * (next[0] - point[0]), point[1] + share * (next[1] - point[1])]]
      return here >= 0 ? [point, ...crossing] : crossing
    })
  })
  return left
}
