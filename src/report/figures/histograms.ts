import { bin } from 'd3-array'
import { element, pathOf, point, rounded, textElement } from '../svg.js'
import { frameOf, type Frame } from './axes.js'
import type { Figure } from './figure.js'

const [WIDTH, HEIGHT] = [440, 286]

/** Residual over its expected error, the used stars, against a unit normal. */
export function pullFigure(title: string, pulls: readonly number[]): Figure {
  const reach = 5
  const inside = pulls.filter((pull) => Math.abs(pull) <= reach)
  const counts = countsIn(inside, [-reach, reach], 40)
  const step = (2 * reach) / 40
  const normal = (x: number) => (pulls.length * step * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)
  const frame = frameOf({
    width: WIDTH,
    height: HEIGHT,
    title,
    x: { label: 'residual over its expected error', range: [-reach, reach], nice: false },
    margin: { top: 46 },
    y: { label: 'stars', range: [0, 1.08 * Math.max(1, normal(0), ...counts.map(({ count }) => count))] },
  })
  const curve = Array.from({ length: 81 }, (_, i) => -4 + i / 10).map((x) => [frame.x(x), frame.y(normal(x))] as const)
  const rms = Math.sqrt(inside.reduce((sum, pull) => sum + pull * pull, 0) / Math.max(1, inside.length))
  const note =
    pulls.length === 0
      ? 'no star is used'
      : `RMS ${rms.toFixed(2)} (unit normal: 1) · ${pulls.length - inside.length} beyond ±${reach}`
  return {
    title,
    width: WIDTH,
    height: HEIGHT,
    body:
      frame.markup +
      bars(frame, counts) +
      element('path', { class: 'f-curve', d: pathOf(curve) }) +
      noteAt(frame, note),
  }
}

/** Separation of detection and star, all matches, with the match radius as a dashed line. */
export function separationFigure(title: string, separationsArcsec: readonly number[], radiusArcsec: number): Figure {
  const end = 1.1 * radiusArcsec
  const counts = countsIn(separationsArcsec, [0, end], 44)
  const frame = frameOf({
    width: WIDTH,
    height: HEIGHT,
    title,
    x: { label: 'separation [arcsec]', range: [0, end], nice: false },
    margin: { top: 46 },
    y: { label: 'matches', range: [0, 1.08 * Math.max(1, ...counts.map(({ count }) => count))] },
  })
  const limit = element('path', {
    class: 'f-limit',
    d: `M${point(frame.x(radiusArcsec), frame.bottom)}V${rounded(frame.top)}`,
  })
  const words = textElement(`match radius ${radiusArcsec} arcsec`, {
    class: 'f-note',
    x: frame.x(radiusArcsec) - 5,
    y: frame.top + 12,
    'text-anchor': 'end',
  })
  return { title, width: WIDTH, height: HEIGHT, body: frame.markup + bars(frame, counts) + limit + words }
}

interface Count {
  readonly from: number
  readonly to: number
  readonly count: number
}

function countsIn(values: readonly number[], [low, high]: readonly [number, number], bins: number): Count[] {
  const edges = Array.from({ length: bins - 1 }, (_, i) => low + ((i + 1) * (high - low)) / bins)
  return bin<number, number>()
    .domain([low, high])
    .thresholds(edges)(values.filter(Number.isFinite))
    .map((members) => ({ from: members.x0!, to: members.x1!, count: members.length }))
}

function bars(frame: Frame, counts: readonly Count[]): string {
  const d = counts
    .filter(({ count }) => count > 0)
    .map(
      ({ from, to, count }) =>
        `M${point(
          frame.x(from) + 0.5,
          frame.bottom,
        )}V${rounded(frame.y(count))}H${rounded(frame.x(to) - 0.5)}V${rounded(frame.bottom)}z`,
    )
  return element('path', { class: 'f-bar', d: d.join('') })
}

const noteAt = (frame: Frame, words: string) => textElement(words, { class: 'f-note', x: frame.left, y: 37 })
