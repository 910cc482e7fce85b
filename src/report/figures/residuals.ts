import { element, point, rounded, textElement, pathOf } from '../svg.js'
import { frameOf, rangeOf, type Range } from './axes.js'
import type { Figure } from './figure.js'
import { beyondTriangles, legend, rejectedCrosses, usedDots } from './marks.js'

/** Stars by residual and one other quantity; arrays of one length, rows that are not finite are left out. */
interface ResidualStars {
  readonly x: ArrayLike<number>
  readonly residualMmag: ArrayLike<number>
  readonly used: ArrayLike<boolean | number>
}

interface ResidualSpec {
  readonly title: string
  /** Quantity and unit of x. */
  readonly xLabel: string
  readonly xRange?: Range
  /** Half the height of the plot [mmag]; stars beyond it are triangles at the edge. */
  readonly reachMmag: number
  readonly width?: number
  readonly height?: number
  /** What was left out for brevity, in words. */
  readonly note?: string
}

/** At most this many bins of a running median, with a minimum number of used stars each. */
const BINS = 12
const MIN_PER_BIN = 8

/** Residual against one quantity: used stars dots, rejected ones crosses, the running median of the used a line. */
export function residualFigure(
  stars: ResidualStars,
  { title, xLabel, xRange, reachMmag, width = 440, height = 286, note }: ResidualSpec,
): Figure {
  const rows = Array.from({ length: stars.x.length }, (_, i) => i).filter(
    (i) => Number.isFinite(stars.x[i]) && Number.isFinite(stars.residualMmag[i]),
  )
  const frame = frameOf({
    width,
    height,
    title,
    x: {
      label: xLabel,
      range:
        xRange ??
        rangeOf(
          rows.map((i) => stars.x[i]!),
          0.03,
        ),
      nice: xRange === undefined,
    },
    y: { label: 'residual [mmag]', range: [-reachMmag, reachMmag], nice: false },
    margin: { top: 46 },
  })
  const [low, high] = [frame.x.domain()[0]!, frame.x.domain()[1]!].sort((a, b) => a - b) as [number, number]
  const shown = rows.filter((i) => stars.x[i]! >= low && stars.x[i]! <= high)
  const place = (i: number) => [frame.x(stars.x[i]!), frame.y(stars.residualMmag[i]!)] as const
  const inside = (i: number) => Math.abs(stars.residualMmag[i]!) <= reachMmag
  const beyond = shown.filter((i) => !inside(i))
  const body = [
    frame.markup,
    element('path', { class: 'f-zero', d: `M${point(frame.left, frame.y(0))}H${rounded(frame.right)}` }),
    rejectedCrosses(shown.filter((i) => inside(i) && !stars.used[i]).map(place)),
    usedDots(shown.filter((i) => inside(i) && stars.used[i]).map(place)),
    beyondTriangles(
      beyond.map((i) => [
        frame.x(stars.x[i]!),
        stars.residualMmag[i]! > 0 ? frame.top : frame.bottom,
        stars.residualMmag[i]! > 0,
      ]),
    ),
    runningMedian(
      shown.filter((i) => stars.used[i]),
      stars,
      frame,
    ),
    legend(frame.right, 37, [
      { mark: 'used', words: 'used' },
      { mark: 'rejected', words: 'rejected' },
    ]),
    textElement(
      [...(beyond.length > 0 ? [`${beyond.length} beyond the frame`] : []), ...(note === undefined ? [] : [note])].join(
        ' · ',
      ),
      { class: 'f-note', x: frame.left, y: 37 },
    ),
  ]
  return { title, width, height, body: body.join('') }
}

/** Median of the used stars in bins of equal numbers. */
function runningMedian(
  rows: readonly number[],
  { x, residualMmag }: ResidualStars,
  frame: { x: (v: number) => number; y: (v: number) => number },
): string {
  const bins = Math.min(BINS, Math.floor(rows.length / MIN_PER_BIN))
  if (bins < 2) return ''
  const sorted = [...rows].sort((a, b) => x[a]! - x[b]! || a - b)
  const points = Array.from({ length: bins }, (_, k) => {
    const members = sorted.slice(Math.floor((k * sorted.length) / bins), Math.floor(((k + 1) * sorted.length) / bins))
    return [frame.x(middle(members.map((i) => x[i]!))), frame.y(middle(members.map((i) => residualMmag[i]!)))] as const
  })
  return element('path', { class: 'f-median', d: pathOf(points) })
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Height of a residual plot: four times the robust scatter of the used, in steps that people read easily. */
export function residualReachMmag(residualMmag: ArrayLike<number>, used: ArrayLike<boolean | number>): number {
  const sizes = Array.from({ length: residualMmag.length }, (_, i) => i)
    .filter((i) => used[i] && Number.isFinite(residualMmag[i]))
    .map((i) => Math.abs(residualMmag[i]!))
  const wanted = sizes.length === 0 ? 100 : 4 * 1.4826 * middle(sizes)
  return [20, 30, 50, 80, 100, 150, 200, 300, 500, 1000].find((reach) => reach >= wanted) ?? 2000
}
