import { robustPlane, planeAt } from '../photometry/exposure/plane.js'
import { TYPICAL_VARIANCE } from '../photometry/exposure/population.js'
import { madScatter, median } from '../math/robust.js'
import { sortingOrder } from '../math/select.js'
import type { Comparison } from './comparisons.js'
import type { TieSettings } from './input.js'
import type { SolvedNetwork } from './network.js'
import { extentOf, structureOf, structureSize, type CcdLevels, type Structure } from './structure.js'

/** A disagreement counts from this many sigmas on. */
export const SIGMAS = 5
/** Share of stray CCDs from which an exposure is left out: as the exposure's own solution has it. */
const STRAY_SHARE = 0.2
/** More scatter than this beyond the errors is no calibration: another band, moving stars, a bad match [mag]. */
const SCATTER_MAG = 0.05
export const MIN_STARS = 10

/** Whether an exposure fits, by one comparison. */
export interface Judgement {
  /** From 1 on it does not fit. */
  readonly size: number
  readonly reason: string
  /** Of an exposure with CCDs enough: their levels, by chip, and what is smooth in them. */
  readonly ccds?: { readonly chip: readonly number[]; readonly levels: CcdLevels; readonly structure: Structure }
}

/** Colour, scatter and CCDs of one comparison; the largest of the three in units of its limit. */
export function judgementOf({ model }: SolvedNetwork, all: Comparison, settings: TieSettings): Judgement {
  if (all.difference.length < MIN_STARS) return { size: 0, reason: '' }
  const { chips } = model.rows
  const byChip = new Map<number, number[]>()
  all.chip.forEach((k, i) => {
    const members = byChip.get(k)
    if (members) members.push(i)
    else byChip.set(k, [i])
  })
  const levels = new Map([...byChip].map(([k, members]) => [k, median(members.map((i) => all.difference[i]!))]))
  const flat = { ...all, difference: all.difference.map((value, i) => value - levels.get(all.chip[i]!)!) }

  const { slope, slopeErr } = robustSlope(flat)
  const colourSize = Math.abs(slope) / (SIGMAS * Math.hypot(settings.colourTerm, slopeErr))
  const scatter = madScatter(flat.difference.map((value, i) => value - slope * all.colour[i]!))
  const expected = median(all.expected)
  const excess = Math.sqrt(Math.max(0, scatter ** 2 - expected ** 2))
  const judgements: Judgement[] = [
    {
      size: colourSize,
      reason: `its magnitudes run with colour by ${slope.toFixed(2)} mag per mag against the others: another passband`,
    },
    {
      size: excess / SCATTER_MAG,
      reason: `its stars scatter by ${(1000 * excess).toFixed(0)} mmag against the others: another passband`,
    },
  ]

  let ccds: Judgement['ccds']
  const measured = [...byChip].filter(([, members]) => members.length >= 5).sort((a, b) => a[0] - b[0])
  if (measured.length >= 6) {
    const value = Float64Array.from(measured, ([k]) => levels.get(k)!)
    const xi = Float64Array.from(measured, ([k]) => chips.xDeg[k]!)
    const eta = Float64Array.from(measured, ([k]) => chips.yDeg[k]!)
    const err = Float64Array.from(measured, ([, members]) => (1.2533 * scatter) / Math.sqrt(members.length))
    const plane = robustPlane(value, xi, eta, SIGMAS * settings.gradientMagPerDeg)
    const deviation = measured.map((_, j) => {
      const own = value[j]! - planeAt(plane, xi[j]!, eta[j]!)
      return { own, sigmas: own / Math.sqrt(err[j]! ** 2 + TYPICAL_VARIANCE * settings.ccdScatterMag ** 2) }
    })
    const stray = deviation.filter(({ sigmas }) => Math.abs(sigmas) > SIGMAS)
    const typical = stray.length > 0 ? median(stray.map(({ own }) => own)) : 0
    const ccdLevels = { value, err, xDeg: xi, yDeg: eta }
    const structure = structureOf(ccdLevels, settings.gradientMagPerDeg)
    ccds = { chip: measured.map(([k]) => k), levels: ccdLevels, structure }
    judgements.push({
      size: structureSize(structure),
      reason:
        'its level against the others varies over the focal plane by ' +
        `${(1000 * extentOf(structure.smooth)).toFixed(0)} mmag beside a gradient: a cloud`,
    })
    judgements.push({
      size: stray.length / measured.length / STRAY_SHARE,
      reason:
        `${stray.length} of its ${measured.length} CCDs are ${(1000 * Math.abs(typical)).toFixed(0)} mmag ` +
        `${typical > 0 ? 'fainter' : 'brighter'} than the rest against the others: a cloud`,
    })
  }
  const worst = judgements.reduce((most, one) => (one.size > most.size ? one : most))
  return ccds === undefined ? worst : { ...worst, ccds }
}

/** Slope with colour by the medians of the outer thirds, and its error. */
export function robustSlope({ difference, colour }: Pick<Comparison, 'difference' | 'colour'>): {
  readonly slope: number
  readonly slopeErr: number
} {
  const order = sortingOrder(colour)
  const third = Math.floor(order.length / 3)
  const of = (part: Uint32Array, values: readonly number[]) => Float64Array.from(part, (i) => values[i]!)
  const [blue, red] = [order.subarray(0, third), order.subarray(order.length - third)]
  const width = median(of(red, colour)) - median(of(blue, colour))
  if (!(width > 0)) return { slope: 0, slopeErr: Infinity }
  const [low, high] = [of(blue, difference), of(red, difference)]
  return {
    slope: (median(high) - median(low)) / width,
    slopeErr: (1.2533 * Math.hypot(madScatter(low), madScatter(high))) / Math.sqrt(third) / width,
  }
}
