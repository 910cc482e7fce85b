import { factsOfSystem } from '../../camera/photometric-systems.js'
import { magnitudeScale } from '../../photometry/magnitude-scale.js'
import type { CcdDocument, ResultDocument } from '../../products/result-document.js'
import { termInWords } from '../../photometry/quality/term-concern.js'
import { html, type Markup } from '../html.js'

/** Products in the same directory, and the photometric system that they carry. */
export interface BesideProduct {
  readonly file: string
  readonly system: string
}

/** What the magnitudes of a result are, in words. */
function magnitudesOf(ccd: CcdDocument, band: string): string {
  const scale = magnitudeScale(ccd) ?? 'neither AB nor Vega is stated'
  if (ccd.system === 'des-ab') return `the camera’s ${band} band on the AB system of DES`
  if (ccd.system === 'catalog') return `the catalogue’s own magnitude, without a colour term (${scale})`
  const facts = factsOfSystem(ccd.system)
  return facts === undefined ? 'unknown' : `${facts.title} magnitudes (${scale}), by the camera’s ${band} filter`
}

/** More files than this are counted, not listed. */
const MAX_LISTED = 6

/** Which system the magnitudes are on, whence, and what is beside them. */
export function systemSection(
  { ccds, exposure, provenance }: ResultDocument,
  beside: readonly BesideProduct[],
): Markup {
  const { system, catalog, relation, colourTerm } = ccds[0]!
  const others = beside.filter((product) => product.system !== system)
  const listed = others.slice(0, MAX_LISTED).map(({ file, system: other }) => `${file} (${other})`)
  const mixed =
    others.length === 0
      ? html`<p>${
          beside.length === 0
            ? 'There is no other product beside it.'
            : `All products beside it are ` + `on the same system.`
        }</p>`
      : html`<p class="warning"><strong>${others.length} ${
          others.length === 1 ? 'product' : 'products'
        } beside it of another photometric system:</strong> ${listed.join(', ')}${
          others.length > listed.length ? ' and more' : ''
        }. Mixed systems corrupt difference imaging.</p>`
  return html`<h2 id="system">Photometric system</h2>
<dl class="facts">
<dt>system</dt><dd>${system}: ${magnitudesOf(ccds[0]!, exposure.band)}</dd>
<dt>catalogue</dt><dd>${catalog}, manifest <code>${provenance.catalogHash.slice(0, 12)}</code></dd>
<dt>relation</dt><dd>${relation}</dd>
${
  colourTerm === undefined
    ? null
    : html`<dt>colour term</dt><dd>${termInWords(colourTerm)}</dd>
`
}<dt>convention</dt><dd>m = −2.5 log<sub>10</sub>(flux) + zeropoint,
per unit of the image’s flux, exposure time included</dd>
</dl>
${mixed}`
}
