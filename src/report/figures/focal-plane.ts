import { frameOf, rangeOf, square } from './axes.js'
import { colourBar, inkOn, type ColourScale } from './colour-scale.js'
import type { Figure } from './figure.js'
import { element, escapeText, pathOf, textElement } from '../svg.js'

/** One CCD of the focal plane. */
export interface FocalPlaneCcd {
  readonly ccd: number
  /** Corners, degrees east and north of the field's centre, in order round the CCD. */
  readonly outline: readonly (readonly [eastDeg: number, northDeg: number])[]
  /** What the colour says; null if there is nothing to say. */
  readonly value: number | null
  /** `borrowed` has a dashed inner line, `outlier` a thick one, `none` no colour. */
  readonly mark: 'fitted' | 'borrowed' | 'outlier' | 'none'
  /** All that a reader who points at it should learn. */
  readonly words: string
}

interface FocalPlaneSpec {
  readonly title: string
  readonly ccds: readonly FocalPlaneCcd[]
  readonly scale: ColourScale
  /** Makes each CCD a link, `#ccd-12`. */
  readonly linked?: boolean
}

const WIDTH = 640
const HEIGHT = 560

/** The focal plane on the sky, north up and east left, each CCD in the colour of its value. */
export function focalPlaneFigure({ title, ccds, scale, linked = false }: FocalPlaneSpec): Figure {
  const [east, north] = [
    ccds.flatMap(({ outline }) => outline.map(([x]) => x)),
    ccds.flatMap(({ outline }) => outline.map(([, y]) => y)),
  ]
  const [xRange, yRange] = square(rangeOf(east), rangeOf(north), (WIDTH - 58 - 106) / (HEIGHT - 30 - 60))
  const frame = frameOf({
    width: WIDTH,
    height: HEIGHT,
    title,
    x: { label: 'east of the centre [deg], east is left', range: [xRange[1], xRange[0]], nice: false },
    y: { label: 'north of the centre [deg]', range: yRange, nice: false },
    margin: { right: 106, bottom: 60 },
  })
  const cells = ccds.map((ccd) => cell(ccd, scale, ({ 0: x, 1: y }) => [frame.x(x), frame.y(y)], linked))
  const marks = new Set(ccds.map(({ mark }) => mark))
  const legend = (
    [
      ['borrowed', 'dashed: borrowed'],
      ['outlier', 'thick outline: outlier'],
      ['none', 'no colour: no zeropoint'],
    ] as const
  )
    .filter(([mark]) => marks.has(mark))
    .map(([, words]) => words)
  const body = [
    frame.markup,
    ...cells,
    colourBar(scale, frame.right + 16, frame.top + 20, frame.bottom - frame.top - 40),
    legend.length === 0 ? '' : textElement(legend.join(' · '), { class: 'f-note', x: frame.left, y: HEIGHT - 8 }),
  ]
  return { title, width: WIDTH, height: HEIGHT, body: body.join('') }
}

function cell(
  { ccd, outline, value, mark, words }: FocalPlaneCcd,
  scale: ColourScale,
  place: (corner: readonly [number, number]) => [number, number],
  linked: boolean,
): string {
  const corners = outline.map(place)
  const colour = value === null ? undefined : scale.colourOf(value)
  const [x, y] = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]!, 0) / corners.length) as [
    number,
    number,
  ]
  const inner = (factor: number) =>
    pathOf(
      corners.map(([cx, cy]) => [x + (cx - x) * factor, y + (cy - y) * (factor - 0.06)] as const),
      true,
    )
  const content = [
    `<title>${escapeText(words)}</title>`,
    element(
      'path',
      colour === undefined
        ? { class: 'f-empty', d: pathOf(corners, true) }
        : { class: 'f-cell', d: pathOf(corners, true), fill: colour },
    ),
    mark === 'borrowed' ? element('path', { class: 'f-mark-soft', d: inner(0.9) }) : '',
    mark === 'outlier' ? element('path', { class: 'f-mark', d: inner(0.96) }) : '',
    textElement(String(ccd), { class: `f-number ${colour === undefined ? 'f-tick' : inkOn(colour)}`, x, y: y + 4 }),
  ].join('')
  return linked
    ? element('a', { href: `#ccd-${ccd}`, class: 'ccd-cell', 'data-ccd': String(ccd) }, content)
    : element('g', { class: 'ccd-cell' }, content)
}
