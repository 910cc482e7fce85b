import {
  containsCell,
  cellsOf,
  nestedCentre,
  nestedIndex,
  rangesAreaSqDeg,
  rangesAtOrder,
  type CellRanges,
} from '../healpix/index.js'
import { toEquatorial } from '../math/galactic.js'
import { fromHammer, toHammer } from './hammer.js'
import { escapeText } from './svg.js'

interface CoverageMapFacts {
  /** What is mapped: the name of a catalogue. */
  readonly title: string
  readonly rowCount: number
}

const RADIUS = 240
const MARGIN = { side: 44, top: 44, bottom: 56 }
const WIDTH = 4 * RADIUS + 2 * MARGIN.side
const HEIGHT = 2 * RADIUS + MARGIN.top + MARGIN.bottom
const CENTRE = { x: WIDTH / 2, y: MARGIN.top + RADIUS }
/** Cells of 0.46 deg, as wide as a step of the map in its middle. */
const ORDER = 7
/** A part of the sky of fewer steps than this is ringed: it would be overlooked. */
const SMALL_PATCH = 40

/**
 * The part of the sky that a catalogue covers, as an SVG: Hammer's equal-area projection, RA 0 in the middle and east
 * to the left, with a grid each 30 degrees and the galactic plane. Steps of the map that any cell of the coverage
 * touches are filled; small fields are ringed. Colours follow the reader's choice of light or dark.
 */
export function coverageMapSvg(coverage: CellRanges, { title, rowCount }: CoverageMapFacts): string {
  const filled = filledSteps(coverage)
  const area = rangesAreaSqDeg(coverage)
  const share = (100 * area) / (129_600 / Math.PI)
  const areaText = area < 10 ? area.toFixed(3) : Math.round(area).toLocaleString('en-US')
  const caption =
    `${Number.isNaN(rowCount) ? 'an untold number of' : rowCount.toLocaleString('en-US')} ` +
    `stars over ${areaText} sq deg, ${share < 1 ? share.toPrecision(2) : share.toFixed(1)} % of the sky`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(
    `Sky coverage of ${title}: ${caption}`,
  )}">
<style>
.sky { --ink: #1a2433; --soft: #5b6675; --paper: #ffffff; --grid: #c9d0d8; --fill: #2f6fb3; --ring: #b3541e;
  font: 13px system-ui, sans-serif }
@media (prefers-color-scheme: dark) { .sky {
  --ink: #e6ebf2; --soft: #9aa6b5; --paper: #12161c; --grid: #3a4451; --fill: #6fa8e0; --ring: #f0a46b } }
.sky text { fill: var(--soft) } .sky .title { fill: var(--ink); font-size: 16px; font-weight: 600 }
.sky .grid { fill: none; stroke: var(--grid) } .sky .rim { fill: none; stroke: var(--soft) }
.sky .plane { fill: none; stroke: var(--soft); stroke-dasharray: 5 4 }
.sky .field { fill: var(--fill) } .sky .ring { fill: none; stroke: var(--ring); stroke-width: 2 }
</style>
<g class="sky">
<rect width="${WIDTH}" height="${HEIGHT}" fill="var(--paper)"/>
<text class="title" x="${MARGIN.side}" y="26">${escapeText(title)}</text>
<path class="field" shape-rendering="crispEdges" d="${runsPath(filled)}"/>
<path class="grid" d="${graticulePath()}"/>
<path class="plane" d="${linePath(Array.from({ length: 361 }, (_, l) => toEquatorial(l, 0)))}"/>
<ellipse class="rim" cx="${CENTRE.x}" cy="${CENTRE.y}" rx="${2 * RADIUS}" ry="${RADIUS}"/>
${rings(filled)}${labels()}
<text x="${MARGIN.side}" y="${HEIGHT - 14}">${caption}</text>
<text x="${
    WIDTH - MARGIN.side
  }" y="${HEIGHT - 14}" text-anchor="end">Right ascension, declination [deg]; dashed: galactic plane</text>
</g>
</svg>
`
}

/** Map steps of one unit by their row and column, 1 if the coverage touches. */
interface Steps {
  readonly columns: number
  readonly rows: number
  readonly isFilled: Uint8Array
}

function filledSteps(coverage: CellRanges): Steps {
  const cells = rangesAtOrder(coverage, ORDER)
  const [columns, rows] = [4 * RADIUS, 2 * RADIUS]
  const isFilled = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = fromHammer((column + 0.5) / RADIUS - 2, 1 - (row + 0.5) / RADIUS)
      if (place !== undefined && containsCell(cells, nestedIndex(ORDER, place.raDeg, place.decDeg)))
        isFilled[row * columns + column] = 1
    }
  }
  // A cell may lie between the middles of the steps.
  for (const cell of cellsOf(cells)) {
    const { raDeg, decDeg } = nestedCentre(ORDER, cell)
    const { x, y } = toHammer(raDeg, decDeg)
    isFilled[
      Math.min(rows - 1, Math.floor((1 - y) * RADIUS)) * columns + Math.min(columns - 1, Math.floor((x + 2) * RADIUS))
    ] = 1
  }
  return { columns, rows, isFilled }
}

const left = CENTRE.x - 2 * RADIUS
const top = CENTRE.y - RADIUS

/** Runs of filled steps of each row as rectangles one step high. */
function runsPath({ columns, rows, isFilled }: Steps): string {
  const parts: string[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns;) {
      let end = column
      while (end < columns && isFilled[row * columns + end] === 1) end++
      if (end > column) parts.push(`M${left + column} ${top + row}h${end - column}v1h${column - end}z`)
      column = end + 1
    }
  }
  return parts.join('')
}

/** A ring round every small patch of filled steps. */
function rings({ columns, rows, isFilled }: Steps): string {
  const seen = new Uint8Array(isFilled.length)
  const found: string[] = []
  for (let start = 0; start < isFilled.length; start++) {
    if (isFilled[start] === 0 || seen[start] === 1) continue
    seen[start] = 1
    const patch = [start]
    for (let i = 0; i < patch.length; i++) {
      const [row, column] = [Math.floor(patch[i]! / columns), patch[i]! % columns]
      for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
          const near = r * columns + c
          if (isFilled[near] === 0 || seen[near] === 1) continue
          seen[near] = 1
          patch.push(near)
        }
      }
    }
    if (patch.length > SMALL_PATCH || found.length >= 200) continue
    const mean = (of: (step: number) => number) => patch.reduce((sum, step) => sum + of(step), 0) / patch.length + 0.5
    found.push(
      `<circle class="ring" cx="${(left + mean((step) => step % columns)).toFixed(1)}" ` +
        `cy="${(top + mean((step) => Math.floor(step / columns))).toFixed(1)}" r="9"/>\n`,
    )
  }
  return found.join('')
}

const at = (raDeg: number, decDeg: number): string => {
  const { x, y } = toHammer(raDeg, decDeg)
  return `${(CENTRE.x + x * RADIUS).toFixed(1)} ${(CENTRE.y - y * RADIUS).toFixed(1)}`
}

/** A line through directions, broken where it leaves one edge of the map for the other. */
function linePath(places: readonly { readonly raDeg: number; readonly decDeg: number }[]): string {
  let path = ''
  let lastX = NaN
  for (const { raDeg, decDeg } of places) {
    const { x } = toHammer(raDeg, decDeg)
    path += `${Math.abs(x - lastX) < 1 ? 'L' : 'M'}${at(raDeg, decDeg)}`
    lastX = x
  }
  return path
}

function graticulePath(): string {
  const parallels = [-60, -30, 0, 30, 60].map((dec) =>
    linePath(Array.from({ length: 121 }, (_, i) => ({ raDeg: 179.999 - 2.99998 * i, decDeg: dec }))),
  )
  const meridians = [30, 60, 90, 120, 150, 0, 210, 240, 270, 300, 330].map((ra) =>
    linePath(Array.from({ length: 61 }, (_, i) => ({ raDeg: ra, decDeg: -90 + 3 * i }))),
  )
  return [...parallels, ...meridians].join('')
}

function labels(): string {
  const text = (x: number, y: number, words: string, anchor: string) =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${words}</text>\n`
  const decs = [-60, -30, 0, 30, 60].map((dec) => {
    const { x, y } = toHammer(180, dec)
    return text(
      CENTRE.x - Math.abs(x) * RADIUS - 6,
      CENTRE.y - y * RADIUS + 4,
      `${dec > 0 ? '+' : ''}${String(dec).replace('-', '−')}°`,
      'end',
    )
  })
  const ras = [60, 120, 0, 240, 300].map((ra) => {
    const { x, y } = toHammer(ra, 0)
    return text(CENTRE.x + x * RADIUS + 3, CENTRE.y - y * RADIUS - 4, `${ra}°`, 'start')
  })
  return [
    ...decs,
    ...ras,
    text(CENTRE.x, top - 5, '+90°', 'middle'),
    text(CENTRE.x, top + 2 * RADIUS + 15, '−90°', 'middle'),
  ].join('')
}
