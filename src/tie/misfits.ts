import { robustPlane, planeAt } from '../photometry/exposure/plane.js'
import { TYPICAL_VARIANCE } from '../photometry/exposure/population.js'
import { madScatter, median } from '../math/robust.js'
import { sortingOrder } from '../math/select.js'
import type { TieSettings } from './input.js'
import type { SolvedNetwork } from './network.js'
import { extentOf, gainWithout, structureOf, structureSize, type CcdLevels, type Structure } from './structure.js'

/** An exposure, or a catalogue, that does not belong to the others. */
export interface Misfit {
  /** Index of the exposure in the network's chips, or of the catalogue. */
  readonly index: number
  readonly reason: string
}

/** A disagreement counts from this many sigmas on. */
const SIGMAS = 5
/** Share of stray CCDs from which an exposure is left out: as the exposure's own solution has it. */
const STRAY_SHARE = 0.2
/** More scatter than this beyond the errors is no calibration: another band, moving stars, a bad match [mag]. */
const SCATTER_MAG = 0.05
/** Slopes of reference magnitudes with colour below this are left to the relation [mag per mag]. */
const CATALOG_SLOPE = 0.05
/** One exposure's contradiction is clear if it is so many times the next. */
const CLEAR = 1.5
const MIN_STARS = 10
/** Rows that are looked at, in all. */
const MAX_ROWS = 60_000

/** How far the stars of one exposure, or catalogue, are from what others say. */
interface Comparison {
  readonly difference: number[]
  readonly expected: number[]
  readonly colour: number[]
  readonly chip: number[]
}

interface Judgement {
  /** From 1 on it does not fit. */
  readonly size: number
  readonly reason: string
  /** Of an exposure with CCDs enough: their levels, by chip, and what is smooth in them. */
  readonly ccds?: { readonly chip: readonly number[]; readonly levels: CcdLevels; readonly structure: Structure }
}

/**
 * The exposure that fits worst, if one does not fit. Each is compared with the others. If one does not fit, as one bad
 * one makes of its partners too, references tell which it is: that which contradicts them by far more than any other.
 */
export function worstExposure(solved: SolvedNetwork, settings: TieSettings): Misfit | null {
  const { exposures } = solved.model.rows.chips
  const against = comparisons(solved)
  const byOthers = exposures.map((_, e) => judgementOf(solved, against.others[e]!, settings))
  const sizes = byOthers.map(({ size }) => size)
  if (!sizes.some((size) => size >= 1)) return null
  const byReferences = exposures.map((_, e) => judgementOf(solved, against.references[e]!, settings))
  const clouded = cloudedOfTwo(byOthers, byReferences, settings)
  if (clouded !== null) return { index: clouded, reason: byOthers[clouded]!.reason }
  const misfit = (index: number, judged: readonly Judgement[]) => ({ index, reason: judged[index]!.reason })
  const contradictions = byReferences.map(({ size }) => size)
  const most = contradictions.indexOf(Math.max(...contradictions))
  if (contradictions[most]! >= 1 && contradictions[most]! > CLEAR * secondOf(contradictions))
    return misfit(most, sizes[most]! >= 1 ? byOthers : byReferences)
  const largest = sizes.indexOf(Math.max(...sizes))
  if (sizes[largest]! > 2 * secondOf(sizes) || contradictions[most]! < 1) return misfit(largest, byOthers)
  return misfit(most, sizes[most]! >= 1 ? byOthers : byReferences)
}

/**
 * Of two exposures that differ by a cloud that which has it: references of the other one are no smoother without it.
 * Both see the same error of the catalogue, and the cloud is known well: what it looks like tells more than how large
 * what each has against the references is.
 */
function cloudedOfTwo(
  byOthers: readonly Judgement[],
  byReferences: readonly Judgement[],
  { gradientMagPerDeg }: TieSettings,
): number | null {
  if (byOthers.length !== 2) return null
  const gains = byOthers.map(({ ccds: own }, e) => {
    const refs = byReferences[e]!.ccds
    if (own === undefined || refs === undefined || structureSize(own.structure) < 1) return null
    const ofChip = new Map(own.chip.map((k, i) => [k, own.structure.smooth[i]!]))
    const part = Float64Array.from(refs.chip, (k) => ofChip.get(k) ?? 0)
    return gainWithout(refs.levels, part, gradientMagPerDeg)
  })
  const [one, other] = gains
  if (one == null || other == null || one === other) return null
  return one > other ? 0 : 1
}

const secondOf = (sizes: readonly number[]): number => [...sizes].sort((a, b) => b - a)[1] ?? 0

/** The catalogue whose magnitudes run most with colour against the exposures', if one's do. */
export function worstCatalog(solved: SolvedNetwork): Misfit | null {
  const { model, state } = solved
  const { rows, colour } = model
  let worst: (Misfit & { readonly size: number }) | null = null
  rows.catalogs.forEach((catalog, index) => {
    const own: Comparison = { difference: [], expected: [], colour: [], chip: [] }
    for (let star = 0; star < rows.starCount && own.difference.length < MAX_ROWS; star++)
      for (let i = rows.first[star]!; i < rows.first[star + 1]!; i++) {
        if (rows.catalog[i] !== catalog) continue
        let [total, sum] = [0, 0]
        for (let j = rows.first[star]!; j < rows.first[star + 1]!; j++) {
          if (rows.chip[j]! >= rows.chips.count || state.faint[j] === 1) continue
          total += 1 / state.variance[j]!
          sum += (state.value[j]! - state.levelOf(j, star)) / state.variance[j]!
        }
        if (!(total > 0)) continue
        own.difference.push(state.value[i]! - state.levelOf(i, star) - sum / total)
        own.colour.push(colour[star]!)
      }
    if (own.difference.length < MIN_STARS) return
    const { slope, slopeErr } = robustSlope(own)
    const size = Math.abs(slope) / Math.hypot(CATALOG_SLOPE, SIGMAS * slopeErr)
    if (size >= 1 && size > (worst?.size ?? 0))
      worst = {
        index,
        size,
        reason: `its magnitudes run with colour by ${slope.toFixed(2)} mag per mag: another passband`,
      }
  })
  return worst
}

/** Of every exposure: against all others, and against reference stars alone. */
function comparisons({ model, state, x }: SolvedNetwork): { others: Comparison[]; references: Comparison[] } {
  const { rows, colour, cell, skyCell, sky, layout } = model
  const { chips, first, chip } = rows
  // Of two exposures each takes on half of what one has: their levels are not asked.
  const isKnown = chips.exposures.length > 2
  // Without the catalogue's error over the sky, which takes up part of what is sought.
  const levelOf = (row: number) => x[layout.sky + Math.floor((cell[row]! - skyCell) / sky.cells) * sky.modes]!
  const empty = () => chips.exposures.map((): Comparison => ({ difference: [], expected: [], colour: [], chip: [] }))
  const others = empty()
  const references = empty()
  const step = Math.max(1, Math.floor(chip.length / MAX_ROWS))
  const add = (to: Comparison, difference: number, expected: number, star: number, k: number) => {
    to.difference.push(difference)
    to.expected.push(expected)
    to.colour.push(colour[star]!)
    to.chip.push(k)
  }
  for (let star = 0; star < rows.starCount; star += step) {
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      if (k >= chips.count || state.faint[i] === 1) continue
      const e = chips.exposureOf[k]!
      const asked: { value: number; weight: number; reference: boolean }[] = []
      for (let j = first[star]!; j < first[star + 1]!; j++) {
        const l = chip[j]!
        if (state.faint[j] === 1 || (l < chips.count && chips.exposureOf[l] === e)) continue
        asked.push({
          value: state.value[j]! - (l === chips.count ? levelOf(j) : isKnown ? state.levelOf(j, star) : 0),
          weight: 1 / state.variance[j]!,
          reference: l >= chips.count,
        })
      }
      const refs = asked.filter(({ reference }) => reference)
      if (refs.length > 0) {
        const weight = refs.reduce((sum, one) => sum + one.weight, 0)
        const mean = refs.reduce((sum, one) => sum + one.weight * one.value, 0) / weight
        add(references[e]!, state.value[i]! - mean, Math.sqrt(state.variance[i]! + 1 / weight), star, k)
      }
      const exposures = asked.filter(({ reference }) => !reference)
      const serving = exposures.length > 0 ? exposures : []
      if (serving.length === 0) continue
      const weight = serving.reduce((sum, one) => sum + one.weight, 0)
      add(
        others[e]!,
        state.value[i]! - weightedMedian(serving, weight),
        Math.sqrt(state.variance[i]! + 1 / weight),
        star,
        k,
      )
    }
  }
  return { others, references }
}

function weightedMedian(asked: { value: number; weight: number }[], total: number): number {
  asked.sort((a, b) => a.value - b.value)
  let below = 0
  for (const { value, weight } of asked) {
    below += weight
    if (below >= total / 2) return value
  }
  return NaN
}

/** Colour, scatter and CCDs of one comparison; the largest of the three in units of its limit. */
function judgementOf({ model }: SolvedNetwork, all: Comparison, settings: TieSettings): Judgement {
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
function robustSlope({ difference, colour }: Pick<Comparison, 'difference' | 'colour'>): {
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
