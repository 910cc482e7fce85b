import type { ResultDocument } from '../../products/result-document.js'
import { html, type Markup } from '../html.js'
import { methodsBibtex, methodsOf } from '../methods/methods.js'
import type { ReportStars } from '../report-stars.js'

/** A paragraph for a paper, and the entries of what it cites. */
export function methodsSection(document: ResultDocument, stars: ReadonlyMap<number, ReportStars>): Markup {
  const methods = methodsOf(document, stars)
  return html`<h2 id="methods">For a paper</h2>
<p>${methods.text}</p>
<details><summary>${methods.citations.length} references in BibTeX</summary>
<pre>${methodsBibtex(methods)}</pre></details>`
}
