import { numbersOf } from '../math/select.js'
import { termFormula, type FittedFilterName } from '../relation-fit/colour-term-text.js'
import type { ColourTermFit, FilterStars } from '../relation-fit/colour-term.js'
import { inlineSvg } from './figures/figure.js'
import { residualFigure, residualReachMmag } from './figures/residuals.js'
import { html, trusted, type Markup } from './html.js'
import { offsetTable } from './offset-table.js'
import { pageOf, type PageAssets } from './page.js'
import { mmagText, signedText } from './words.js'

/** One filter of a page. */
export interface FilterOnPage {
  readonly filter: FittedFilterName & { readonly stars: FilterStars }
  readonly fit: ColourTermFit
}

/** A page: the colour terms of a camera's filters, with what is left of the stars. */
export function colourTermPage(title: string, filters: readonly FilterOnPage[], assets: PageAssets): string {
  return pageOf(
    `Colour terms of ${title}`,
    html`<header><h1>Colour terms of ${title}</h1></header>
<p>Residuals are the reference’s magnitudes minus the calibrated ones, every CCD with a zeropoint of its own.</p>
${filters.map(filterSection)}`,
    assets,
  )
}

function filterSection({ filter, fit }: FilterOnPage): Markup {
  const { rows, residualMag, k, kErr, c0 } = fit
  const { stars, color, band, system } = filter
  const colour = numbersOf(rows, (i) => stars.colour[i]!)
  const residualMmag = residualMag.map((value) => 1000 * value)
  const used = new Uint8Array(rows.length).fill(1)
  const without = numbersOf(residualMmag, (value, n) => value + 1000 * k * (colour[n]! - c0))
  const figure = (title: string, xLabel: string, x: Float64Array, shown: Float64Array) => {
    const drawn = residualFigure(
      { x, residualMmag: shown, used },
      { title: `${band}: ${title}`, xLabel, reachMmag: residualReachMmag(shown, used) },
    )
    return html`<figure>${trusted(inlineSvg(drawn))}</figure>`
  }
  return html`<h2>${band} (${system}${filter.filter === null ? '' : `, filter ${filter.filter}`})</h2>
<p>${termFormula(filter, fit)}</p>
<dl class="key">
<div><dt>k</dt><dd>${signedText(k, 4)} ± ${kErr.toFixed(4)} mag per mag</dd></div>
<div><dt>stars</dt><dd>${fit.stars}</dd></div>
<div><dt>exposures</dt><dd>${fit.exposures}</dd></div>
<div><dt>scatter</dt><dd>${mmagText(fit.scatterMag)} mmag,
without the term ${mmagText(fit.scatterWithoutMag)}</dd></div>
</dl>
<div class="figures">
${figure('without the term', `${color} [mag]`, colour, without)}
${figure('with it', `${color} [mag]`, colour, residualMmag)}
${figure(
  'against magnitude',
  'magnitude of the reference [mag]',
  numbersOf(rows, (i) => stars.refMag[i]!),
  residualMmag,
)}
</div>
${offsetTable(html`<h3>${`${band}: by colour`}</h3>`, fit.byColour)}
${offsetTable(html`<h3>${`${band}: by magnitude`}</h3>`, fit.byMagnitude)}
<h3>${band}: by exposure</h3>
<table><thead><tr><th>exposure</th><th>k [mag per mag]</th><th>error</th></tr></thead>
<tbody>${fit.byExposure.map(
    (one) =>
      html`<tr><th scope="row">${one.name}</th><td>${signedText(one.k, 4)}</td><td>${one.kErr.toFixed(4)}</td></tr>`,
  )}</tbody></table>`
}
