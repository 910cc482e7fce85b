import { growthFigure } from '../figures/growth-curve.js'
import { inlineSvg, type Figure } from '../figures/figure.js'
import { mosaicFigure, pictureFigure, starWords } from '../figures/picture.js'
import { shapesFigure } from '../figures/shapes.js'
import { html, trusted, type Markup } from '../html.js'
import type { CcdPictures } from '../pictures/ccd-pictures.js'

const figure = (drawn: Figure) => html`<figure>${trusted(inlineSvg(drawn, 'group'))}</figure>`

/** The images themselves, with their stars; nothing if the files that were given hold none. */
export function picturesSection(pictures: readonly CcdPictures[]): Markup | null {
  if (pictures.length === 0) return null
  return html`<h2 id="images">Images</h2>
<p class="small">Stretched by asinh: the noise of the sky is linear, stars are logarithmic; NaN is black. Rings are
matched stars: point at one for its numbers; one with a picture of its own is a link to it.</p>
${pictures.length < 2 ? null : figure(mosaicFigure(pictures))}
${pictures.map((one) => ccdPictures(one, pictures.length > 1))}`
}

function ccdPictures(one: CcdPictures, isOneOfSeveral: boolean): Markup {
  const { ccd, growth, shapes, stamps } = one
  const content = html`<div class="figures">
${figure(pictureFigure(one))}
<div>
${growth === null ? html`<p>No curve of growth: too few bright stars.</p>` : figure(growthFigure(growth))}
${shapes.length === 0 ? null : figure(shapesFigure(one))}
</div>
</div>
<div class="stamps">${stamps.map(
    (star) =>
      html`<figure id="star-${ccd}-${star.number}"><img alt="" src="data:image/png;base64,${star.png}">
<figcaption>${starWords(star)}</figcaption></figure>`,
  )}</div>`
  return isOneOfSeveral
    ? html`<details id="image-${ccd}"><summary>CCD ${ccd}: ${one.file}</summary>${content}</details>`
    : html`<div id="image-${ccd}">${content}</div>`
}
