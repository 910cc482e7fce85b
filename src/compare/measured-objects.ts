import { matchSky, type SkyMatches, type SkyPositions } from '../math/match-sky.js'
import { madScatter, median } from '../math/robust.js'

/** The objects that an engine measured in an image. */
export interface MeasuredObjects extends SkyPositions {
  readonly fluxAuto: Float64Array
  readonly fluxAutoErr: Float64Array
  /** Absent if there was no model of the PSF. */
  readonly fluxPsf?: Float64Array
  readonly fluxPsfErr?: Float64Array
  readonly flags: Float64Array
}

/** Two fluxes of the same objects. */
export interface FluxAgreement {
  /** Median of the one over the other. */
  readonly ratio: number
  /** Scatter of their differences, in units of the other's error (1.4826 times the median absolute deviation). */
  readonly scatterErrors: number
}

/** Objects of one range of signal to noise, FLUX_AUTO over its error, each by its own engine. */
export interface SignalToNoiseBin {
  readonly from: number
  readonly to: number
  /** Objects of the one engine, and how many of them the other has too. */
  readonly own: number
  readonly ownInOther: number
  readonly other: number
  readonly otherInOwn: number
  /** Absent without pairs, or without such fluxes. */
  readonly auto?: FluxAgreement
  readonly psf?: FluxAgreement
  /** Share of the pairs whose FLAGS from 4 on are equal. */
  readonly equalFlags?: number
}

const EDGES = [0, 5, 10, 20, 50, Infinity]
/** Neighbours and blends, FLAGS 1 and 2, depend on where objects part. */
const FLAGS_OF_BLENDS = 3

/**
 * Holds what one engine measured against what another did: pairs that are mutually nearest within a radius.
 *
 * @throws CommandError if the radius is out of range
 */
export function compareObjects(own: MeasuredObjects, other: MeasuredObjects, radiusArcsec: number): SignalToNoiseBin[] {
  const pairs = matchSky(own, other, radiusArcsec, { mode: 'mutual' })
  return EDGES.slice(1).map((to, k) => binOf(own, other, pairs, { from: EDGES[k]!, to }))
}

interface Range {
  readonly from: number
  readonly to: number
}

function binOf(own: MeasuredObjects, other: MeasuredObjects, pairs: SkyMatches, range: Range): SignalToNoiseBin {
  const isOwn = within(own, range)
  const isOther = within(other, range)
  const inBin = [...pairs.a.keys()].filter((k) => isOther(pairs.b[k]!))
  const [rowsA, rowsB] = [inBin.map((k) => pairs.a[k]!), inBin.map((k) => pairs.b[k]!)]
  const auto = agreement(rowsA, rowsB, own.fluxAuto, other.fluxAuto, other.fluxAutoErr)
  const psf = agreement(rowsA, rowsB, own.fluxPsf, other.fluxPsf, other.fluxPsfErr)
  const alike = inBin.filter(
    (_, k) => (own.flags[rowsA[k]!]! | FLAGS_OF_BLENDS) === (other.flags[rowsB[k]!]! | FLAGS_OF_BLENDS),
  )
  return {
    ...range,
    own: own.raDeg.filter((_, row) => isOwn(row)).length,
    ownInOther: pairs.a.filter(isOwn).length,
    other: other.raDeg.filter((_, row) => isOther(row)).length,
    otherInOwn: inBin.length,
    ...(auto ? { auto } : {}),
    ...(psf ? { psf } : {}),
    ...(inBin.length > 0 ? { equalFlags: alike.length / inBin.length } : {}),
  }
}

const within =
  ({ fluxAuto, fluxAutoErr }: MeasuredObjects, { from, to }: Range) =>
  (row: number): boolean => {
    const signalToNoise = fluxAuto[row]! / fluxAutoErr[row]!
    return signalToNoise >= from && signalToNoise < to
  }

function agreement(
  rowsA: readonly number[],
  rowsB: readonly number[],
  own?: Float64Array,
  other?: Float64Array,
  otherErr?: Float64Array,
): FluxAgreement | undefined {
  if (!own || !other || !otherErr) return undefined
  const usable = rowsA
    .map((row, k) => ({ a: own[row]!, b: other[rowsB[k]!]!, err: otherErr[rowsB[k]!]! }))
    .filter(({ a, b, err }) => Number.isFinite(a) && b > 0 && err > 0)
  if (usable.length === 0) return undefined
  return {
    ratio: median(usable.map(({ a, b }) => a / b)),
    scatterErrors: madScatter(usable.map(({ a, b, err }) => (a - b) / err)),
  }
}
