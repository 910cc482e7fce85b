import { comparisons, MAX_ROWS, type Comparison } from './comparisons.js'
import type { TieSettings } from './input.js'
import { judgementOf, MIN_STARS, robustSlope, SIGMAS, type Judgement } from './judgement.js'
import type { SolvedNetwork } from './network.js'
import { gainWithout, structureSize } from './structure.js'

/** An exposure, or a catalogue, that does not belong to the others. */
export interface Misfit {
  /** Index of the exposure in the network's chips, or of the catalogue. */
  readonly index: number
  readonly reason: string
}

/** Slopes of reference magnitudes with colour below this are left to the relation [mag per mag]. */
const CATALOG_SLOPE = 0.05
/** One exposure's contradiction is clear if it is so many times the next. */
const CLEAR = 1.5

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
          total += 1 / state.varianceOf(j)
          sum += (state.value[j]! - state.levelOf(j, star)) / state.varianceOf(j)
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
