import { numbersOf } from '../math/select.js'
import type { Validation } from '../validate/validate.js'
import type { ValidatedStars } from '../validate/validated-stars.js'
import { inlineSvg } from './figures/figure.js'
import { residualFigure, residualReachMmag } from './figures/residuals.js'
import { html, trusted } from './html.js'
import { offsetTable } from './offset-table.js'
import { pageOf, type PageAssets } from './page.js'
import { mmagDifference, mmagText } from './words.js'

/** What is validated, in words. */
export interface ValidatedExposure {
  readonly exposure: string
  readonly band: string
  readonly system: string
  /** Catalogue that it was calibrated with, and the one that it is compared with. */
  readonly calibratedWith: string
  readonly against: string
}

/** A page: how calibrated magnitudes differ from those of a catalogue that was not used. */
export function validationPage(
  { exposure, band, system, calibratedWith, against }: ValidatedExposure,
  validation: Validation,
  stars: ValidatedStars,
  assets: PageAssets,
): string {
  const { offsetMag, offsetErrMag, statedErrMag, scatterMag, expectedScatterMag, pulls, ccdPulls, reasons } = validation
  const agrees = reasons.length === 0
  const residualMmag = numbersOf(stars.mag, (mag, i) => 1000 * (mag - stars.refMag[i]! - offsetMag))
  const reachMmag = residualReachMmag(residualMmag, stars.fitted)
  const figure = (title: string, xLabel: string, x: Float64Array) =>
    html`<figure>${trusted(
      inlineSvg(residualFigure({ x, residualMmag, used: stars.fitted }, { title, xLabel, reachMmag })),
    )}</figure>`
  const body = html`<header><h1>${exposure}, ${band}: validation against ${against}</h1></header>
<p class="verdict">${agrees ? 'Agrees.' : 'Does not agree:'}</p>
${agrees ? null : html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<dl class="key">
<div><dt>offset</dt><dd>${mmagDifference(offsetMag)} ± ${mmagText(offsetErrMag)} mmag</dd></div>
<div><dt>stated by both levels</dt><dd>${mmagText(statedErrMag)} mmag</dd></div>
<div><dt>stars</dt><dd>${validation.stars}</dd></div>
<div><dt>scatter</dt><dd>${mmagText(scatterMag)} mmag, expected ${mmagText(expectedScatterMag)}</dd></div>
<div><dt>pulls</dt><dd>${pulls.toFixed(2)}
${ccdPulls === null ? null : html`, of the CCDs ${ccdPulls.toFixed(2)}`}</dd></div>
</dl>
<p>Ours minus the catalogue’s, in ${system}. Calibrated with ${calibratedWith}. Dots: stars that the zeropoint was
fitted to; crosses: stars that took no part.</p>
<div class="figures">
${figure('Against magnitude', 'magnitude by the catalogue [mag]', stars.refMag)}
${figure('Against colour', 'colour by the catalogue [mag]', stars.colour)}
${figure('Against x', 'x [pixel]', stars.xImage)}
${figure('Against y', 'y [pixel]', stars.yImage)}
</div>
${[
  offsetTable(html`<h2>By magnitude</h2>`, validation.byMagnitude),
  offsetTable(html`<h2>By colour</h2>`, validation.byColour),
  offsetTable(html`<h2>By part in the fit</h2>`, validation.byPart),
  offsetTable(html`<h2>By place</h2>`, validation.byPlace),
]}`
  return pageOf(`${exposure} against ${against}`, body, assets)
}
