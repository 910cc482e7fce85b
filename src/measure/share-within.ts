/** A pixel on the rim is divided into so many parts along each side (as SExtractor and SEP do). */
const PARTS = 5

/** The share of a pixel's parts that lie within a circle round 0. */
export function shareWithin(dx: number, dy: number, radius: number): number {
  let inside = 0
  const limit = radius * radius
  for (let v = 0; v < PARTS; v++) {
    const py = dy + (v + 0.5) / PARTS - 0.5
    for (let u = 0; u < PARTS; u++) {
      const px = dx + (u + 0.5) / PARTS - 0.5
      if (px * px + py * py < limit) inside++
    }
  }
  return inside / PARTS ** 2
}
