import { verdictFrom } from '../../photometry/concern.js'
import type { CcdDocument, ResultDocument } from '../../products/result-document.js'
import { ccdNames } from '../ccd-names.js'
import { exposureFocalPlane, exposureZeropoints, focalQuantities } from '../exposure-figures.js'
import { inlineSvg } from '../figures/figure.js'
import type { CcdPlace } from '../focal-geometry.js'
import { html, trusted, type Markup } from '../html.js'
import { magText, markOf, mmagDifference, mmagText } from '../words.js'

/** How the CCDs fared in sentences: how many of each outcome, the worst by name. */
export function outcomesSection({ ccds, failed = [], missing = [] }: ResultDocument): Markup {
  const withOutcome = (outcome: string) => ccds.filter((ccd) => ccd.outcome === outcome)
  const named = (some: readonly CcdDocument[]) =>
    some.length === 0 ? '' : ` (${ccdNames(some.map(({ ccd }) => ccd))})`
  const [borrowed, none] = [withOutcome('borrowed'), withOutcome('none')]
  const numbered = ccds.filter((ccd) => ccd.zeropointErr !== null)
  const least = (value: (ccd: CcdDocument) => number) =>
    numbered.reduce<CcdDocument | undefined>(
      (best, ccd) => (best === undefined || value(ccd) < value(best) ? ccd : best),
      undefined,
    )
  const [largestError, fewestStars, largestScatter] = [
    least((ccd) => -ccd.zeropointErr!),
    least((ccd) => ccd.cuts.used),
    least((ccd) => -(ccd.scatter ?? 0)),
  ]
  const worst =
    numbered.length < 2
      ? null
      : html`<p>Largest error: CCD ${largestError!.ccd}, ${mmagText(
          largestError!.zeropointErr,
        )} mmag. Fewest stars: CCD ${fewestStars!.ccd}, ${
          fewestStars!.cuts.used
        }. Largest scatter: CCD ${largestScatter!.ccd}, ${mmagText(largestScatter!.scatter)} mmag.</p>`
  const without = (list: readonly number[], words: string) =>
    list.length === 0 ? null : html`<p>${ccdNames(list)}: ${words}.</p>\n`
  return html`<h2 id="outcomes">CCDs</h2>
<p>${withOutcome('fitted').length} fitted from their own stars, ${
    borrowed.length
  } borrowed from the exposure${named(borrowed)}, ${none.length} without a zeropoint${named(none)}.</p>
${without(
  failed.map(({ ccd }) => ccd),
  'could not be calibrated, and took no part',
)}${without(missing, 'missing: no catalogue of detections, or in a merge no products')}${worst}`
}

/** The focal plane as the way to the CCDs: one figure per quantity. */
export function focalPlaneSection(document: ResultDocument, places: ReadonlyMap<number, CcdPlace>): Markup {
  const quantities = focalQuantities(document.ccds)
  const planes = quantities.map(
    (quantity, i) =>
      html`<figure class="plane${i === 0 ? ' is-chosen' : ''}" id="plane-${quantity.key}">${trusted(
        inlineSvg(exposureFocalPlane(document.ccds, places, quantity, true), 'group'),
      )}</figure>`,
  )
  return html`<div class="planes"><h2 id="focal-plane">Focal plane</h2>
<div class="quantities needs-script" role="group" aria-label="Colour the focal plane by">${quantities.map(
    ({ key, name }, i) =>
      html`<button type="button" data-plane="plane-${key}" aria-pressed="${
        i === 0 ? 'true' : 'false'
      }">${name}</button>`,
  )}</div>
${planes}
<p class="small needs-script">A click on a CCD, or Enter after the Tab and arrow keys,
opens its stars, residuals and cuts; Escape closes it.</p>
</div>`
}

/** The zeropoints in a row, and the place where the chosen CCD is shown. */
export function zeropointsSection(document: ResultDocument): Markup {
  return html`<section id="ccd" hidden aria-live="polite" aria-labelledby="ccd-title"></section>
<figure>${trusted(inlineSvg(exposureZeropoints(document, true), 'group'))}</figure>`
}

interface TableColumn {
  readonly name: string
  readonly text: (ccd: CcdDocument) => string
  /** What the column is sorted by; its text if absent. */
  readonly key?: (ccd: CcdDocument) => number | null
  readonly words?: boolean
}

const COLUMNS: readonly TableColumn[] = [
  { name: 'zeropoint [mag]', text: ({ zeropoint }) => magText(zeropoint), key: ({ zeropoint }) => zeropoint },
  { name: 'error [mmag]', text: ({ zeropointErr }) => mmagText(zeropointErr), key: ({ zeropointErr }) => zeropointErr },
  { name: 'outcome', text: markOf, words: true },
  {
    name: 'own share [%]',
    text: ({ ownFraction }) => (100 * ownFraction).toFixed(0),
    key: ({ ownFraction }) => ownFraction,
  },
  { name: 'scatter [mmag]', text: ({ scatter }) => mmagText(scatter), key: ({ scatter }) => scatter },
  { name: 'selected', text: ({ cuts }) => String(cuts.selected), key: ({ cuts }) => cuts.selected },
  { name: 'matched', text: ({ cuts }) => String(cuts.matched), key: ({ cuts }) => cuts.matched },
  { name: 'used', text: ({ cuts }) => String(cuts.used), key: ({ cuts }) => cuts.used },
  {
    name: 'minus the original’s [mmag]',
    text: (ccd) => mmagDifference(ccd.minusOriginal, 0),
    key: ({ minusOriginal }) => minusOriginal,
  },
  { name: 'verdict', text: ({ concerns }) => verdictFrom(concerns), words: true },
]

/** All CCDs as a table that can be sorted by any column. */
export function tableSection({ ccds }: ResultDocument): Markup {
  const head = (name: string, words: boolean) =>
    html`<th scope="col"${words ? trusted(' class="text"') : null}>${name}</th>`
  const row = (ccd: CcdDocument) =>
    html`<tr id="ccd-${ccd.ccd}" data-ccd="${ccd.ccd}">
<th scope="row" data-key="${ccd.ccd}"><a href="#ccd-${ccd.ccd}">${ccd.ccd}</a></th>${COLUMNS.map(
      ({ name, text, key, words = false }) => {
        const sorted = key?.(ccd) ?? null
        return html`<td${
          words ? trusted(name === 'verdict' ? ' class="text long"' : ' class="text"') : null
        }${key ? html` data-key="${sorted ?? ''}"` : null}>${text(ccd)}</td>`
      },
    )}</tr>`
  return html`<h2 id="table">All CCDs</h2>
<div class="wide"><table class="sortable">
<caption>${ccds.length} CCDs<span class="needs-script">; a column’s name sorts by it</span></caption>
<thead><tr>${head('CCD', false)}${COLUMNS.map(({ name, words = false }) => head(name, words))}</tr></thead>
<tbody>
${ccds.map((ccd) => html`${row(ccd)}\n`)}</tbody></table></div>`
}
