import type { ResultDocument } from '../../products/result-document.js'
import { html, type Markup } from '../html.js'

/** Options and inputs: enough to do it again and get the same bytes. */
export function provenanceSection({ provenance, exposure }: ResultDocument): Markup {
  const { version, inputs, catalogHash, options } = provenance
  return html`<h2 id="provenance">Options and provenance</h2>
<dl class="facts">
<dt>bliss-calib</dt><dd>${version}</dd>
<dt>catalogue’s manifest</dt><dd><code>${catalogHash}</code></dd>
<dt>epoch</dt><dd>${
    exposure.epochYr === null
      ? 'unknown'
      : `${exposure.epochYr.toFixed(4)}, from ` + `${exposure.epochFrom ?? 'nothing'}`
  }</dd>
${Object.entries(options).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}
</dl>
<details><summary>${Object.keys(inputs).length} inputs with their SHA-256</summary>
<dl class="facts">${Object.entries(inputs).map(
    ([file, sha256]) => html`<dt>${file}</dt><dd><code>${String(sha256)}</code></dd>`,
  )}</dl></details>`
}
