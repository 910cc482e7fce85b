import type { CcdMatches } from '../../../src/photometry/exposure/result.js'
import { seededRandom } from '../../../src/math/random.js'
import { DECAM_PLANE } from '../../support/cameras.js'

/** What is put into an exposure of which only the CCDs' own zeropoints are simulated. */
export interface SceneOptions {
  readonly ccds: readonly number[]
  readonly zeropoint: number
  readonly gradient: readonly [xi: number, eta: number]
  /** Normal scatter from CCD to CCD [mag]. */
  readonly pattern: number
  /** Errors of usual CCDs and of sparse ones, uniform between two values [mag]. */
  readonly error: readonly [least: number, most: number]
  readonly sparse: readonly number[]
  readonly sparseError: readonly [least: number, most: number]
  readonly bad: Readonly<Record<number, number>>
  /** A cloud over a corner: extinction by CCD [mag]. */
  readonly cloud: Readonly<Record<number, number>>
}

export interface Scene {
  readonly ccds: CcdMatches[]
  readonly truth: ReadonlyMap<number, number>
}

/** Six CCDs of the south-eastern corner, thickest at the edge. */
export const CLOUDY_CORNER: Readonly<Record<number, number>> = {
  50: -0.1,
  54: -0.15,
  55: -0.2,
  58: -0.12,
  59: -0.25,
  62: -0.3,
}

/**
 * The exposure that the bars are set on: 60 CCDs, 0.02 mag per degree, 5 mmag of pattern, two bad CCDs, a cloudy
 * corner, five sparse CCDs.
 */
export const SCENE: SceneOptions = {
  ccds: DECAM_PLANE.workingCcds(),
  zeropoint: 30.1,
  gradient: [0.016, -0.012],
  pattern: 0.005,
  error: [0.004, 0.006],
  sparse: [4, 22, 29, 41, 53],
  sparseError: [0.015, 0.04],
  bad: { 11: 0.3, 36: -0.25 },
  cloud: CLOUDY_CORNER,
}

/**
 * Own zeropoints of the CCDs of an exposure, and the truth; the same seed draws the same noise whatever is bad or
 * cloudy.
 */
export function sceneOf(seed: number, options: Partial<SceneOptions> = {}): Scene {
  const all = { ...SCENE, ...options }
  const random = seededRandom(seed)
  const truth = new Map<number, number>()
  const ccds = DECAM_PLANE.ccds.flatMap(({ ccd, xiDeg, etaDeg }): CcdMatches[] => {
    const [pattern, noise, place] = [random.normal(), random.normal(), random.uniform()]
    if (!all.ccds.includes(ccd)) return []
    const sparse = all.sparse.includes(ccd)
    const [least, most] = sparse ? all.sparseError : all.error
    const zeropointErr = least + place * (most - least)
    const zeropoint =
      all.zeropoint +
      all.gradient[0] * xiDeg +
      all.gradient[1] * etaDeg +
      all.pattern * pattern +
      (all.bad[ccd] ?? 0) +
      (all.cloud[ccd] ?? 0)
    truth.set(ccd, zeropoint)
    return [{ ccd, xiDeg, etaDeg, zeropoint: zeropoint + zeropointErr * noise, zeropointErr, nUsed: sparse ? 3 : 60 }]
  })
  return { ccds, truth }
}
