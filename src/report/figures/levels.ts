import { element, escapeText, point, rounded, textElement } from '../svg.js'
import { frameOf, rangeOf } from './axes.js'
import type { Figure } from './figure.js'

/** A catalogue and its level. */
interface LevelRow {
  readonly name: string
  readonly levelMmag: number
  readonly levelErrMmag: number
  /** What its relation states of itself; drawn about 0. */
  readonly statedErrMmag: number | null
}

const WIDTH = 640
const LINE = 28

/** Levels of catalogues about what they have in common, with their errors; a grey bar is the error they state. */
export function levelsFigure(rows: readonly LevelRow[]): Figure {
  const title = 'Levels of the catalogues'
  const height = 30 + rows.length * LINE + 50
  const ends = rows.flatMap(({ levelMmag, levelErrMmag, statedErrMmag }) => [
    levelMmag - levelErrMmag,
    levelMmag + levelErrMmag,
    ...(statedErrMmag === null ? [] : [-statedErrMmag, statedErrMmag]),
  ])
  const frame = frameOf({
    width: WIDTH,
    height,
    title,
    x: { label: 'level, what its magnitudes have too much [mmag]', range: rangeOf(ends, 0.1, [-1, 1]) },
    y: { label: '', range: [rows.length, 0], nice: false, ticks: 0 },
    margin: { left: 150 },
  })
  const marks = rows.map(({ name, levelMmag, levelErrMmag, statedErrMmag }, k) => {
    const y = frame.y(k + 0.5)
    const [low, high] = [frame.x(levelMmag - levelErrMmag), frame.x(levelMmag + levelErrMmag)]
    const words = `${name}: ${levelMmag.toFixed(1)} ± ${levelErrMmag.toFixed(1)} mmag`
    const stated =
      statedErrMmag === null
        ? ''
        : element('rect', {
            class: 'f-empty',
            x: frame.x(-statedErrMmag),
            y: y - 7,
            width: frame.x(statedErrMmag) - frame.x(-statedErrMmag),
            height: 14,
          })
    return element(
      'g',
      {},
      `<title>${escapeText(words)}</title>${stated}` +
        element('path', { class: 'f-error', d: `M${point(low, y)}H${rounded(high)}` }) +
        element('path', { class: 'f-used f-dot', d: `M${point(frame.x(levelMmag), y)}h0` }) +
        textElement(name, { class: 'f-tick', x: frame.left - 8, y: y + 4, 'text-anchor': 'end' }),
    )
  })
  const zero = element('path', { class: 'f-zero', d: `M${point(frame.x(0), frame.top)}V${rounded(frame.bottom)}` })
  return { title, width: WIDTH, height, body: [frame.markup, zero, ...marks].join('') }
}
