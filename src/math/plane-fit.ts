import type { Point } from './smallest-rectangle.js'

/** c + a x + b y. */
export type Plane = readonly [constant: number, alongX: number, alongY: number]
export const valueAt = ([c, a, b]: Plane, [x, y]: Point): number => c + a * x + b * y

/** Least squares of c + a x + b y about the mean; undefined if the pixels lie on a line. */
export function planeFit(pixels: readonly Point[], values: readonly number[]): Plane | undefined {
  const n = pixels.length
  const mean = (of: (i: number) => number) => values.reduce((total, _, i) => total + of(i), 0) / n
  const [mx, my, mv] = [mean((i) => pixels[i]![0]), mean((i) => pixels[i]![1]), mean((i) => values[i]!)]
  const moment = (f: (i: number) => number, g: (i: number) => number) => mean((i) => f(i) * g(i))
  const [dx, dy, dv] = [
    (i: number) => pixels[i]![0] - mx,
    (i: number) => pixels[i]![1] - my,
    (i: number) => values[i]! - mv,
  ]
  const [xx, xy, yy, xv, yv] = [moment(dx, dx), moment(dx, dy), moment(dy, dy), moment(dx, dv), moment(dy, dv)]
  const determinant = xx * yy - xy * xy
  if (!(determinant > 1e-9 * xx * yy)) return undefined
  const [a, b] = [(xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant]
  return [mv - a * mx - b * my, a, b]
}
