import { madScatter, median } from '../math/robust.js'
import type { CcdComparison, ComparedExposure, ExposureComparison } from './exposure.js'
import { UNKNOWN_EXPOSURE, type ExposureId, type KnownExposure } from './names.js'
import { joinPairs, magnitudeChange, type MagnitudeChange, type MagnitudePairs } from './objects.js'
import { micromag } from './statistics.js'

/** Offsets of several CCDs [mag]; null if there are none. */
export interface OffsetSummary {
  readonly ccds: number
  /** Median. */
  readonly offset: number | null
  /** 1.4826 MAD about it. */
  readonly scatter: number | null
  readonly lowest: number | null
  readonly highest: number | null
}

/** One band over all exposures that both sides hold. */
export interface BandSummary {
  /** null if no file tells the band. */
  readonly band: string | null
  readonly exposures: number
  /** CCDs on both sides, and how many of all differ. */
  readonly ccds: number
  readonly differing: number
  readonly zeropoint: OffsetSummary
  /** What the change of the photometric system does, and what remains of the offset without it. */
  readonly expected: OffsetSummary
  readonly remaining: OffsetSummary
  readonly objects: {
    readonly paired: number
    readonly byPosition: number
    readonly lost: number
    readonly gained: number
  }
  readonly magPsf: MagnitudeChange
  readonly magAuto: MagnitudeChange
}

/**
 * All that a comparison says; the shape of `--json`. Magnitudes, new minus old, in the field's sign m = -2.5
 * log10(flux) + zeropoint.
 */
export interface Comparison {
  readonly schema: 1
  readonly old: string
  readonly new: string
  readonly toleranceMag: number
  /** Everything paired, readable and within the tolerance. */
  readonly same: boolean
  readonly bands: readonly BandSummary[]
  readonly exposures: readonly ExposureComparison[]
  /** Exposures on one side only. */
  readonly unpaired: readonly (ExposureId & { readonly in: 'old' | 'new' })[]
  /** Exposures that could not be read, with the reason. */
  readonly failed: readonly (KnownExposure & { readonly message: string })[]
}

/** Gathers exposures one at a time, so that only the pairs of magnitudes stay in memory. */
export class ComparisonReport {
  private readonly exposures: ExposureComparison[] = []
  private readonly failed: Comparison['failed'][number][] = []
  private readonly pairsOfBand = new Map<string | null, { psf: MagnitudePairs[]; auto: MagnitudePairs[] }>()

  constructor(private readonly head: Pick<Comparison, 'old' | 'new' | 'toleranceMag' | 'unpaired'>) {}

  add({ comparison, psf, auto }: ComparedExposure): void {
    this.exposures.push(comparison)
    const pairs = this.pairsOfBand.get(comparison.band) ?? { psf: [], auto: [] }
    pairs.psf.push(psf)
    pairs.auto.push(auto)
    this.pairsOfBand.set(comparison.band, pairs)
  }

  fail(id: ExposureId | null, message: string): void {
    this.failed.push({ ...(id ?? UNKNOWN_EXPOSURE), message })
  }

  result(): Comparison {
    const { unpaired, toleranceMag } = this.head
    const bands = [...this.pairsOfBand].map(([band, pairs]) => this.bandSummary(band, pairs, toleranceMag))
    const differs = (exposure: ExposureComparison) =>
      exposure.ccds.some((ccd) => ccd.differences.length > 0) ||
      exposure.allZp?.differs === true ||
      exposure.systems.comparable === false ||
      exposure.systems.mixedWithin.length > 0
    return {
      schema: 1,
      old: this.head.old,
      new: this.head.new,
      toleranceMag,
      same: unpaired.length + this.failed.length === 0 && !this.exposures.some(differs),
      bands,
      exposures: this.exposures,
      unpaired,
      failed: this.failed,
    }
  }

  private bandSummary(
    band: string | null,
    pairs: { psf: MagnitudePairs[]; auto: MagnitudePairs[] },
    toleranceMag: number,
  ): BandSummary {
    const exposures = this.exposures.filter((exposure) => exposure.band === band)
    const ccds = exposures.flatMap((exposure) => exposure.ccds)
    const total = (of: (ccd: CcdComparison) => number | undefined) => ccds.reduce((sum, ccd) => sum + (of(ccd) ?? 0), 0)
    return {
      band,
      exposures: exposures.length,
      ccds: ccds.filter((ccd) => ccd.old && ccd.new).length,
      differing: ccds.filter((ccd) => ccd.differences.length > 0).length,
      zeropoint: offsetSummary(ccds.map((ccd) => ccd.offset)),
      expected: offsetSummary(ccds.map((ccd) => ccd.expected?.offset ?? null)),
      remaining: offsetSummary(ccds.map((ccd) => ccd.expected?.remaining ?? null)),
      objects: {
        paired: total((ccd) => ccd.objects?.paired),
        byPosition: total((ccd) => ccd.objects?.byPosition),
        lost: total((ccd) => ccd.objects?.lost),
        gained: total((ccd) => ccd.objects?.gained),
      },
      magPsf: magnitudeChange(joinPairs(pairs.psf), toleranceMag),
      magAuto: magnitudeChange(joinPairs(pairs.auto), toleranceMag),
    }
  }
}

/** Summary of the offsets that are known. */
export function offsetSummary(offsets: readonly (number | null)[]): OffsetSummary {
  const known = offsets.filter((offset) => offset !== null)
  const reached = (choose: (a: number, b: number) => number) =>
    known.length === 0 ? null : known.reduce((a, b) => choose(a, b))
  return {
    ccds: known.length,
    offset: micromag(median(known)),
    scatter: micromag(madScatter(known)),
    lowest: reached(Math.min),
    highest: reached(Math.max),
  }
}
