/**
 * The HEALPix projection (Gorski et al. 2005, section 5.1 and eqs 1-9; Calabretta & Roukema 2007, section 3).
 *
 * Each of the 12 base cells is a unit square with its corner (0, 0) to the south and (1, 1) to the north; x grows to
 * the north-east and y to the north-west. Faces 0-3 touch the north pole, 4-7 lie on the equator, 8-11 touch the south
 * pole.
 *
 * Where |sin dec| > 2/3, sigma = sqrt(3 (1 - |sin dec|)) is the distance from the pole's corner, x and y legs added. It
 * is computed as sqrt(6) sin(polar distance / 2), which keeps its digits at the pole.
 */

const DEG_TO_RAD = Math.PI / 180
const RAD_TO_DEG = 180 / Math.PI
const SQRT6 = Math.sqrt(6)
/** From here on a polar cap. In doubles |dec| is below it exactly if |cos(90 deg - dec)| <= 2/3. */
const BELT_DEG = Math.asin(2 / 3) * RAD_TO_DEG

/** Throws RangeError for a direction that is not on the sky; `row` is named if the direction is one of many. */
export function checkDirection(raDeg: number, decDeg: number, row?: number): void {
  if (Number.isFinite(raDeg) && decDeg >= -90 && decDeg <= 90) return
  const where = row === undefined ? '' : ` in row ${row}`
  throw new RangeError(
    Number.isFinite(raDeg)
      ? `declination ${decDeg}${where}: an angle in [-90, 90] degrees is needed`
      : `right ascension ${raDeg}${where}: a finite angle in degrees is needed`,
  )
}

/** Right ascension into [0, 360). */
function wrapRaDeg(raDeg: number): number {
  const rest = raDeg % 360
  if (rest >= 0) return rest
  const wrapped = rest + 360
  return wrapped < 360 ? wrapped : 0
}

/**
 * Base cell of each direction, and the column and row of its cell there: face in 0..11, x and y in 0..nside-1. A point
 * on a border goes to the cell that the floor of the paper's equations gives it. The directions are not checked.
 *
 * It goes over many rows because a call for each would cost a quarter of the time.
 *
 * @param raDeg, decDeg of which rows [start, end) are located
 * @param cells face, x and y of each of them from 0 on, shape (end - start, 3)
 */
export function locate(
  order: number,
  raDeg: Float64Array,
  decDeg: Float64Array,
  start: number,
  end: number,
  cells: Int32Array,
): void {
  const nside = 2 ** order
  const last = nside - 1
  // No number here is negative or reaches 2^32, so >>> 0 is the floor.
  for (let i = start, at = 0; i < end; i++, at += 3) {
    const ra = raDeg[i]!
    const dec = decDeg[i]!
    const quarters = (ra >= 0 && ra < 360 ? ra : wrapRaDeg(ra)) / 90
    if (Math.abs(dec) < BELT_DEG) {
      // By way of the polar distance, as healpy has it: a point exactly on a border then rounds to the same side.
      const z = Math.cos(Math.PI / 2 - dec * DEG_TO_RAD)
      // Number of the ascending (a) and descending (b) border lines to the west of the point.
      const alongEquator = nside * (0.5 + quarters)
      const alongMeridian = nside * (0.75 * z)
      const a = (alongEquator + alongMeridian) >>> 0
      const b = (alongEquator - alongMeridian) >>> 0
      const faceA = a >>> order
      const faceB = b >>> order
      cells[at] = faceA === faceB ? 4 + (faceA & 3) : faceA > faceB ? faceB & 3 : 8 + (faceA & 3)
      cells[at + 1] = a & last
      cells[at + 2] = last - (b & last)
      continue
    }
    const quadrant = quarters >>> 0
    const fraction = quarters - quadrant
    const sigma = nside * SQRT6 * Math.sin((90 - Math.abs(dec)) * (DEG_TO_RAD / 2))
    const east = Math.min(last, (fraction * sigma) >>> 0)
    const west = Math.min(last, ((1 - fraction) * sigma) >>> 0)
    const isNorth = dec > 0
    cells[at] = isNorth ? quadrant : 8 + quadrant
    cells[at + 1] = isNorth ? last - west : east
    cells[at + 2] = isNorth ? last - east : west
  }
}

/**
 * Direction of a point (x, y) in [0, 1]^2 of a base cell. At a pole the right ascension is that of the middle of the
 * face.
 */
export function skyOf(face: number, x: number, y: number): { raDeg: number; decDeg: number } {
  const quadrant = face & 3
  const belt = face >> 2
  const sigma = belt === 0 ? 1 - x + (1 - y) : belt === 2 ? x + y : 1
  if (sigma < 1) {
    const polarDeg = 2 * Math.asin(sigma / SQRT6) * RAD_TO_DEG
    return {
      raDeg: 90 * (quadrant + capFraction(belt, sigma, x, y)),
      decDeg: belt === 0 ? 90 - polarDeg : polarDeg - 90,
    }
  }
  const raDeg = 90 * (quadrant + beltOffset(belt) + (x - y) / 2)
  return { raDeg: raDeg < 0 ? raDeg + 360 : raDeg, decDeg: Math.asin(((x + y - belt) * 2) / 3) * RAD_TO_DEG }
}

/** Unit vector of a point (x, y) in [0, 1]^2 of a base cell, into out[at..at+2]. */
export function vectorOf(face: number, x: number, y: number, out: Float64Array, at = 0): void {
  const quadrant = face & 3
  const belt = face >> 2
  const sigma = belt === 0 ? 1 - x + (1 - y) : belt === 2 ? x + y : 1
  let quarters: number
  let z: number
  let rho: number
  if (sigma < 1) {
    const third = (sigma * sigma) / 3
    quarters = quadrant + capFraction(belt, sigma, x, y)
    z = belt === 0 ? 1 - third : third - 1
    rho = Math.sqrt(third * (2 - third))
  } else {
    quarters = quadrant + beltOffset(belt) + (x - y) / 2
    z = ((x + y - belt) * 2) / 3
    rho = Math.sqrt((1 - z) * (1 + z))
  }
  const phi = quarters * (Math.PI / 2)
  out[at] = rho * Math.cos(phi)
  out[at + 1] = rho * Math.sin(phi)
  out[at + 2] = z
}

/** Place in the quadrant, 0 to 1 eastwards, of a point in a polar cap. */
function capFraction(belt: number, sigma: number, x: number, y: number): number {
  if (sigma === 0) return 0.5
  return belt === 0 ? (1 - y) / sigma : x / sigma
}

/** The faces of the equator are centred on the quadrants' western edges, the others in their middle. */
function beltOffset(belt: number): number {
  return belt === 1 ? 0 : 0.5
}
