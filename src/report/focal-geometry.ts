import { CAMERA_CCDS, HALF_CCD } from '../exposure/camera.js'

/** Where a CCD lies in the focal plane, degrees east and north of the pointing. */
export interface CcdPlace {
  readonly eastDeg: number
  readonly northDeg: number
  readonly outline: readonly (readonly [eastDeg: number, northDeg: number])[]
}

/** Places by CCD number: the camera's layout; numbers that it does not have are in rows below it. */
export function ccdPlaces(ccds: readonly number[]): ReadonlyMap<number, CcdPlace> {
  const strangers = ccds.filter((ccd) => CAMERA_CCDS[ccd - 1] === undefined)
  const lowest = Math.min(...CAMERA_CCDS.map(({ etaDeg }) => etaDeg))
  return new Map(
    ccds.map((ccd) => {
      const known = CAMERA_CCDS[ccd - 1]
      if (known) return [ccd, placeAt(known.xiDeg, known.etaDeg)]
      const k = strangers.indexOf(ccd)
      return [
        ccd,
        placeAt(((k % 7) - 3) * 2.1 * HALF_CCD.xiDeg, lowest - (2 + Math.floor(k / 7)) * 2.2 * HALF_CCD.etaDeg),
      ]
    }),
  )
}

function placeAt(eastDeg: number, northDeg: number): CcdPlace {
  const { xiDeg: x, etaDeg: y } = HALF_CCD
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
