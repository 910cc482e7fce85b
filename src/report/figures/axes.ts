import { scaleLinear, type ScaleLinear } from 'd3-scale'
import { element, pathOf, point, rounded, textElement } from '../svg.js'

/** The ends of an axis in data units; the first may be the larger, as for right ascension. */
export type Range = readonly [from: number, to: number]

/**
 * Ranges of both axes in one scale: a degree is as long along both.
 *
 * @param aspect width of the frame over its height
 */
export function square(x: Range, y: Range, aspect: number): [Range, Range] {
  const height = Math.max(y[1] - y[0], (x[1] - x[0]) / aspect, 1e-3)
  const [xMiddle, yMiddle] = [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2]
  return [
    [xMiddle - (height * aspect) / 2, xMiddle + (height * aspect) / 2],
    [yMiddle - height / 2, yMiddle + height / 2],
  ]
}

/** An axis says quantity and unit. */
interface AxisSpec {
  readonly label: string
  readonly range: Range
  readonly ticks?: number
  /** Widened to round numbers; default true. */
  readonly nice?: boolean
  /** Text of a tick; default as the scale would. */
  readonly format?: (value: number) => string
}

/** A plot's frame: its scales, and its markup of grid, ticks and labels. */
export interface Frame {
  readonly x: ScaleLinear<number, number>
  readonly y: ScaleLinear<number, number>
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly markup: string
}

interface FrameSpec {
  readonly width: number
  readonly height: number
  readonly title?: string
  readonly x: AxisSpec
  readonly y: AxisSpec
  readonly margin?: { readonly left?: number; readonly right?: number; readonly top?: number; readonly bottom?: number }
}

/** Scales and frame of a plot. */
export function frameOf({ width, height, title, x, y, margin = {} }: FrameSpec): Frame {
  const left = margin.left ?? 58
  const right = width - (margin.right ?? 14)
  const top = margin.top ?? (title === undefined ? 12 : 30)
  const bottom = height - (margin.bottom ?? 42)
  const xScale = scaleOf(x, [left, right])
  const yScale = scaleOf(y, [bottom, top])
  const xFormat = x.format ?? plain(xScale.tickFormat(x.ticks ?? 6))
  const yFormat = y.format ?? plain(yScale.tickFormat(y.ticks ?? 5))
  const xTicks = xScale.ticks(x.ticks ?? 6)
  const yTicks = yScale.ticks(y.ticks ?? 5)
  const grid =
    xTicks.map((t) => `M${point(xScale(t), top)}V${rounded(bottom)}`).join('') +
    yTicks.map((t) => `M${point(left, yScale(t))}H${rounded(right)}`).join('')
  const middle = (top + bottom) / 2
  const markup = [
    element('path', { class: 'f-grid', d: grid }),
    element('path', {
      class: 'f-axis',
      d: pathOf([
        [left, top],
        [left, bottom],
        [right, bottom],
      ]),
    }),
    ...xTicks.map((t) =>
      textElement(xFormat(t), { class: 'f-tick', x: xScale(t), y: bottom + 15, 'text-anchor': 'middle' }),
    ),
    ...yTicks.map((t) =>
      textElement(yFormat(t), { class: 'f-tick', x: left - 6, y: yScale(t) + 4, 'text-anchor': 'end' }),
    ),
    textElement(x.label, { class: 'f-label', x: (left + right) / 2, y: bottom + 33, 'text-anchor': 'middle' }),
    textElement(y.label, {
      class: 'f-label',
      transform: `translate(14 ${rounded(middle)}) rotate(-90)`,
      'text-anchor': 'middle',
    }),
    title === undefined ? '' : textElement(title, { class: 'f-title', x: left, y: 18 }),
  ]
  return { x: xScale, y: yScale, left, right, top, bottom, markup: markup.join('') }
}

function scaleOf(
  { range, nice = true, ticks }: AxisSpec,
  pixels: readonly [number, number],
): ScaleLinear<number, number> {
  const [from, to] = range
  // An axis of no length would put everything at one point.
  const scale = scaleLinear(from === to ? [from - 0.5, to + 0.5] : [from, to], pixels)
  return nice ? scale.nice(ticks ?? 6) : scale
}

/** d3 writes minus as U+2212, which every font has; pixels need no commas. */
const plain = (format: (value: number) => string) => (value: number) => format(value).replaceAll(',', '')

/** Smallest and largest of the finite values, widened by a share of their distance; `fallback` if there is none. */
export function rangeOf(values: Iterable<number>, share = 0.05, fallback: Range = [0, 1]): Range {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return fallback
  const room = (high - low) * share
  return [low - room, high + room]
}
