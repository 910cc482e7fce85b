/** Wider gaps are not bridged: a star of usual seeing is not seen on both sides. */
const WIDEST_PIXELS = 4

/**
 * Bridges narrow gaps of an image for detection: a dead column or row must not cut a star in two, of which each half
 * would be an object. A pixel that may not be measured gets the value between the nearest two that may, along row or
 * its column, whichever is nearer.
 *
 * @param sky the image without its sky
 * @param weight above 0 where a pixel may be measured
 * @returns a copy with the gaps bridged, and 1 where it was
 */
export function bridgeGaps(
  sky: Float32Array,
  weight: Float32Array,
  columns: number,
): { readonly light: Float32Array; readonly isBridged: Uint8Array } {
  const light = sky.slice()
  const isBridged = new Uint8Array(sky.length)
  const isGood = (i: number) => i >= 0 && i < weight.length && weight[i]! > 0
  for (let i = 0; i < weight.length; i++) {
    if (weight[i]! > 0) continue
    const x = i % columns
    const across = between(i, 1, isGood, (k) => x + k >= 0 && x + k < columns)
    const along = between(i, columns, isGood, () => true)
    const ends = across === undefined || (along !== undefined && along.width < across.width) ? along : across
    if (ends === undefined) continue
    const { before, after, share } = ends
    light[i] = (1 - share) * sky[before]! + share * sky[after]!
    isBridged[i] = 1
  }
  return { light, isBridged }
}

interface Ends {
  readonly before: number
  readonly after: number
  readonly width: number
  /** How far from the one before to the one after. */
  readonly share: number
}

/** The nearest good pixels on both sides along a step; undefined if they are too far apart. */
function between(
  i: number,
  step: number,
  isGood: (i: number) => boolean,
  isInRow: (pixels: number) => boolean,
): Ends | undefined {
  let down = 1
  let up = 1
  while (down <= WIDEST_PIXELS && isInRow(-down) && !isGood(i - down * step)) down++
  while (up <= WIDEST_PIXELS && isInRow(up) && !isGood(i + up * step)) up++
  const width = down + up - 1
  if (width > WIDEST_PIXELS || !isInRow(-down) || !isInRow(up)) return undefined
  const [before, after] = [i - down * step, i + up * step]
  if (!isGood(before) || !isGood(after)) return undefined
  return { before, after, width, share: down / (down + up) }
}
