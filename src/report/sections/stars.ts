import { largestOf, smallestOf } from '../../math/extremes.js'
import { median } from '../../math/robust.js'
import type { CcdDocument, ResultDocument } from '../../products/result-document.js'
import { exposureOffsets, exposureResiduals } from '../exposure-figures.js'
import { inlineSvg, type Figure } from '../figures/figure.js'
import type { CcdPlace } from '../focal-geometry.js'
import { html, trusted, type Markup } from '../html.js'
import { joined, type PanelStars } from '../panel-stars.js'
import { mmagDifference, mmagText, signedText } from '../words.js'

/** Maximum number of stars drawn one by one in each of the exposure's figures. */
const MAX_DRAWN = 1500

const figures = (all: readonly Figure[]) =>
  html`<div class="figures">${all.map((figure) => html`<figure>${trusted(inlineSvg(figure))}</figure>`)}</div>`

/** Residuals of all stars against what might bend them. */
export function residualsSection(
  stars: readonly PanelStars[],
  radiusArcsec: number,
  chip: readonly [columns: number, rows: number],
): Markup {
  if (stars.length === 0)
    return html`<h2 id="residuals">Residuals</h2><p>The matches of this exposure (matches_*.parquet) are not there.</p>`
  return html`<h2 id="residuals">Residuals</h2>
<p class="small">Standard magnitude minus calibrated magnitude. Dots are stars that the zeropoint stands on,
crosses those that were rejected, triangles lie beyond the frame; the line is the running median of the used.</p>
${figures(exposureResiduals(joined(stars), MAX_DRAWN, radiusArcsec, chip))}`
}

/** Where the detections lie against the catalogue. */
export function astrometrySection({ ccds }: ResultDocument, places: ReadonlyMap<number, CcdPlace>): Markup {
  const measured = ccds.filter(({ astrometry }) => astrometry.raOffsetArcsec !== null)
  if (measured.length === 0)
    return html`<h2 id="astrometry">Astrometry</h2>
<p>No CCD shows an offset beyond chance: too few pairs, or a catalogue of another field.</p>`
  const of = (value: (ccd: CcdDocument) => number) => signedText(median(measured.map(value)), 3)
  const moved = measured.filter(({ astrometry }) => astrometry.applied)
  return html`<h2 id="astrometry">Astrometry</h2>
<p>Median over the CCDs: ${of(({ astrometry }) => astrometry.raOffsetArcsec!)} arcsec east, ${of(
    ({ astrometry }) => astrometry.decOffsetArcsec!,
  )} north; scatter of the stars ${of(({ astrometry }) => astrometry.scatterArcsec ?? 0)} arcsec per axis. ${
    moved.length === 0
      ? 'No CCD had to be moved before the match.'
      : `Moved before the match: ${moved.map(({ ccd }) => ccd).join(', ')}. RA and DEC of the products are as ` +
        `measured, off by ${moved.map(offsetText).join('; ')}.`
  }</p>
${measured.length < 2 ? null : figures([exposureOffsets(measured, places)])}`
}

/** `12.30 arcsec east, -4.00 north (CCD 7)`, and the turn if there is one. */
function offsetText({ ccd, astrometry: { raOffsetArcsec, decOffsetArcsec, rotationDeg } }: CcdDocument): string {
  const turn = rotationDeg === undefined ? '' : `, turned by ${rotationDeg.toFixed(3)} deg`
  return `${signedText(raOffsetArcsec!, 2)} arcsec east, ${signedText(decOffsetArcsec!, 2)} north${turn} (CCD ${ccd})`
}

/** How deep the exposure goes. */
export function depthSection({ ccds }: ResultDocument): Markup {
  const known = ccds.flatMap(({ ccd, diagnostics: { expectation, fwhmArcsec } }) =>
    expectation && expectation.depth5Sigma !== null
      ? [{ ccd, depth: expectation.depth5Sigma, usual: expectation.expectedDepth5Sigma, fwhmArcsec }]
      : [],
  )
  if (known.length === 0)
    return html`<h2 id="depth">Depth</h2>
<p>Not known: the image header does not say enough, or no CCD has a zeropoint.</p>`
  const usual = known.flatMap((one) => (one.usual === null ? [] : [one.usual]))
  const widths = known.flatMap((one) => (one.fwhmArcsec === null ? [] : [one.fwhmArcsec]))
  const shallowest = known.reduce((least, one) => (one.depth < least.depth ? one : least))
  return html`<h2 id="depth">Depth</h2>
<p>Point sources reach 5 sigma at ${median(known.map(({ depth }) => depth)).toFixed(2)} mag in the median of the CCDs${
    usual.length === 0 ? null : html`; a dark clear night with this seeing gives ${median(usual).toFixed(2)}`
  }.${
    known.length < 2 ? null : html` Shallowest: CCD ${shallowest.ccd}, ${shallowest.depth.toFixed(2)}.`
  }${widths.length === 0 ? null : html` Seeing as delivered: ${median(widths).toFixed(2)} arcsec FWHM.`}</p>`
}

/** The numbers to compare with those of the original. */
export function originalSection({ ccds }: ResultDocument): Markup {
  const differences = ccds.map(({ minusOriginal }) => minusOriginal).filter((value) => value !== null)
  const system = ccds[0]!.system
  if (differences.length === 0)
    return html`<h2 id="original">Against the original</h2>
<p>The original’s selection leaves no number to compare with.</p>`
  const middle = median(differences)
  return html`<h2 id="original">Against the original</h2>
<p>The original’s selection and its three passes of a 3 sigma clip, on the catalogue’s own magnitude,
give a zeropoint that differs by ${mmagDifference(
    middle,
    0,
  )} mmag in the median (ours minus the original’s), from ${mmagDifference(
    smallestOf(differences),
    0,
  )} to ${mmagDifference(largestOf(differences), 0)}.
${
  system !== 'catalog'
    ? 'Most of that is the change of system, the field’s mean colour; its ' +
      'scatter from CCD to CCD is what the colour term removes.'
    : ''
}</p>
<p class="small">Median error that the original would quote: ${mmagText(
    median(ccds.map(({ sigmaClip }) => sigmaClip.zeropointErr).filter((value) => value !== null)),
  )} mmag; ours ${mmagText(
    median(ccds.map(({ zeropointErr }) => zeropointErr).filter((value) => value !== null)),
  )}.</p>`
}
