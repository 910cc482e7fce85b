import { ccdNames } from '../ccd-names.js'
import type { Decision } from '../decision.js'
import { html, type Markup } from '../html.js'

/** More reasons than this are told in the table only. */
const MAX_REASONS = 8

/** GO, LOOK or STOP, why, and what to type. */
export function decisionSection({ word, headline, reasons, next }: Decision): Markup {
  const shown = reasons.slice(0, MAX_REASONS)
  const list = shown.map(
    ({ ccds, tag, severity, sentence }) =>
      html`<li><span class="tag ${severity}">${severity.toUpperCase()}</span>${
        ccds.length === 0
          ? null
          : html`<strong>${
              ccds.length === 1 && tag !== 'failed'
                ? html`<a href="#ccd-${ccds[0]!}">${ccdNames(ccds)}</a>`
                : ccdNames(ccds)
            }</strong>: `
      }${sentence}</li>`,
  )
  return html`<section class="decision ${word.toLowerCase()}" aria-label="Decision">
<p class="word">${word}</p>
<p class="headline">${headline}</p>
${reasons.length === 0 ? null : html`<ul class="reasons">${list}</ul>`}
${
  reasons.length > shown.length
    ? html`<p class="small">${reasons.length - shown.length} more in the table of CCDs.</p>`
    : null
}
<p>${next.words}</p>
<p class="command"><code id="command">${next.command}</code>
<button type="button" class="needs-script" data-copy="command">copy</button></p>
</section>`
}
