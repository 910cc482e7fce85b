import { median } from '../math/robust.js'
import { verdictFrom } from '../photometry/concern.js'
import type { CcdDocument, ResultDocument } from '../products/result-document.js'
import { offsetsFigure } from './figures/astrometry.js'
import { colourScale, type ColourScaleSpec } from './figures/colour-scale.js'
import type { Range } from './figures/axes.js'
import type { Figure } from './figures/figure.js'
import { focalPlaneFigure, type FocalPlaneCcd } from './figures/focal-plane.js'
import { pullFigure, separationFigure } from './figures/histograms.js'
import { residualFigure, residualReachMmag } from './figures/residuals.js'
import { zeropointByCcdFigure, type ZeropointBar } from './figures/zeropoint-by-ccd.js'
import type { CcdPlace } from './focal-geometry.js'
import { starsWhere, thinned, type PanelStars } from './panel-stars.js'
import { magText, markOf, mmagText } from './words.js'

/** A quantity of a CCD that the focal plane can be coloured by. */
interface FocalQuantity {
  readonly key: string
  /** On its button. */
  readonly name: string
  readonly title: string
  readonly map: ColourScaleSpec['map']
  readonly label: string
  readonly valueOf: (ccd: CcdDocument) => number | null
  readonly format: (value: number) => string
}

const mag3 = (value: number) => value.toFixed(3)
const whole = (value: number) => value.toFixed(0).replace('-', '−')
const tenth = (value: number) => value.toFixed(1)

/** What the focal plane shows: what each CCD's own stars say, and what was adopted in the light of the exposure. */
export function focalQuantities(ccds: readonly CcdDocument[]): FocalQuantity[] {
  const own = ccds.map(ownZeropoint).filter((value) => value !== null)
  const adopted = ccds.map(({ zeropoint }) => zeropoint).filter((value) => value !== null)
  const [ownMedian, adoptedMedian] = [median(own), median(adopted)]
  const from = (middle: number, value: number | null) => (value === null ? null : 1000 * (value - middle))
  return [
    {
      key: 'difference',
      name: 'difference',
      title: "Zeropoint of the CCD's own stars minus the median",
      map: 'difference',
      label: 'difference from the median [mmag]',
      valueOf: (ccd) => from(ownMedian, ownZeropoint(ccd)),
      format: whole,
    },
    {
      key: 'zeropoint',
      name: 'zeropoint',
      title: "Zeropoint of the CCD's own stars",
      map: 'quantity',
      label: 'zeropoint [mag]',
      valueOf: ownZeropoint,
      format: mag3,
    },
    {
      key: 'adopted-difference',
      name: 'adopted difference',
      title: 'Adopted zeropoint minus the median',
      map: 'difference',
      label: 'difference from the median [mmag]',
      valueOf: ({ zeropoint }) => from(adoptedMedian, zeropoint),
      format: whole,
    },
    {
      key: 'adopted',
      name: 'adopted',
      title: 'Adopted zeropoint',
      map: 'quantity',
      label: 'zeropoint [mag]',
      valueOf: ({ zeropoint }) => zeropoint,
      format: mag3,
    },
    {
      key: 'stars',
      name: 'stars',
      title: 'Stars used for the zeropoint',
      map: 'count',
      label: 'stars',
      valueOf: ({ cuts }) => cuts.used,
      format: whole,
    },
    {
      key: 'error',
      name: 'error',
      title: 'Statistical error of the adopted zeropoint',
      map: 'quantity',
      label: 'error [mmag]',
      valueOf: ({ zeropointErr }) => (zeropointErr === null ? null : 1000 * zeropointErr),
      format: tenth,
    },
    {
      key: 'scatter',
      name: 'scatter',
      title: 'Scatter of the stars about the zeropoint',
      map: 'quantity',
      label: 'scatter [mmag]',
      valueOf: ({ scatter }) => (scatter === null ? null : 1000 * scatter),
      format: tenth,
    },
  ]
}

/** What the CCD's own stars gave, before the exposure had its say. */
export function ownZeropoint({ outcome, zeropoint, own }: CcdDocument): number | null {
  if (own) return own.zeropoint
  return outcome === 'fitted' ? zeropoint : null
}

/** The focal plane in the colours of one quantity. */
export function exposureFocalPlane(
  ccds: readonly CcdDocument[],
  places: ReadonlyMap<number, CcdPlace>,
  { title, map, label, valueOf, format }: FocalQuantity,
  linked: boolean,
): Figure {
  const values = ccds.map((ccd) => ({ ccd, value: valueOf(ccd) }))
  const scale = colourScale({
    map,
    label,
    format,
    values: values.flatMap(({ value }) => (value === null ? [] : [value])),
  })
  const cells = values.map(({ ccd, value }): FocalPlaneCcd => ({
    ccd: ccd.ccd,
    outline: places.get(ccd.ccd)!.outline,
    value,
    mark: markOf(ccd),
    words: ccdInWords(ccd),
  }))
  return focalPlaneFigure({ title, ccds: cells, scale, linked })
}

/** A CCD in a sentence: what a pointer, or a screen reader, gets. */
export function ccdInWords(document: CcdDocument): string {
  const { ccd, zeropoint, zeropointErr, outcome, cuts } = document
  const number =
    zeropoint === null ? 'no zeropoint' : `${magText(zeropoint)} ± ${mmagText(zeropointErr)} mmag, ${outcome}`
  return `CCD ${ccd}: ${number}, ${cuts.used} stars, ${verdictFrom(document.concerns)}`
}

export function exposureZeropoints({ ccds, solution }: ResultDocument, linked: boolean): Figure {
  const bars = ccds.flatMap((ccd): ZeropointBar[] => {
    const { zeropoint, zeropointErr } = ccd
    const mark = markOf(ccd)
    return zeropoint === null || zeropointErr === null || mark === 'none'
      ? []
      : [{ ccd: ccd.ccd, zeropoint, zeropointErr, kind: mark, words: ccdInWords(ccd) }]
  })
  return zeropointByCcdFigure('Zeropoint against CCD number', bars, solution?.zeropoint ?? null, linked)
}

/** Residuals of all CCDs' stars, pulls and separations; at most this many stars are drawn one by one. */
export function exposureResiduals(
  all: PanelStars,
  mostDrawn: number,
  radiusArcsec: number,
  [columns, rows]: readonly [columns: number, rows: number],
): Figure[] {
  const measured = starsWhere(all, (i) => Number.isFinite(all.residualMmag[i]))
  const some = thinned(measured, mostDrawn)
  const { used, residualMmag } = some
  const reachMmag = residualReachMmag(all.residualMmag, all.used)
  const note = some === measured ? undefined : `${some.used.length} of ${measured.used.length} drawn`
  const against = (title: string, xLabel: string, x: Float64Array, xRange?: Range) =>
    residualFigure(
      { x, residualMmag, used },
      {
        title,
        xLabel,
        reachMmag,
        ...(note === undefined ? {} : { note }),
        ...(xRange === undefined ? {} : { xRange }),
      },
    )
  const pulls = Array.from(all.pull).filter((pull, i) => all.used[i] === 1 && Number.isFinite(pull))
  return [
    against('Residual against magnitude', 'standard magnitude [mag]', some.mag),
    against('Residual against colour', 'colour [mag]', some.colour),
    against('Residual against x on the chip', 'x [pixel]', some.x, [0, columns]),
    against('Residual against y on the chip', 'y [pixel]', some.y, [0, rows]),
    against('Residual against separation', 'separation [arcsec]', some.separationArcsec, [0, radiusArcsec]),
    pullFigure('Pulls of the used stars', pulls),
    separationFigure('Separation of detection and star', Array.from(all.separationArcsec), radiusArcsec),
  ]
}

export function exposureOffsets(ccds: readonly CcdDocument[], places: ReadonlyMap<number, CcdPlace>): Figure {
  return offsetsFigure(
    'Astrometric offset of each CCD, detection minus star',
    ccds.flatMap(({ ccd, astrometry: { raOffsetArcsec, decOffsetArcsec } }) =>
      raOffsetArcsec === null || decOffsetArcsec === null
        ? []
        : [{ ...places.get(ccd)!, ccd, raOffsetArcsec, decOffsetArcsec }],
    ),
  )
}
