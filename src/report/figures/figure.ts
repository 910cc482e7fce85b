import { element, escapeText } from '../svg.js'
import { figureCss, INK } from './style.js'

/** A figure as SVG markup without its frame, so that it can stand alone or inside a page. */
export interface Figure {
  /** What it shows, in a sentence: its accessible name. */
  readonly title: string
  readonly width: number
  readonly height: number
  readonly body: string
}

/** The figure as a file of its own: light, and dark if the reader prefers that. */
export function standaloneSvg(figure: Figure): string {
  const { width, height, body } = figure
  const style =
    `${figureCss((name) => INK.light[name])}@media (prefers-color-scheme: ` +
    `dark){${figureCss((name) => INK.dark[name])}}`
  const content = `<title>${escapeText(figure.title)}</title><style>${style}</style>${element('rect', {
    class: 'f-paper',
    width,
    height,
  })}${body}`
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, class: 'figure' },
    content,
  )}\n`
}

/** The figure inside an HTML page, whose style sheet has the figures' rules. */
export function inlineSvg({ title, width, height, body }: Figure, role: 'img' | 'group' = 'img'): string {
  return element(
    'svg',
    { class: 'figure', role, 'aria-label': title, viewBox: `0 0 ${width} ${height}`, width, height },
    body,
  )
}
