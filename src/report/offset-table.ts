import type { Offset } from '../validate/offsets.js'
import { html, type Markup } from './html.js'
import { mmagDifference, mmagText } from './words.js'

/** Offsets of parts of the stars under a heading; nothing if there are none. */
export function offsetTable(heading: Markup, offsets: readonly Offset[]): Markup {
  if (offsets.length === 0) return html``
  return html`${heading}
<table><thead><tr><th>stars</th><th>number</th><th>offset [mmag]</th><th>error [mmag]</th></tr></thead>
<tbody>${offsets.map(
    ({ of, stars, offsetMag, offsetErrMag }) =>
      html`<tr><th scope="row">${of}</th><td>${stars}</td><td>${mmagDifference(offsetMag)}</td>
<td>${mmagText(offsetErrMag)}</td></tr>`,
  )}</tbody></table>`
}
