import { verdictFrom } from '../photometry/concern.js'
import type { CcdDocument } from '../products/result-document.js'
import type { Range } from './figures/axes.js'
import { starOffsetsFigure } from './figures/astrometry.js'
import { chipFigure } from './figures/ccd-stars.js'
import { inlineSvg, type Figure } from './figures/figure.js'
import { residualFigure, residualReachMmag } from './figures/residuals.js'
import { waterfallFigure, type WaterfallStep } from './figures/waterfall.js'
import { html, trusted, type Markup } from './html.js'
import type { CarriedStars } from './panel-stars.js'
import { cutWords, depthText, magText, mmagDifference, mmagText, signedText } from './words.js'

/** What the page carries of a CCD's result. */
export type PanelCcd = Omit<
  CcdDocument,
  'own' | 'reason' | 'verdict' | 'system' | 'catalog' | 'relation' | 'systematicErr' | 'diagnostics'
> & {
  readonly diagnostics: Pick<CcdDocument['diagnostics'], 'expectation' | 'crossCheck' | 'fwhmArcsec'>
}

/** The detectors of an exposure, which are alike. */
export interface ChipShape {
  /** Columns and rows. */
  readonly extent: readonly [columns: number, rows: number]
  /** Whether y runs east and x south: the figure is then turned to lie as on the sky. */
  readonly turned: boolean
}

/** Leaves out of a CCD's result what is shown elsewhere on the page or not at all. */
export function panelCcd({
  own: _own,
  reason: _reason,
  verdict: _verdict,
  system: _system,
  catalog: _catalog,
  relation: _relation,
  systematicErr: _systematicErr,
  diagnostics,
  ...rest
}: CcdDocument): PanelCcd {
  const { expectation, crossCheck, fwhmArcsec } = diagnostics
  return { ...rest, diagnostics: { expectation, crossCheck, fwhmArcsec } }
}

/**
 * One CCD in full: its number, what is off, its stars on the chip, its residuals, what each cut took. The page's script
 * shows it when a CCD is chosen.
 */
export function ccdPanel(ccd: PanelCcd, chip: ChipShape, stars: CarriedStars | undefined, shown: string): Markup {
  const { zeropoint, zeropointErr, cuts, sigmaClip, astrometry } = ccd
  const { expectation, crossCheck } = ccd.diagnostics
  const numbers: [string, string][] = [
    [
      'zeropoint',
      zeropoint === null ? 'none' : `${magText(zeropoint)} ± ${mmagText(zeropointErr)} mmag, ${ccd.outcome}`,
    ],
    ['own share', `${Math.round(100 * ccd.ownFraction)} %`],
    ['scatter of the stars', `${mmagText(ccd.scatter)} mmag`],
    ['stars', `${cuts.used} used of ${cuts.matched} matched, ${cuts.selected} selected`],
    [
      'the original would say',
      sigmaClip.zeropoint === null
        ? 'none'
        : `${magText(sigmaClip.zeropoint)} ± ${mmagText(sigmaClip.zeropointErr)} mmag ` +
          `(ours is ${mmagDifference(ccd.minusOriginal, 0)})`,
    ],
    [
      'astrometric offset',
      astrometry.raOffsetArcsec === null
        ? 'none beyond chance'
        : `${signedText(astrometry.raOffsetArcsec, 3)} east, ` +
          `${signedText(astrometry.decOffsetArcsec!, 3)} north, arcsec${astrometry.applied ? ', taken out' : ''}`,
    ],
    [
      'seeing',
      ccd.diagnostics.fwhmArcsec === null ? 'unknown' : `${ccd.diagnostics.fwhmArcsec.toFixed(2)} arcsec FWHM`,
    ],
    [
      'expected zeropoint',
      expectation === null
        ? 'unknown'
        : `${expectation.zeropoint.toFixed(2)} in ${expectation.unit}, transparency ` +
          `${Math.round(100 * expectation.transparency)} %`,
    ],
    ['5 sigma depth', depthText(ccd)],
    [
      'second estimator',
      crossCheck === null
        ? 'none'
        : `${magText(crossCheck.zeropoint)} ± ${mmagText(crossCheck.zeropointErr)} mmag, ` +
          `${crossCheck.differenceSigma.toFixed(1)} sigma away`,
    ],
    ['ZeroPoint_FLAGS', String(ccd.flag)],
  ]
  return html`<h3 id="ccd-title" tabindex="-1">CCD ${ccd.ccd}</h3>
<p class="verdict">${verdictFrom(ccd.concerns)}</p>
${ccd.concerns
  .filter(({ severity }) => severity === 'hint')
  .map(({ sentence }) => html`<p class="small">${sentence}</p>`)}
<dl class="numbers">${numbers.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<div class="figures">${ccdFigures(ccd, chip, stars).map(
    (figure) => html`<figure>${trusted(inlineSvg(figure))}</figure>`,
  )}</div>
<p class="small">${shown}</p>`
}

function ccdFigures(ccd: PanelCcd, chip: ChipShape, stars: CarriedStars | undefined): Figure[] {
  const waterfall = waterfallFigure('From detections to used stars', waterfallSteps(ccd))
  if (stars === undefined || stars.used.length === 0) return [waterfall]
  const { used, residualMmag } = stars
  const reachMmag = residualReachMmag(residualMmag, used)
  const residual = (title: string, xLabel: string, x: Float64Array, xRange?: Range) =>
    residualFigure({ x, residualMmag, used }, { title, xLabel, reachMmag, ...(xRange === undefined ? {} : { xRange }) })
  return [
    chipFigure(chip.turned ? 'Stars on the chip, as on the sky' : 'Stars on the chip', stars, chip),
    waterfall,
    residual('Residual against magnitude', 'standard magnitude [mag]', stars.mag),
    residual('Residual against colour', 'colour [mag]', stars.colour),
    residual('Residual against x', 'x [pixel]', stars.x, [0, chip.extent[0]]),
    residual('Residual against y', 'y [pixel]', stars.y, [0, chip.extent[1]]),
    starOffsetsFigure('Detection minus star', stars.eastArcsec, stars.northArcsec, used, 1),
  ]
}

/** Detections, what each cut took, what was left. */
function waterfallSteps({ cuts, lost }: Pick<CcdDocument, 'cuts' | 'lost'>): WaterfallStep[] {
  const names = Object.keys(lost)
  const at = names.indexOf('unmatched')
  const took = (some: readonly string[]) =>
    some
      .filter((name) => (lost as Readonly<Record<string, number>>)[name]! > 0)
      .map((name): WaterfallStep => ({
        words: cutWords(name),
        count: (lost as Readonly<Record<string, number>>)[name]!,
        kind: 'lost',
      }))
  return [
    { words: 'detections', count: cuts.detections, kind: 'left' },
    ...took(names.slice(0, at)),
    { words: 'selected', count: cuts.selected, kind: 'left' },
    ...took(names.slice(at, at + 1)),
    { words: 'matched', count: cuts.matched, kind: 'left' },
    ...took(names.slice(at + 1)),
    { words: 'used', count: cuts.used, kind: 'left' },
  ]
}
