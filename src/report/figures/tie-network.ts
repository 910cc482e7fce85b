import { element, escapeText, pathOf, point, textElement } from '../svg.js'
import type { Figure } from './figure.js'

/** An exposure of a network. */
interface NetworkNode {
  readonly name: string
  readonly leftOut: boolean
}

/** A search exposure and another with stars in common. */
interface NetworkLink {
  readonly search: string
  readonly other: string
  readonly stars: number
  /** All that a reader who points at it should learn. */
  readonly words: string
}

export interface NetworkSpec {
  readonly searches: readonly NetworkNode[]
  readonly templates: readonly NetworkNode[]
  readonly links: readonly NetworkLink[]
}

const WIDTH = 640
const LINE = 24
const [LEFT, RIGHT] = [210, 430]
const TOP = 46
/** Width of the line of most common stars [pixel]; the others by the root of their number. */
const WIDEST = 9
const THINNEST = 1

/** Search exposures on the left, templates on the right, a line for stars in common: the more, the wider. */
export function tieNetworkFigure({ searches, templates, links }: NetworkSpec): Figure {
  const title = 'Stars in common of search and templates'
  const rows = Math.max(searches.length, templates.length)
  const height = TOP + rows * LINE + 12
  const yOf = (nodes: readonly NetworkNode[], k: number) => TOP + ((rows - nodes.length) * LINE) / 2 + (k + 0.5) * LINE
  const place = new Map([
    ...searches.map(({ name }, k) => [name, { x: LEFT, y: yOf(searches, k) }] as const),
    ...templates.map(({ name }, k) => [name, { x: RIGHT, y: yOf(templates, k) }] as const),
  ])
  const most = Math.max(1, ...links.map(({ stars }) => stars))
  const lines = links.flatMap(({ search, other, stars, words }) => {
    const [a, b] = [place.get(search), place.get(other)]
    if (a === undefined || b === undefined) return []
    return [element('g', {}, `<title>${escapeText(words)}</title>${band(a, b, WIDEST * Math.sqrt(stars / most))}`)]
  })
  const nodeOf = ({ name, leftOut }: NetworkNode, side: 'search' | 'template') => {
    const { x, y } = place.get(name)!
    const isSearch = side === 'search'
    return (
      element('circle', { cx: x, cy: y, r: 5, class: leftOut ? 'f-outline' : isSearch ? 'f-bar-lost' : 'f-bar' }) +
      textElement(`${name}${leftOut ? ' (left out)' : ''}`, {
        class: leftOut ? 'f-note' : 'f-label',
        x: isSearch ? x - 12 : x + 12,
        y: y + 4,
        'text-anchor': isSearch ? 'end' : 'start',
      })
    )
  }
  const body = [
    textElement(title, { class: 'f-title', x: 14, y: 18 }),
    textElement('search', { class: 'f-note', x: LEFT - 12, y: TOP - 8, 'text-anchor': 'end' }),
    textElement('templates', { class: 'f-note', x: RIGHT + 12, y: TOP - 8 }),
    ...lines,
    ...searches.map((node) => nodeOf(node, 'search')),
    ...templates.map((node) => nodeOf(node, 'template')),
  ]
  return { title, width: WIDTH, height, body: body.join('') }
}

interface Place {
  readonly x: number
  readonly y: number
}

/** A line of a width; the page's style sets the widths of strokes. Two search exposures are on one side: it bends. */
function band(a: Place, b: Place, width: number): string {
  if (a.x === b.x) {
    const bend = a.x + 60
    return element('path', {
      class: 'f-error',
      d: `M${point(a.x, a.y)}C${point(bend, a.y)} ${point(bend, b.y)} ${point(b.x, b.y)}`,
    })
  }
  const half = Math.max(THINNEST, width) / 2
  const corners = [
    [a.x, a.y - half],
    [b.x, b.y - half],
    [b.x, b.y + half],
    [a.x, a.y + half],
  ] as const
  return element('path', { class: 'f-bar', opacity: 0.4, d: pathOf(corners, true) })
}
