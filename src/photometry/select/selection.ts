import type { SourceColumns } from '../../exposure/sources.js'
import { isOnLocus, starLocus } from './star-locus.js'

/** Why a detection is not used as a standard, in the order in which the cuts are taken. */
export const SELECTION_CUTS = ['position', 'signal', 'flags', 'imageFlags', 'saturated', 'notStarLike'] as const
export type SelectionCut = (typeof SELECTION_CUTS)[number]

/** Detections that may serve, and how many each cut took. */
export interface Selection {
  readonly selected: Uint8Array
  readonly lost: Readonly<Record<SelectionCut, number>>
  /** Bright detections of a star's size, and how many CLASS_STAR calls something else; if both are known. */
  readonly classified?: { readonly stars: number; readonly misjudged: number }
}

const MIN_SIGNAL_TO_NOISE = 10
const HIGHEST_FLAGS = 3
/**
 * Half-width in SPREAD_MODEL that holds point sources of high signal (Desai et al. 2012), widened by twice each one's
 * error.
 */
const SPREAD_LIMIT = 0.003
const MIN_CLASS_STAR = 0.5
/** CLASS_STAR is sure of itself from here on, if it was told the right seeing (Bertin & Arnouts 1996, fig. 8). */
const BRIGHT_SIGNAL_TO_NOISE = 50

/**
 * The default cuts: a finite position, signal to noise >= 10 in the chosen flux, FLAGS <= 3, IMAFLAGS_ISO = 0, below
 * saturation, star-like: by SPREAD_MODEL, else by CLASS_STAR or by a star's size, whichever says so. CLASS_STAR rests
 * on the seeing that SExtractor was told, and calls most stars something else if that was wrong. SPREAD_MODEL and
 * CLASS_STAR that hold one and the same value throughout are fillers and cut nothing, like columns that are absent.
 *
 * @param saturation level of the image's pixels, in its unit; compared with the peak if there is one
 */
export function selectStars(sources: SourceColumns, saturation?: number): Selection {
  const n = sources.raDeg.length
  const selected = new Uint8Array(n)
  const lost = Object.fromEntries(SELECTION_CUTS.map((cut) => [cut, 0])) as Record<SelectionCut, number>
  const { starLike, classified } = starLikeTest(sources, saturation)
  const firstCut = (i: number): SelectionCut | undefined => {
    if (!Number.isFinite(sources.raDeg[i]!) || !(Math.abs(sources.decDeg[i]!) <= 90)) return 'position'
    if (!(
      sources.flux[i]! > 0 &&
      sources.flux[i]! < Infinity &&
      sources.fluxErr[i]! > 0 &&
      sources.flux[i]! >= MIN_SIGNAL_TO_NOISE * sources.fluxErr[i]!
    ))
      return 'signal'
    if (!(sources.flags[i]! <= HIGHEST_FLAGS)) return 'flags'
    if (sources.imaflagsIso && sources.imaflagsIso[i]! !== 0) return 'imageFlags'
    if (saturation !== undefined && sources.peak && sources.peak[i]! >= saturation) return 'saturated'
    return starLike(i) ? undefined : 'notStarLike'
  }
  for (let i = 0; i < n; i++) {
    const cut = firstCut(i)
    if (cut === undefined) selected[i] = 1
    else lost[cut]++
  }
  return { selected, lost, ...(classified ? { classified } : {}) }
}

/** SPREAD_MODEL if it says something, else CLASS_STAR or size if that does, else every source passes. */
function starLikeTest(
  sources: SourceColumns,
  saturation: number | undefined,
): { readonly starLike: (i: number) => boolean; readonly classified?: Selection['classified'] } {
  const { spreadModel, spreadErrModel, classStar, fwhmPixels, fwhmWorldDeg } = sources
  if (spreadModel && varies(spreadModel))
    return { starLike: (i) => Math.abs(spreadModel[i]!) <= SPREAD_LIMIT + 2 * positiveOr0(spreadErrModel?.[i]) }
  if (!classStar || !varies(classStar)) return { starLike: () => true }
  const size = fwhmPixels ?? fwhmWorldDeg
  const isClassified = (i: number) => classStar[i]! >= MIN_CLASS_STAR
  if (size === undefined) return { starLike: isClassified }
  const { flux, fluxErr, flags, peak } = sources
  const signalToNoise = (i: number) => (fluxErr[i]! > 0 ? flux[i]! / fluxErr[i]! : 0)
  const isUnsaturated = (i: number) => !(saturation !== undefined && peak && peak[i]! >= saturation)
  const locus = starLocus(size, signalToNoise, (i) => flags[i] === 0 && isUnsaturated(i))
  if (locus === undefined) return { starLike: isClassified }
  const hasSize = (i: number) => isOnLocus(locus, size[i]!, signalToNoise(i))
  let [stars, misjudged] = [0, 0]
  for (let i = 0; i < size.length; i++) {
    if (!(signalToNoise(i) >= BRIGHT_SIGNAL_TO_NOISE) || flags[i] !== 0 || !isUnsaturated(i) || !hasSize(i)) continue
    stars++
    if (!isClassified(i)) misjudged++
  }
  return { starLike: (i) => isClassified(i) || hasSize(i), classified: { stars, misjudged } }
}

const positiveOr0 = (value: number | undefined) => (value !== undefined && value > 0 ? value : 0)

/** A column of one value only is a filler. */
function varies(values: Float64Array): boolean {
  return values.some((value) => Number.isFinite(value) && value !== values[0])
}
