// What the simulated ties have in common: the camera, a wave inside a CCD, the columns of CCDs.

/** Rows of a camera of 60 CCDs of 0.30 x 0.15 deg, of which two are dead. */
export const CAMERA = [3, 4, 5, 6, 6, 7, 7, 6, 6, 5, 4, 3]
const DEAD = [1, 61]
/** Of a CCD [deg]. */
export const [WIDTH, HEIGHT] = [0.3, 0.15]
export const [PIXELS_X, PIXELS_Y] = [4096, 2048]

/** Centres of CCDs in rows, from the camera's centre [deg]. */
export function cameraPlaces(rows) {
  const places = rows.flatMap((n, j) =>
    Array.from({ length: n }, (_, i) => ({ x: (i - (n - 1) / 2) * 0.311, y: ((rows.length - 1) / 2 - j) * 0.1645 })),
  )
  return rows === CAMERA ? places.filter((_, i) => !DEAD.includes(i)) : places
}

/**
 * A wave of a random direction and length (six radians over the CCD), at a place (s, t) in -0.5 ... 0.5, and its mean.
 */
export function waveOf(random, rms) {
  const [u, v, phase] = [6 * random.normal(), 6 * random.normal(), 2 * Math.PI * random.uniform()]
  const at = (s, t) => Math.SQRT2 * rms * Math.cos(u * s + v * t + phase)
  const sinc = (k) => (Math.abs(k) < 1e-9 ? 1 : Math.sin(k / 2) / (k / 2))
  return { at, mean: Math.SQRT2 * rms * Math.cos(phase) * sinc(u) * sinc(v) }
}

/** The columns of CCDs that were gathered in lists. */
export const ccdColumns = ({ exposure, ccd, xDeg, yDeg }) => ({
  exposure: Uint16Array.from(exposure),
  ccd: Uint16Array.from(ccd),
  xDeg: Float64Array.from(xDeg),
  yDeg: Float64Array.from(yDeg),
})
