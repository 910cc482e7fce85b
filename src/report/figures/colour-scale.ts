import { rgb } from 'd3-color'
import { scaleLinear } from 'd3-scale'
import { interpolateCividis, interpolatePuOr, interpolateViridis } from 'd3-scale-chromatic'
import { element, rounded, textElement } from '../svg.js'

/** Values to colours, perceptually uniform and safe for colour-blind readers. */
export interface ColourScale {
  readonly range: readonly [low: number, high: number]
  readonly colourOf: (value: number) => string
  readonly format: (value: number) => string
  readonly label: string
}

/**
 * Maps by name: viridis for quantities, cividis for counts, purple to orange round zero for differences (ColorBrewer
 * PuOr).
 */
const MAPS = {
  quantity: interpolateViridis,
  count: interpolateCividis,
  difference: (t: number) => interpolatePuOr(1 - t),
} as const

export interface ColourScaleSpec {
  readonly map: keyof typeof MAPS
  readonly values: readonly number[]
  readonly label: string
  readonly format: (value: number) => string
  /** A difference's scale reaches at least this far, so that noise is not shown as structure. */
  readonly leastReach?: number
}

/**
 * Differences further off than this many robust scatters share the end colour: one bad CCD must not bleach the others.
 */
const REACH_IN_SCATTERS = 4
const MAD_TO_SIGMA = 1.4826

export function colourScale({ map, values, label, format, leastReach = 10 }: ColourScaleSpec): ColourScale {
  const range = map === 'difference' ? symmetricRange(values, leastReach) : plainRange(values)
  const [low, high] = range
  const at = (value: number) => (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5)
  // The ends of PuOr are too dark for a number on them to be read; a part of it is enough.
  const ends = map === 'difference' ? ([0.1, 0.9] as const) : ([0, 1] as const)
  return {
    range,
    label,
    format,
    colourOf: (value) => rgb(MAPS[map](ends[0] + (ends[1] - ends[0]) * at(value))).formatHex(),
  }
}

function symmetricRange(values: readonly number[], leastReach: number): readonly [number, number] {
  const sorted = Float64Array.from(values, Math.abs).sort()
  const reach = Math.max(
    leastReach,
    Math.min(sorted.at(-1) ?? 0, REACH_IN_SCATTERS * MAD_TO_SIGMA * (sorted[sorted.length >> 1] ?? 0)),
  )
  return [-reach, reach]
}

/** Values to their ends; far ones, by the same rule about the median, share the end colour. */
function plainRange(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1]
  const sorted = Float64Array.from(values).sort()
  const middle = sorted[sorted.length >> 1]!
  const spread = Float64Array.from(values, (value) => Math.abs(value - middle)).sort()[values.length >> 1]!
  const reach = spread > 0 ? REACH_IN_SCATTERS * MAD_TO_SIGMA * spread : Infinity
  return [Math.max(sorted[0]!, middle - reach), Math.min(sorted.at(-1)!, middle + reach)]
}

/** Class of a number written on a colour: dark on light, light on dark (relative luminance, WCAG 2.1). */
export function inkOn(colour: string): 'f-dark' | 'f-light' {
  const { r, g, b } = rgb(colour)
  const linear = (channel: number) => (channel <= 10.31 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? 'f-dark' : 'f-light'
}

const STEPS = 48

/** A vertical colour bar with its ticks and label. */
export function colourBar(scale: ColourScale, x: number, top: number, height: number): string {
  const [low, high] = scale.range
  const y = scaleLinear([low, high], [top + height, top])
  const step = height / STEPS
  // Each step a little taller than its place, so that no line shows between them.
  const steps = Array.from({ length: STEPS }, (_, i) =>
    element('rect', {
      x,
      y: top + i * step,
      width: 12,
      height: Math.min(step + 0.6, top + height - (top + i * step)),
      fill: scale.colourOf(high - ((i + 0.5) / STEPS) * (high - low)),
    }),
  )
  const ticks = y
    .ticks(5)
    .map(
      (tick) =>
        element('path', { class: 'f-axis', d: `M${rounded(x + 12)} ${rounded(y(tick))}h4` }) +
        textElement(scale.format(tick), { class: 'f-tick', x: x + 19, y: y(tick) + 4 }),
    )
  const label = textElement(scale.label, {
    class: 'f-label',
    transform: `translate(${rounded(x + 72)} ${rounded(top + height / 2)}) rotate(-90)`,
    'text-anchor': 'middle',
  })
  return steps.join('') + ticks.join('') + label
}
