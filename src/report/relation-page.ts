import { numbersOf } from '../math/select.js'
import { raDifferenceDeg } from '../math/units.js'
import { coloursOf } from '../relation-fit/curve.js'
import type { Judgement } from '../relation-fit/judge.js'
import { comparedBy, readingsOf, type RelationSample } from '../relation-fit/sample.js'
import type { BandRelation } from '../catalog/relation.js'
import type { Offset } from '../validate/offsets.js'
import { inlineSvg } from './figures/figure.js'
import { residualFigure, residualReachMmag } from './figures/residuals.js'
import { html, trusted, type Markup } from './html.js'
import { offsetTable } from './offset-table.js'
import { pageOf, type PageAssets } from './page.js'
import { mmagDifference, mmagText } from './words.js'

/** One band of a page: the relation, the stars and what they say. */
export interface BandOnPage {
  readonly band: string
  readonly relation: BandRelation
  /** As it is written on paper. */
  readonly formula: string
  readonly sample: RelationSample
  readonly judgement: Judgement
  /** What else is said of it, a line each. */
  readonly lines: readonly string[]
  /** Why it does not hold; none of a fit. */
  readonly reasons: readonly string[]
  /** Further rows of offsets with a title: fields left out. */
  readonly tables: readonly { readonly title: string; readonly offsets: readonly Offset[] }[]
}

/** What the residuals of a page are. */
export const introOf = (reference: { readonly title: string }, truth: { readonly title: string }): string =>
  `Residuals are the magnitudes of ${truth.title} minus those that the relation makes of ${reference.title}.`

/** A page: residuals of relations by colour, magnitude, place and field. */
export function relationPage(
  { title, intro }: { readonly title: string; readonly intro: string },
  bands: readonly BandOnPage[],
  assets: PageAssets,
): string {
  return pageOf(
    title,
    html`<header><h1>${title}</h1></header>
<p>${intro}</p>
${bands.map(bandSection)}`,
    assets,
  )
}

function bandSection({ band, relation, formula, sample, judgement, lines, reasons, tables }: BandOnPage): Markup {
  const { stars, level, medianMag, medianErrMag, scatterMag, pulls } = judgement
  const compared = comparedBy(sample, relation)
  const residualMmag = numbersOf(compared.mag, (mag, i) => 1000 * (mag - compared.refMag[i]!))
  const { field, fields } = sample.sky
  const one = fields.length === 1
  const all = new Uint8Array(residualMmag.length).fill(1)
  const reachMmag = residualReachMmag(residualMmag, all)
  const figure = (title: string, xLabel: string, x: ArrayLike<number>) => {
    const shown = { x, residualMmag, used: all }
    const drawn = residualFigure(shown, { title: `${band}: ${title}`, xLabel, reachMmag })
    return html`<figure>${trusted(inlineSvg(drawn))}</figure>`
  }
  const east = numbersOf(sample.stars.raDeg, (ra, i) => raDifferenceDeg(ra, fields[field[i]!]!.raDeg))
  const north = numbersOf(sample.stars.decDeg, (dec, i) => dec - fields[field[i]!]!.decDeg)
  const ofField = one ? '' : ' of its field'
  return html`<h2>${band}</h2>
<p>${formula}</p>
${reasons.length === 0 ? null : html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<dl class="key">
<div><dt>level, true minus predicted</dt>
<dd>${mmagDifference(level.offsetMag)} ± ${mmagText(level.offsetErrMag)} mmag</dd></div>
<div><dt>median</dt><dd>${mmagDifference(medianMag)} ± ${mmagText(medianErrMag)} mmag</dd></div>
<div><dt>scatter</dt><dd>${mmagText(scatterMag)} mmag</dd></div>
<div><dt>pulls</dt><dd>${pulls.toFixed(2)}</dd></div>
<div><dt>stars</dt><dd>${stars}</dd></div>
</dl>
${lines.map((line) => html`<p>${line}</p>`)}
<div class="figures">
${figure('against colour', `${relation.colour} [mag]`, coloursOf(sample, relation))}
${figure('against magnitude', `${relation.base} [mag]`, readingsOf(sample, relation).mags.base!)}
${figure('against right ascension', `RA from the middle${ofField} [deg]`, east)}
${figure('against declination', `Dec from the middle${ofField} [deg]`, north)}
</div>
${[
  { title: 'By magnitude', offsets: judgement.byMagnitude },
  { title: 'By colour', offsets: judgement.byColour },
  { title: 'By field', offsets: one ? [] : judgement.byField },
  { title: 'By place', offsets: judgement.byPlace },
  ...tables,
].map(({ title, offsets }) => offsetTable(html`<h3>${`${band}: ${title.toLowerCase()}`}</h3>`, offsets))}`
}
