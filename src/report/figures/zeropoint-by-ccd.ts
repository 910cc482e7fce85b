import { element, escapeText, point, rounded } from '../svg.js'
import { frameOf, rangeOf } from './axes.js'
import type { Figure } from './figure.js'

/** A CCD's zeropoint with its error; `kept` false if it is an outlier or only borrowed. */
export interface ZeropointBar {
  readonly ccd: number
  readonly zeropoint: number
  readonly zeropointErr: number
  readonly kind: 'fitted' | 'borrowed' | 'outlier'
  readonly words: string
}

const HEIGHT = 300
const WIDTH = 900

/**
 * Zeropoint against CCD number with error bars: dots fitted, open squares borrowed, crosses outliers; a dashed line at
 * the exposure's.
 */
export function zeropointByCcdFigure(
  title: string,
  bars: readonly ZeropointBar[],
  exposure: number | null,
  linked = false,
): Figure {
  const ends = bars.flatMap(({ zeropoint, zeropointErr }) => [zeropoint - zeropointErr, zeropoint + zeropointErr])
  const frame = frameOf({
    width: WIDTH,
    height: HEIGHT,
    title,
    x: {
      label: 'CCD number',
      range: rangeOf(
        bars.map(({ ccd }) => ccd),
        0.02,
        [1, 62],
      ),
      ticks: 12,
      nice: false,
      format: (value) => (Number.isInteger(value) ? String(value) : ''),
    },
    y: {
      label: 'zeropoint [mag]',
      range: rangeOf([...ends, ...(exposure === null ? [] : [exposure])], 0.06, [25, 31]),
    },
    margin: { left: 66 },
  })
  const line =
    exposure === null
      ? ''
      : element('path', { class: 'f-zero', d: `M${point(frame.left, frame.y(exposure))}H${rounded(frame.right)}` })
  const marks = bars.map(({ ccd, zeropoint, zeropointErr, kind, words }) => {
    const [x, y] = [frame.x(ccd), frame.y(zeropoint)]
    const bar = element('path', {
      class: 'f-error',
      d: `M${point(x, frame.y(zeropoint - zeropointErr))}V${rounded(frame.y(zeropoint + zeropointErr))}`,
    })
    const mark = {
      fitted: () => element('path', { class: 'f-used f-dot', d: `M${point(x, y)}h0` }),
      borrowed: () => element('path', { class: 'f-error', d: `M${point(x - 3, y - 3)}h6v6h-6z` }),
      outlier: () => element('path', { class: 'f-rejected', d: `M${point(x - 4, y - 4)}l8 8m0-8l-8 8` }),
    }[kind]()
    // A wide strip round each, so that it can be pointed at.
    const strip = element('rect', {
      class: 'f-strip',
      x: x - 5,
      y: frame.top,
      width: 10,
      height: frame.bottom - frame.top,
      fill: 'none',
      'pointer-events': 'all',
    })
    const content = `<title>${escapeText(words)}</title>${strip}${bar}${mark}`
    return linked
      ? element('a', { href: `#ccd-${ccd}`, class: 'ccd-bar', 'data-ccd': String(ccd), tabindex: '-1' }, content)
      : element('g', {}, content)
  })
  return { title, width: WIDTH, height: HEIGHT, body: frame.markup + line + marks.join('') }
}
