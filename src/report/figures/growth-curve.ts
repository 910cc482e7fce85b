import type { GrowthCurve } from '../pictures/growth.js'
import { element, pathOf, point, rounded, textElement } from '../svg.js'
import { frameOf } from './axes.js'
import type { Figure } from './figure.js'
import { usedDots } from './marks.js'

/** The curve of growth: what share of the largest aperture's light each holds, and what other fluxes hold. */
export function growthFigure({ radiusArcsec, share, scatter, stars, others }: GrowthCurve): Figure {
  const title = `Curve of growth, ${stars} stars`
  const highest = Math.max(1.05, ...share.map((value, k) => value + scatter[k]!), ...others.map((one) => one.share))
  const frame = frameOf({
    width: 440,
    height: 286,
    title,
    x: { label: 'radius of the aperture [arcsec]', range: [0, radiusArcsec.at(-1)!] },
    y: { label: 'flux relative to the largest', range: [0, Math.min(1.5, highest)] },
  })
  const places = radiusArcsec.map((radius, k) => [frame.x(radius), frame.y(share[k]!)] as const)
  const bars = radiusArcsec
    .map(
      (radius, k) =>
        `M${point(frame.x(radius), frame.y(share[k]! - scatter[k]!))}V${rounded(frame.y(share[k]! + scatter[k]!))}`,
    )
    .join('')
  const lines = others.map(
    ({ name, share: held }, k) =>
      element('path', { class: 'f-limit', d: `M${point(frame.left, frame.y(held))}H${rounded(frame.right)}` }) +
      // Below one another: the fluxes are often nearly equal.
      textElement(`${name} ${held.toFixed(3)} (dashed)`, {
        class: 'f-note',
        x: frame.right - 6,
        y: frame.bottom - 10 - 16 * (others.length - 1 - k),
        'text-anchor': 'end',
      }),
  )
  const body = [
    frame.markup,
    ...lines,
    element('path', { class: 'f-error', d: bars }),
    element('path', { class: 'f-median', d: pathOf(places) }),
    usedDots(places),
  ]
  return { title, width: 440, height: 286, body: body.join('') }
}
