import { scaleLinear } from 'd3-scale'
import { element, textElement } from '../svg.js'
import type { Figure } from './figure.js'

/** One step from all detections to the stars that are used. */
export interface WaterfallStep {
  readonly words: string
  readonly count: number
  /** `left`: what remains there. `lost`: what the cut took. */
  readonly kind: 'left' | 'lost'
}

const [WIDTH, ROW] = [520, 22]

/**
 * What each cut took, from the detections down to the used stars: bars from where the cut found them to where it left
 * them.
 */
export function waterfallFigure(title: string, steps: readonly WaterfallStep[]): Figure {
  const [left, right, top] = [170, WIDTH - 60, 30]
  const x = scaleLinear([0, Math.max(1, ...steps.map(({ count }) => count))], [left, right])
  let remaining = 0
  const rows = steps.map(({ words, count, kind }, i) => {
    const y = top + i * ROW
    const from = kind === 'left' ? 0 : remaining - count
    const to = kind === 'left' ? count : remaining
    remaining = kind === 'left' ? count : remaining - count
    return [
      textElement(words, {
        class: kind === 'left' ? 'f-label' : 'f-tick',
        x: left - 8,
        y: y + 14,
        'text-anchor': 'end',
      }),
      element('rect', {
        class: kind === 'left' ? 'f-bar' : 'f-bar-lost',
        x: x(from),
        y: y + 3,
        width: Math.max(count > 0 ? 1 : 0, x(to) - x(from)),
        height: ROW - 7,
      }),
      textElement(kind === 'left' ? String(count) : `−${count}`, { class: 'f-tick', x: x(to) + 6, y: y + 14 }),
    ].join('')
  })
  return {
    title,
    width: WIDTH,
    height: top + steps.length * ROW + 8,
    body: textElement(title, { class: 'f-title', x: 8, y: 18 }) + rows.join(''),
  }
}
