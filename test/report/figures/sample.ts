import { seededRandom } from '../../../src/math/random.js'
import { ccdPlaces } from '../../../src/report/focal-geometry.js'
import type { PanelStars } from '../../../src/report/panel-stars.js'
import type { FocalPlaneCcd } from '../../../src/report/figures/focal-plane.js'
import { DECAM_PLANE } from '../../support/cameras.js'

/** Twelve CCDs of the camera with a gradient: one borrowed, one outlier, one without a value. */
export function sampleFocalPlane(): FocalPlaneCcd[] {
  const chosen = [1, 5, 12, 20, 28, 31, 35, 42, 49, 55, 60, 62]
  const places = ccdPlaces(chosen, { plane: DECAM_PLANE })
  return chosen.map((ccd): FocalPlaneCcd => {
    const { outline } = places.get(ccd)!
    const mark = ccd === 12 ? 'borrowed' : ccd === 31 ? 'outlier' : ccd === 62 ? 'none' : 'fitted'
    return {
      ccd,
      outline,
      value: ccd === 62 ? null : ccd === 31 ? -300 : 8 * DECAM_PLANE.ccds[ccd - 1]!.xiDeg,
      mark,
      words: `CCD ${ccd}: <${mark}>`,
    }
  })
}

/** Forty seeded stars; every fifth rejected, one of them far off, one without a residual. */
export function sampleStars(n = 40): PanelStars {
  const random = seededRandom(5)
  const each = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i))
  return {
    mag: each(() => 15.5 + 4 * random.uniform()),
    colour: each(() => 0.2 + random.uniform()),
    x: each(() => 2048 * random.uniform()),
    y: each(() => 4096 * random.uniform()),
    separationArcsec: each(() => 0.3 * random.uniform()),
    eastArcsec: each(() => 0.1 * random.normal()),
    northArcsec: each(() => 0.1 * random.normal()),
    residualMmag: each((i) => (i === 7 ? NaN : i === 10 ? 900 : 20 * random.normal())),
    pull: each(() => random.normal()),
    used: each((i) => Number(i % 5 !== 0)),
  }
}
