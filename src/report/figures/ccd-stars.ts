import { element, pathOf, textElement } from '../svg.js'
import { frameOf, rangeOf } from './axes.js'
import type { Figure } from './figure.js'
import { legend, rejectedCrosses, usedDots } from './marks.js'

type Place = readonly [x: number, y: number]

/** Stars of one CCD on its outline, in degrees east and north of its centre. */
interface CcdSky {
  readonly outline: readonly Place[]
  /** Stars of the reference catalogue. */
  readonly standards: readonly Place[]
  /** Selected detections. */
  readonly observed: readonly Place[]
}

/**
 * Standard stars (dots) and observed ones (crosses) on the outline of the CCD, as the original drew them: a cross on a
 * dot is a match.
 */
export function ccdStarsFigure(title: string, { outline, standards, observed }: CcdSky): Figure {
  const everything = [...outline, ...standards, ...observed]
  const [width, height] = [760, 460]
  const frame = frameOf({
    width,
    height,
    title,
    x: {
      label: 'east of the centre [deg], east is left',
      range: [
        ...rangeOf(
          everything.map(([x]) => x),
          0.03,
        ),
      ].reverse() as [number, number],
      nice: false,
    },
    y: {
      label: 'north of the centre [deg]',
      range: rangeOf(
        everything.map(([, y]) => y),
        0.05,
      ),
      nice: false,
    },
    margin: { top: 46 },
  })
  const place = ([x, y]: Place) => [frame.x(x), frame.y(y)] as const
  const body = [
    frame.markup,
    element('path', { class: 'f-outline', d: pathOf(outline.map(place), true) }),
    usedDots(standards.map(place)),
    rejectedCrosses(observed.map(place)),
    legend(frame.right, 37, [
      { mark: 'used', words: `${standards.length} catalogue stars` },
      { mark: 'rejected', words: `${observed.length} detections` },
    ]),
  ]
  return { title, width, height, body: body.join('') }
}

/**
 * Matched stars of one CCD on the chip, by pixel: used dots, rejected crosses.
 *
 * @param turned y is drawn to the left and x down: on CCDs whose y runs east, that is as on the sky
 */
export function chipFigure(
  title: string,
  {
    x,
    y,
    used,
  }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number>; readonly used: ArrayLike<boolean | number> },
  { extent: [columns, rows], turned }: { readonly extent: Place; readonly turned: boolean },
): Figure {
  const [width, height] = [520, 300]
  const frame = frameOf({
    width,
    height,
    title,
    x: turned
      ? { label: 'y [pixel]', range: [rows, 0], nice: false }
      : { label: 'x [pixel]', range: [0, columns], nice: false },
    y: turned
      ? { label: 'x [pixel]', range: [columns, 0], nice: false }
      : { label: 'y [pixel]', range: [0, rows], nice: false },
    margin: { top: 46 },
  })
  const stars = Array.from({ length: x.length }, (_, i) => i).filter(
    (i) => Number.isFinite(x[i]) && Number.isFinite(y[i]),
  )
  const place = (i: number) =>
    turned ? ([frame.x(y[i]!), frame.y(x[i]!)] as const) : ([frame.x(x[i]!), frame.y(y[i]!)] as const)
  const body = [
    frame.markup,
    rejectedCrosses(stars.filter((i) => !used[i]).map(place)),
    usedDots(stars.filter((i) => used[i]).map(place)),
    legend(frame.right, 37, [
      { mark: 'used', words: 'used' },
      { mark: 'rejected', words: 'rejected' },
    ]),
    stars.length === 0
      ? textElement('the catalogue has no pixel positions', {
          class: 'f-note',
          x: (frame.left + frame.right) / 2,
          y: (frame.top + frame.bottom) / 2,
          'text-anchor': 'middle',
        })
      : '',
  ]
  return { title, width, height, body: body.join('') }
}
