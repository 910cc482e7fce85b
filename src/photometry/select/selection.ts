import type { SourceColumns } from '../../exposure/sources.js'

/** Why a detection is not used as a standard, in the order in which the cuts are taken. */
export const SELECTION_CUTS = ['position', 'signal', 'flags', 'imageFlags', 'saturated', 'notStarLike'] as const
export type SelectionCut = (typeof SELECTION_CUTS)[number]

/** Detections that may serve, and how many each cut took. */
export interface Selection {
  readonly selected: Uint8Array
  readonly lost: Readonly<Record<SelectionCut, number>>
}

const MIN_SIGNAL_TO_NOISE = 10
const HIGHEST_FLAGS = 3
/**
 * Half-width in SPREAD_MODEL that holds point sources of high signal (Desai et al. 2012), widened by twice each one's
 * error.
 */
const SPREAD_LIMIT = 0.003
const MIN_CLASS_STAR = 0.5

/**
 * The default cuts: a finite position, signal to noise >= 10 in the chosen flux, FLAGS <= 3, IMAFLAGS_ISO = 0, below
 * saturation, star-like. SPREAD_MODEL and CLASS_STAR that hold one and the same
 * value throughout are fillers and cut nothing, like columns that are absent.
 *
 * @param saturation level of the image's pixels, in its unit; compared with the peak if there is one
 */
export function selectStars(sources: SourceColumns, saturation?: number): Selection {
  const n = sources.raDeg.length
  const selected = new Uint8Array(n)
  const lost = Object.fromEntries(SELECTION_CUTS.map((cut) => [cut, 0])) as Record<SelectionCut, number>
  const starLike = starLikeTest(sources)
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
  return { selected, lost }
}

/** SPREAD_MODEL if it says something, else CLASS_STAR if that does, else every source passes. */
function starLikeTest({ spreadModel, spreadErrModel, classStar }: SourceColumns): (i: number) => boolean {
  if (spreadModel && varies(spreadModel)) {
    return (i) => Math.abs(spreadModel[i]!) <= SPREAD_LIMIT + 2 * positiveOr0(spreadErrModel?.[i])
  }
  if (classStar && varies(classStar)) return (i) => classStar[i]! >= MIN_CLASS_STAR
  return () => true
}

const positiveOr0 = (value: number | undefined) => (value !== undefined && value > 0 ? value : 0)

/** A column of one value only is a filler. */
function varies(values: Float64Array): boolean {
  return values.some((value) => Number.isFinite(value) && value !== values[0])
}
