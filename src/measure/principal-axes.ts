/** An ellipse: standard deviations along its axes, the larger first, and the larger one's angle from x towards y. */
export interface PrincipalAxes {
  readonly a: number
  readonly b: number
  readonly thetaDeg: number
}

/** The ellipse of second moments: a^2, b^2 = (xx + yy) / 2 +- |((xx - yy) / 2, xy)|, tan 2 theta = 2 xy / (xx - yy). */
export function principalAxes(xx: number, yy: number, xy: number): PrincipalAxes {
  const mean = (xx + yy) / 2
  const half = Math.hypot((xx - yy) / 2, xy)
  return {
    a: Math.sqrt(mean + half),
    b: Math.sqrt(Math.max(0, mean - half)),
    thetaDeg: (Math.atan2(2 * xy, xx - yy) / 2) * (180 / Math.PI),
  }
}
