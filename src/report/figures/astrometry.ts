import { largestOf } from '../../math/extremes.js'
import { element, point, textElement } from '../svg.js'
import { frameOf, rangeOf } from './axes.js'
import type { Figure } from './figure.js'
import { rejectedCrosses, usedDots } from './marks.js'

/** Where a CCD's detections lie against the catalogue's stars. */
interface CcdOffset {
  readonly ccd: number
  /** Its centre, degrees east and north of the field's centre. */
  readonly eastDeg: number
  readonly northDeg: number
  /** Detection minus star [arcsec]. */
  readonly raOffsetArcsec: number
  readonly decOffsetArcsec: number
}

/** The CCDs' astrometric offsets as arrows in the focal plane, east left, with a scale. */
export function offsetsFigure(title: string, offsets: readonly CcdOffset[]): Figure {
  const [width, height] = [440, 400]
  const frame = frameOf({
    width,
    height,
    title,
    x: {
      label: 'east of the centre [deg], east is left',
      range: [
        ...rangeOf(
          offsets.map(({ eastDeg }) => eastDeg),
          0.15,
          [-1, 1],
        ),
      ].reverse() as [number, number],
      nice: false,
    },
    y: {
      label: 'north of the centre [deg]',
      range: rangeOf(
        offsets.map(({ northDeg }) => northDeg),
        0.15,
        [-1, 1],
      ),
      nice: false,
    },
  })
  const longest = largestOf(
    offsets.map(({ raOffsetArcsec, decOffsetArcsec }) => Math.hypot(raOffsetArcsec, decOffsetArcsec)),
    1e-3,
  )
  const unit = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2].find((size) => size >= longest) ?? 5
  const pixelsPerArcsec = 34 / unit
  const arrows = offsets.map(({ eastDeg, northDeg, raOffsetArcsec, decOffsetArcsec }) => {
    const [x, y] = [frame.x(eastDeg), frame.y(northDeg)]
    const [dx, dy] = [-raOffsetArcsec * pixelsPerArcsec, -decOffsetArcsec * pixelsPerArcsec]
    const head = Math.hypot(dx, dy) > 4 ? arrowHead(x + dx, y + dy, Math.atan2(dy, dx)) : ''
    return `M${point(x, y)}l${point(dx, dy)}${head}`
  })
  const scale =
    element('path', { class: 'f-median', d: `M${point(frame.right - 44, frame.top + 10)}h34` }) +
    textElement(`${unit} arcsec`, { class: 'f-note', x: frame.right - 10, y: frame.top + 26, 'text-anchor': 'end' })
  const dots = usedDots(offsets.map(({ eastDeg, northDeg }) => [frame.x(eastDeg), frame.y(northDeg)] as const))
  return {
    title,
    width,
    height,
    body: frame.markup + dots + element('path', { class: 'f-median', d: arrows.join('') }) + scale,
  }
}

function arrowHead(x: number, y: number, angle: number): string {
  const barb = (turn: number) => `M${point(x, y)}l${point(-5 * Math.cos(angle + turn), -5 * Math.sin(angle + turn))}`
  return barb(0.45) + barb(-0.45)
}

/** Star by star: detection minus star on the sky, used and rejected, with the CCD's offset as a large cross. */
export function starOffsetsFigure(
  title: string,
  east: ArrayLike<number>,
  north: ArrayLike<number>,
  used: ArrayLike<boolean | number>,
  radiusArcsec: number,
): Figure {
  const [width, height] = [300, 300]
  const frame = frameOf({
    width,
    height,
    title,
    x: { label: 'east [arcsec], east is left', range: [radiusArcsec, -radiusArcsec], nice: false, ticks: 4 },
    y: { label: 'north [arcsec]', range: [-radiusArcsec, radiusArcsec], nice: false, ticks: 4 },
  })
  const rows = Array.from({ length: east.length }, (_, i) => i).filter(
    (i) => Math.abs(east[i]!) <= radiusArcsec && Math.abs(north[i]!) <= radiusArcsec,
  )
  const place = (i: number) => [frame.x(east[i]!), frame.y(north[i]!)] as const
  const axes = element('path', {
    class: 'f-zero',
    d: `M${point(frame.x(0), frame.top)}V${frame.bottom}M${point(frame.left, frame.y(0))}H${frame.right}`,
  })
  return {
    title,
    width,
    height,
    body:
      frame.markup +
      axes +
      rejectedCrosses(rows.filter((i) => !used[i]).map(place)) +
      usedDots(rows.filter((i) => used[i]).map(place)),
  }
}
