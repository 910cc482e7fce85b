import type { TieDocument } from '../tied-products/document.js'
import { ADVICE } from '../tied-products/document.js'
import type { ProductsTie } from '../tied-products/tie-input.js'
import type { TieResult } from '../tie/result.js'
import { html } from './html.js'
import { pageOf, type PageAssets } from './page.js'
import { mmagDifference, mmagText } from './words.js'

/** A page: the network of exposures, what is left on the CCDs, the levels of the catalogues. */
export function tiePage(document: TieDocument, _tie: ProductsTie, _result: TieResult, assets: PageAssets): string {
  const { tie, verdict, concerns, band, system, exposures, catalogs, anchor } = document
  const reasons =
    concerns.length === 0
      ? null
      : html`<ul class="reasons">${concerns.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>`
  const body = html`<header><h1>${`${tie}, ${band}: search and templates tied`}</h1></header>
<p class="verdict">${ADVICE[verdict]}</p>
${reasons}
<dl class="key">
<div><dt>system</dt><dd>${system}</dd></div>
<div><dt>common level</dt><dd>${anchor} ± ${mmagText(document.levelErr)} mmag</dd></div>
<div><dt>scatter of CCDs</dt><dd>${mmagText(document.ccdScatter)} mmag</dd></div>
<div><dt>pattern inside CCDs</dt><dd>${mmagText(document.patternRms)} mmag</dd></div>
</dl>
<h2>Exposures</h2>
<table><thead><tr><th>exposure</th><th>part</th><th>CCDs</th><th>tied</th><th>moved [mmag]</th></tr></thead>
<tbody>${exposures.map(
    (one) => html`<tr><th scope="row">${one.exposure}</th><td>${one.role}</td><td>${one.ccds}</td><td>${one.tied}</td>
<td>${mmagDifference(one.moved)}</td></tr>`,
  )}</tbody></table>
<h2>Catalogues</h2>
<table><thead><tr><th>catalogue</th><th>level [mmag]</th><th>error [mmag]</th></tr></thead>
<tbody>${catalogs.map(
    (one) => html`<tr><th scope="row">${one.catalog}</th><td>${mmagDifference(one.level)}</td>
<td>${mmagText(one.levelErr)}</td></tr>`,
  )}</tbody></table>`
  return pageOf(`${tie}: tied`, body, assets)
}
