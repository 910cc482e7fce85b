import { element, escapeText, point, rounded, textElement } from '../svg.js'
import { frameOf, rangeOf, type Range } from './axes.js'
import type { Figure } from './figure.js'

/** One exposure's value at its time. */
export interface NightPoint {
  readonly name: string
  readonly hour: number
  readonly value: number
  readonly error?: number
  readonly outlier: boolean
  readonly href: string | null
  readonly words: string
}

/** A quantity against the hours of the night: dots, crosses for outliers, which are named. */
export function nightFigure(
  title: string,
  yLabel: string,
  points: readonly NightPoint[],
  hours: Range,
  xLabel: string,
): Figure {
  const [width, height] = [900, 220]
  const frame = frameOf({
    width,
    height,
    title,
    x: { label: xLabel, range: hours, ticks: 10, nice: false },
    y: {
      label: yLabel,
      range: rangeOf(
        points.flatMap(({ value, error = 0 }) => [value - error, value + error]),
        0.12,
      ),
      ticks: 4,
    },
    margin: { left: 66 },
  })
  const marks = points.map(({ name, hour, value, error, outlier, href, words }) => {
    const [x, y] = [frame.x(hour), frame.y(value)]
    const bar =
      error === undefined
        ? ''
        : element('path', {
            class: 'f-error',
            d: `M${point(x, frame.y(value - error))}V${rounded(frame.y(value + error))}`,
          })
    const mark = outlier
      ? element('path', { class: 'f-rejected', d: `M${point(x - 4, y - 4)}l8 8m0-8l-8 8` }) +
        textElement(name, { class: 'f-note', x: x + 7, y: y - 5 })
      : element('path', { class: 'f-used f-dot', d: `M${point(x, y)}h0` })
    const content = `<title>${escapeText(words)}</title>${bar}${mark}`
    return href === null ? element('g', {}, content) : element('a', { href }, content)
  })
  return { title, width, height, body: frame.markup + marks.join('') }
}
