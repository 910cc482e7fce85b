import { element, point, textElement } from '../svg.js'

/** Dots of the stars used for the zeropoint: one path, a round cap each. */
export const usedDots = (places: Iterable<readonly [number, number]>): string =>
  pathOfMarks('f-used', places, (x, y) => `M${point(x, y)}h0`)

/** Crosses of those it does not: another shape, not only another colour. */
export const rejectedCrosses = (places: Iterable<readonly [number, number]>): string =>
  pathOfMarks('f-rejected', places, (x, y) => `M${point(x - 2.5, y - 2.5)}l5 5m0-5l-5 5`)

/** Triangles at the edge, pointing to values beyond it. */
export function beyondTriangles(places: Iterable<readonly [x: number, y: number, up: boolean]>): string {
  let d = ''
  for (const [x, y, up] of places) d += up ? `M${point(x - 3, y + 6)}h6l-3-5z` : `M${point(x - 3, y - 6)}h6l-3 5z`
  return d === '' ? '' : element('path', { class: 'f-rejected', d })
}

function pathOfMarks(
  name: string,
  places: Iterable<readonly [number, number]>,
  mark: (x: number, y: number) => string,
): string {
  let d = ''
  for (const [x, y] of places) d += mark(x, y)
  return d === '' ? '' : element('path', { class: name, d })
}

/** A legend line: marks with their words, from the right edge inwards. */
export function legend(
  right: number,
  y: number,
  entries: readonly { readonly mark: 'used' | 'rejected'; readonly words: string }[],
): string {
  let x = right
  return [...entries]
    .reverse()
    .map(({ mark, words }) => {
      // About six pixels a letter at this size.
      x -= 6 * words.length + 8
      const drawn = (mark === 'used' ? usedDots : rejectedCrosses)([[x - 6, y - 4]])
      const entry = `${drawn}${textElement(words, { class: 'f-note', x, y })}`
      x -= 20
      return entry
    })
    .join('')
}
