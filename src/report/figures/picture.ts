import { element, escapeText, rounded, textElement } from '../svg.js'
import type { CcdPictures, PicturedStar } from '../pictures/ccd-pictures.js'
import type { Figure } from './figure.js'
import { legend } from './marks.js'

const WIDTH = 620
const TOP = 40

/** The image, with a ring round each matched star; a star that is shown by itself is linked. */
export function pictureFigure(pictures: CcdPictures): Figure {
  const { ccd, file, columns, rows, png, pngColumns, pngRows, block, stars, stamps } = pictures
  // The last block may reach beyond the image.
  const scale = WIDTH / (pngColumns * block)
  const height = rows * scale
  const linked = new Set(stamps.map(({ number }) => number))
  const place = ({ x, y }: PicturedStar) => [(x - 0.5) * scale, TOP + (pngRows * block - (y - 0.5)) * scale] as const
  const marks = stars
    .filter(({ x, y }) => Number.isFinite(x + y))
    .map((star) => {
      const [x, y] = place(star)
      const mark = element('circle', { class: star.fate === 'used' ? 'f-ring' : 'f-ring-lost', cx: x, cy: y, r: 6 })
      const titled = `<title>${escapeText(starWords(star))}</title>${mark}`
      return linked.has(star.number)
        ? element('a', { href: `#star-${ccd}-${star.number}` }, titled)
        : element('g', {}, titled)
    })
  const title = `${file}: ${columns} by ${rows} pixels`
  const body = [
    textElement(title, { class: 'f-title', x: 0, y: 16 }),
    legend(WIDTH, 34, [
      { mark: 'used', words: 'used' },
      { mark: 'rejected', words: 'left out' },
    ]),
    element('image', {
      href: `data:image/png;base64,${png}`,
      x: 0,
      y: TOP,
      width: WIDTH,
      height: pngRows * block * scale,
      preserveAspectRatio: 'none',
    }),
    ...marks,
  ]
  return { title, width: WIDTH, height: Math.ceil(TOP + height + 4), body: body.join('') }
}

/** What is known of a star, in words. */
export function starWords({ number, fate, refMag, residualMmag }: PicturedStar): string {
  const mag = Number.isFinite(refMag) ? `${refMag.toFixed(2)} mag` : 'no standard magnitude'
  const residual = Number.isFinite(residualMmag) ? `, residual ${rounded(residualMmag, 0)} mmag` : ''
  return `${number}: ${mag}${residual}, ${fate === 'used' ? 'used' : `left out (${fate})`}`
}

const SIZE = 560

/** The images of several CCDs where they lie on the sky, north up and east left. */
export function mosaicFigure(ccds: readonly CcdPictures[]): Figure {
  const east = ccds.flatMap(({ outline }) => outline.map(([x]) => x))
  const north = ccds.flatMap(({ outline }) => outline.map(([, y]) => y))
  const [right, left, low, high] = [Math.min(...east), Math.max(...east), Math.min(...north), Math.max(...north)]
  const scale = SIZE / Math.max(left - right, high - low, 1e-4)
  const at = ([x, y]: readonly [number, number]) => [(left - x) * scale, 24 + (high - y) * scale] as const
  const tiles = ccds.map(({ ccd, png, pngColumns, pngRows, outline }) => {
    const [lowerLeft, lowerRight, , upperLeft] = outline.map(at)
    // The picture's own axes: x from upper left to upper right, y downwards.
    const perX = [0, 1].map((k) => (lowerRight![k]! - lowerLeft![k]!) / pngColumns)
    const perY = [0, 1].map((k) => (lowerLeft![k]! - upperLeft![k]!) / pngRows)
    const matrix = [...perX, ...perY, ...upperLeft!].map((value) => rounded(value, 5)).join(' ')
    const picture = element('image', {
      href: `data:image/png;base64,${png}`,
      width: pngColumns,
      height: pngRows,
      transform: `matrix(${matrix})`,
      preserveAspectRatio: 'none',
    })
    return element('a', { href: `#image-${ccd}` }, `<title>CCD ${ccd}</title>${picture}`)
  })
  const title = `${ccds.length} CCDs on the sky, north up, east left`
  const body = textElement(title, { class: 'f-title', x: 0, y: 16 }) + tiles.join('')
  return { title, width: Math.ceil((left - right) * scale), height: Math.ceil(24 + (high - low) * scale), body }
}
