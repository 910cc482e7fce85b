import { median } from '../../math/robust.js'
import { element, escapeText, pathOf } from '../svg.js'
import { frameOf, rangeOf, square } from './axes.js'
import { colourBar, colourScale } from './colour-scale.js'
import type { Figure } from './figure.js'

/** A chip of the focal plane, degrees east and north of its middle. */
interface MappedChip {
  readonly ccd: number
  readonly outline: readonly (readonly [eastDeg: number, northDeg: number])[]
}

export interface ResidualMapSpec {
  readonly title: string
  readonly chips: readonly MappedChip[]
  /** Residuals and where they are on the focal plane; arrays of one length. */
  readonly residualMmag: Float64Array
  readonly eastDeg: Float64Array
  readonly northDeg: Float64Array
}

const WIDTH = 640
const HEIGHT = 560
/** Cells across the shorter side of a chip; fewer stars in one say nothing. */
const CELLS = 4
const FEW_STARS = 4
/** The scale reaches at least this far: noise is not shown as structure [mmag]. */
const MIN_REACH_MMAG = 4

/** What is left on the chips: medians of residuals in cells of a quarter of a chip, over all exposures of a camera. */
export function residualMapFigure({ title, chips, residualMmag, eastDeg, northDeg }: ResidualMapSpec): Figure {
  const outlines = chips.map(({ outline }) => outline)
  const [east, north] = [outlines.flat().map(([x]) => x), outlines.flat().map(([, y]) => y)]
  const cellDeg = shorterSide(outlines[0] ?? []) / CELLS
  const cells = new Map<string, { x: number; y: number; values: number[] }>()
  for (let i = 0; i < residualMmag.length; i++) {
    if (!Number.isFinite(residualMmag[i]! + eastDeg[i]! + northDeg[i]!)) continue
    const [x, y] = [Math.floor(eastDeg[i]! / cellDeg), Math.floor(northDeg[i]! / cellDeg)]
    const cell = cells.get(`${x} ${y}`) ?? { x, y, values: [] }
    cell.values.push(residualMmag[i]!)
    cells.set(`${x} ${y}`, cell)
  }
  const known = [...cells.values()]
    .filter(({ values }) => values.length >= FEW_STARS)
    .sort((a, b) => a.y - b.y || a.x - b.x)
    .map((cell) => ({ ...cell, value: median(cell.values) }))
  const scale = colourScale({
    map: 'difference',
    values: known.map(({ value }) => value),
    label: 'residual [mmag]',
    format: (value) => value.toFixed(0),
    leastReach: MIN_REACH_MMAG,
  })
  const [xRange, yRange] = square(rangeOf(east), rangeOf(north), (WIDTH - 58 - 106) / (HEIGHT - 30 - 42))
  const frame = frameOf({
    width: WIDTH,
    height: HEIGHT,
    title,
    x: { label: 'east of the centre [deg], east is left', range: [xRange[1], xRange[0]], nice: false },
    y: { label: 'north of the centre [deg]', range: yRange, nice: false },
    margin: { right: 106 },
  })
  const squares = known.map(({ x, y, value, values }) => {
    const [left, right] = [frame.x((x + 1) * cellDeg), frame.x(x * cellDeg)]
    const [top, bottom] = [frame.y((y + 1) * cellDeg), frame.y(y * cellDeg)]
    const words = `${value.toFixed(1)} mmag, ${values.length} stars`
    return element(
      'g',
      {},
      `<title>${escapeText(words)}</title>` +
        element('rect', { x: left, y: top, width: right - left, height: bottom - top, fill: scale.colourOf(value) }),
    )
  })
  const frames = outlines.map((outline) =>
    element('path', {
      class: 'f-outline',
      d: pathOf(
        outline.map(([x, y]) => [frame.x(x), frame.y(y)] as const),
        true,
      ),
    }),
  )
  const bar = colourBar(scale, frame.right + 16, frame.top + 20, frame.bottom - frame.top - 40)
  return { title, width: WIDTH, height: HEIGHT, body: [frame.markup, ...squares, ...frames, bar].join('') }
}

function shorterSide(outline: MappedChip['outline']): number {
  const extent = (axis: 0 | 1) => {
    const along = outline.map((corner) => corner[axis])
    return Math.max(...along) - Math.min(...along)
  }
  return outline.length === 0 ? 0.1 : Math.max(1e-4, Math.min(extent(0), extent(1)))
}
