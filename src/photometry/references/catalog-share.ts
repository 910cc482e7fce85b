import { fitZeropoint } from '../fit/zeropoint.js'
import type { MatchColumns } from '../matches.js'
import type { CombinedStandards } from './combined-standards.js'
import type { CatalogLevel } from './levels.js'

/** One of several catalogues, on the level that all have in common. */
export interface PlacedCatalog extends CatalogLevel {
  readonly catalog: string
  /** Relation to the photometric system, in words. */
  readonly relation: string
  /** One sigma of its own level [mag]. */
  readonly systematicErrMag: number
}

/** The references of a CCD when several catalogues give them. */
export interface CombinedReferences extends CombinedStandards {
  readonly catalogs: readonly PlacedCatalog[]
  /** 1 for stars that the first catalogue has. */
  readonly ofFirst: Uint8Array
  /** Bands of the first catalogue that are of one kind in all of them. */
  readonly bandsInCommon: readonly string[]
  /** Catalogues that were asked for and cannot give the band: name and reason. */
  readonly left: readonly { readonly catalog: string; readonly reason: string }[]
  /** One sigma of the common level [mag]. */
  readonly systematicErrMag: number
  /** Of the catalogues' offsets against one another [mag^2]. */
  readonly offsetCovariance: readonly (readonly number[])[]
}

/** What one of several catalogues contributes to the zeropoint of a CCD. */
export interface CatalogShare extends PlacedCatalog {
  /** Stars of it that are used. */
  readonly stars: number
  /** Its part of the weight, 0 to 1. */
  readonly share: number
  /** The zeropoint that its magnitudes alone give, without the offset; null if they give none. */
  readonly zeropointAlone: number | null
  readonly zeropointAloneErr: number | null
}

/** Fewer stars give no zeropoint of their own. */
const MIN_STARS = 3

/**
 * What each catalogue contributes, and would have given alone: the same robust fit to the same stars.
 *
 * @param starRow row of each matched star in the union
 */
export function catalogShares(
  { catalogs, shares, alone }: CombinedReferences,
  matches: MatchColumns,
  starRow: Uint32Array,
): CatalogShare[] {
  const used = matches.fate.flatMap((fate, p) => (fate === 'used' ? [p] : []))
  const weightOf = used.map((p) => matches.weight[p]! / (matches.refMagErr[p]! ** 2 + matches.instMagErr[p]! ** 2 || 1))
  const total = weightOf.reduce((sum, weight) => sum + weight, 0)
  return catalogs.map((catalog, k) => {
    const own = used.filter((p) => shares[k]![starRow[p]!]! > 0)
    const share = used.reduce((sum, p, i) => sum + weightOf[i]! * shares[k]![starRow[p]!]!, 0) / total
    const at = (values: Float64Array) => Float64Array.from(own, (p) => values[starRow[p]!]!)
    const fit = fitZeropoint(
      {
        refMag: at(alone[k]!.refMag),
        refMagErr: at(alone[k]!.refMagErr!),
        refScatter: at(alone[k]!.refScatter),
        evidence: at(alone[k]!.evidence),
        instMag: Float64Array.from(own, (p) => matches.instMag[p]!),
        instMagErr: Float64Array.from(own, (p) => matches.instMagErr[p]!),
      },
      { minStars: MIN_STARS, crossCheck: false },
    )
    const number = fit.outcome === 'fitted'
    return {
      ...catalog,
      stars: own.length,
      share: total > 0 ? share : 0,
      zeropointAlone: number ? fit.zeropoint : null,
      zeropointAloneErr: number ? fit.zeropointErr : null,
    }
  })
}

/**
 * Error of a zeropoint by the errors of the catalogues' offsets [mag]: where one catalogue ends and the next goes on,
 * all stars of the next are off together. sqrt(f^T C f), f the catalogues' parts of the weight.
 */
export function offsetErrOf(shares: readonly CatalogShare[], { offsetCovariance }: CombinedReferences): number {
  let variance = 0
  shares.forEach((a, k) => shares.forEach((b, l) => (variance += a.share * b.share * offsetCovariance[k]![l]!)))
  return Math.sqrt(Math.max(0, variance))
}
