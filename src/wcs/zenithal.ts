/**
 * A zenithal projection: distance from the tangent point on the sphere [rad] to distance in the plane [rad], and back;
 * undefined beyond its edge (Calabretta & Greisen 2002, section 5.1).
 */
export interface ZenithalProjection {
  radiusOf(angle: number): number | undefined
  angleOf(radius: number): number | undefined
}

/** Projections without parameters, by their FITS code. */
export const ZENITHAL: Readonly<Record<string, ZenithalProjection>> = {
  TAN: {
    radiusOf: (angle) => (angle < Math.PI / 2 ? Math.tan(angle) : undefined),
    angleOf: (radius) => Math.atan(radius),
  },
  SIN: {
    radiusOf: (angle) => (angle <= Math.PI / 2 ? Math.sin(angle) : undefined),
    angleOf: (radius) => (radius <= 1 ? Math.asin(radius) : undefined),
  },
  STG: {
    radiusOf: (angle) => (angle < Math.PI ? 2 * Math.tan(angle / 2) : undefined),
    angleOf: (radius) => 2 * Math.atan(radius / 2),
  },
  ARC: {
    radiusOf: (angle) => angle,
    angleOf: (radius) => (radius <= Math.PI ? radius : undefined),
  },
  ZEA: {
    radiusOf: (angle) => 2 * Math.sin(angle / 2),
    angleOf: (radius) => (radius <= 2 ? 2 * Math.asin(radius / 2) : undefined),
  },
}

/** Steps of a degree in which the first turning point of a ZPN polynomial is looked for. */
const SCAN_STEPS_PER_DEG = 20
/** Bisections of a double's interval. */
const BISECTIONS = 60

/**
 * ZPN: the radius is a polynomial of the angle (Calabretta & Greisen 2002, section 5.1.7), used up to its first turning
 * point, from which on two angles would have one radius.
 *
 * @param coefficients PV2_0, PV2_1, ...
 * @returns undefined if the polynomial does not rise from the tangent point on
 */
export function zenithalPolynomial(coefficients: readonly number[]): ZenithalProjection | undefined {
  const valueAt = (angle: number): number => coefficients.reduceRight((sum, c) => sum * angle + c, 0)
  const slopes = coefficients.slice(1).map((c, k) => c * (k + 1))
  const slopeAt = (angle: number): number => slopes.reduceRight((sum, c) => sum * angle + c, 0)
  if (!(slopeAt(0) > 0)) return undefined
  const lastAngle = firstTurn(slopeAt)
  const [least, most] = [valueAt(0), valueAt(lastAngle)]
  return {
    radiusOf: (angle) => (angle <= lastAngle ? valueAt(angle) : undefined),
    angleOf: (radius) => {
      if (!(radius >= least && radius <= most)) return undefined
      let [low, high] = [0, lastAngle]
      let angle = Math.min(lastAngle, Math.max(0, (radius - least) / slopeAt(0)))
      // Newton within the bracket; a step that leaves it is replaced by a bisection.
      for (let step = 0; step < BISECTIONS; step++) {
        const miss = valueAt(angle) - radius
        if (miss === 0 || high - low <= 2 ** -52 * high) break
        if (miss > 0) high = angle
        else low = angle
        const next = angle - miss / slopeAt(angle)
        const inside = next > low && next < high
        if (inside && Math.abs(next - angle) <= 2 ** -53 * next) return next
        angle = inside ? next : (low + high) / 2
      }
      return angle
    },
  }
}

/** The least angle up to pi at which the slope is zero; pi if there is none. */
function firstTurn(slopeAt: (angle: number) => number): number {
  const steps = 180 * SCAN_STEPS_PER_DEG
  for (let k = 1; k <= steps; k++) {
    if (slopeAt((k / steps) * Math.PI) > 0) continue
    let [low, high] = [((k - 1) / steps) * Math.PI, (k / steps) * Math.PI]
    for (let step = 0; step < BISECTIONS; step++) {
      const middle = (low + high) / 2
      if (slopeAt(middle) > 0) low = middle
      else high = middle
    }
    return low
  }
  return Math.PI
}
