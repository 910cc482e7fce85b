import { median } from '../../math/robust.js'
import type { CcdPictures } from '../pictures/ccd-pictures.js'
import { element, point } from '../svg.js'
import { frameOf } from './axes.js'
import { colourBar, colourScale } from './colour-scale.js'
import type { Figure } from './figure.js'

type Shapes = Pick<CcdPictures, 'columns' | 'rows' | 'shapes'>

const WIDTH = 440
const MARGIN = { left: 58, right: 106, top: 30, bottom: 42 }
/** A whisker of this ellipticity is as long as a twentieth of the image. */
const WHISKER_ELLIPTICITY = 0.1

/** Seeing over the CCD: the FWHM of each star in colour, and its ellipticity as a whisker along its long axis. */
export function shapesFigure({ columns, rows, shapes }: Shapes): Figure {
  const widths = shapes.map(({ fwhmArcsec }) => fwhmArcsec)
  const ellipticity = median(shapes.map((shape) => shape.ellipticity))
  const title = `FWHM ${median(widths).toFixed(2)} arcsec, ellipticity ${ellipticity.toFixed(2)} in the median`
  const inner = WIDTH - MARGIN.left - MARGIN.right
  // Narrow chips are not drawn taller than a screen.
  const height = Math.round(MARGIN.top + MARGIN.bottom + Math.min(420, Math.max(140, (inner * rows) / columns)))
  const frame = frameOf({
    width: WIDTH,
    height,
    title,
    x: { label: 'x [pixel]', range: [0, columns], nice: false, ticks: 4 },
    y: { label: 'y [pixel]', range: [0, rows], nice: false },
    margin: MARGIN,
  })
  const scale = colourScale({
    map: 'quantity',
    values: widths,
    label: 'FWHM [arcsec]',
    format: (value) => value.toFixed(2),
  })
  const half = inner / 40
  const marks = shapes.map(({ x, y, fwhmArcsec, ellipticity: e, thetaDeg }) => {
    const reach = (half * e) / WHISKER_ELLIPTICITY
    const angle = (thetaDeg * Math.PI) / 180
    const [east, down] = [reach * Math.cos(angle), -reach * Math.sin(angle)]
    const [cx, cy] = [frame.x(x), frame.y(y)]
    return (
      element('path', { class: 'f-error', d: `M${point(cx - east, cy - down)}L${point(cx + east, cy + down)}` }) +
      element('circle', { cx, cy, r: 2.6, fill: scale.colourOf(fwhmArcsec) })
    )
  })
  const bar = colourBar(scale, frame.right + 16, frame.top + 10, frame.bottom - frame.top - 20)
  return { title, width: WIDTH, height, body: [frame.markup, ...marks, bar].join('') }
}
