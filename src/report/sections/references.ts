import { median } from '../../math/robust.js'
import type { ResultDocument } from '../../products/result-document.js'
import { html, type Markup } from '../html.js'

const mmag = (mag: number): string => `${mag < 0 ? '−' : '+'}${(1000 * Math.abs(mag)).toFixed(1)}`

/** What each of several catalogues contributed; nothing if there was one. */
export function referencesSection({ ccds }: ResultDocument): Markup {
  const several = ccds.filter(({ references }) => references !== undefined)
  if (several.length === 0) return html``
  const rows = several[0]!.references!.map((first, k) => {
    const shares = several.map(({ references }) => references![k]!)
    const stars = shares.reduce((sum, one) => sum + one.stars, 0)
    const share = shares.reduce((sum, one) => sum + one.share, 0) / shares.length
    const apart = several.flatMap(({ zeropoint, references }) => {
      const { zeropointAlone } = references![k]!
      return zeropoint === null || zeropointAlone === null ? [] : [zeropointAlone - zeropoint]
    })
    return html`<tr><th scope="row">${first.catalog}</th><td>${stars}</td><td>${(100 * share).toFixed(0)} %</td>
<td>${mmag(first.offsetMag)} ± ${(1000 * first.offsetErrMag).toFixed(1)}</td>
<td>${(1000 * first.systematicErrMag).toFixed(0)}</td><td>${first.scatterFactor.toFixed(2)}</td>
<td>${apart.length === 0 ? '' : mmag(median(apart))}</td></tr>`
  })
  return html`<h2 id="references">Reference catalogues</h2>
<p>Every star has the weighted mean of what the catalogues give, each less its offset from the level that they have in
common. Offsets are found from the stars that they share.</p>
<table><thead><tr><th>catalogue</th><th>stars used</th><th>weight</th><th>offset [mmag]</th>
<th>stated error of its level [mmag]</th><th>scatter, of the stated</th>
<th>alone, minus together [mmag]</th></tr></thead>
<tbody>${rows}</tbody></table>`
}
