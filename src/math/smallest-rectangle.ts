import { largestOf, smallestOf } from './extremes.js'

/** A point of a plane. */
export type Point = readonly [x: number, y: number]

/**
 * The corners of the rectangle of least area round points (one at least), larger by a margin on all sides. One of its
 * sides lies along a side of their convex hull (Freeman & Shapira 1975).
 */
export function smallestRectangle(points: readonly Point[], margin: number): Point[] {
  const hull = convexHull(points)
  const boxes = hull.map((point, k) => {
    const next = hull[(k + 1) % hull.length]!
    return boxAlong(Math.atan2(next[1] - point[1], next[0] - point[0]), hull, margin)
  })
  return boxes.reduce((best, box) => (box.area < best.area ? box : best)).corners
}

function boxAlong(
  angle: number,
  points: readonly Point[],
  margin: number,
): { readonly area: number; readonly corners: Point[] } {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [along, across] = [points.map(([x, y]) => x * cos + y * sin), points.map(([x, y]) => y * cos - x * sin)]
  const [left, right] = [smallestOf(along) - margin, largestOf(along) + margin]
  const [bottom, top] = [smallestOf(across) - margin, largestOf(across) + margin]
  const box: Point[] = [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ]
  return {
    area: (right - left) * (top - bottom),
    corners: box.map(([a, b]) => [a * cos - b * sin, a * sin + b * cos]),
  }
}

/** Andrew's monotone chain (1979). */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const chain = (ordered: readonly Point[]): Point[] => {
    const side: Point[] = []
    for (const point of ordered) {
      while (side.length > 1 && turn(side.at(-2)!, side.at(-1)!, point) <= 0) side.pop()
      side.push(point)
    }
    return side.slice(0, -1)
  }
  const hull = [...chain(sorted), ...chain([...sorted].reverse())]
  return hull.length > 0 ? hull : [sorted[0]!]
}

const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
