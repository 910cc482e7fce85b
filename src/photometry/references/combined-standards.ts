import { indicesWhere, numbersOf } from '../../math/select.js'
import { STANDARD_CUTS, type StandardMagnitudes } from '../system/colour-relation.js'
import type { CatalogLevel } from './levels.js'
import { magVariance, type SharedStars } from './shared-stars.js'

/** What one catalogue says of the stars of a union, in the system. */
export interface CatalogStandards {
  /** Of its own rows. */
  readonly standards: StandardMagnitudes
  /** For each star of the union its row, -1 if the catalogue does not have it. */
  readonly rows: Int32Array
}

/** Standard magnitudes of a union of stars, and each catalogue's part in them. */
export interface CombinedStandards {
  readonly standards: StandardMagnitudes
  /** One per catalogue: its share in each star's magnitude, 0 to 1. */
  readonly shares: readonly Float64Array[]
  /** One per catalogue: its own magnitude of each star as published, NaN if it has none, with the errors as stated. */
  readonly alone: readonly Pick<StandardMagnitudes, 'refMag' | 'refMagErr' | 'refScatter' | 'evidence'>[]
}

/** The smallest scatter about a relation that is believed [mag]: no catalogue repeats another to better. */
const SMALLEST_SCATTER_MAG = 0.001

const isUsable = ({ standards, rows }: CatalogStandards, star: number): boolean =>
  rows[star]! >= 0 && standards.usable[rows[star]!] === 1

/** Stars enough to find an offset to 0.5 mmag: more cost time and tell nothing. */
const MAX_SHARED_STARS = 3000

/** Chi^2 per degree of freedom up to which magnitudes agree; beyond it the star's scatter grows. */
const TOLERATED_CHI2 = 4

/**
 * Stars that two catalogues or more can serve, to find the catalogues' levels by; of many an even choice.
 *
 * @param fields one per CCD
 */
export function sharedStarsOf(fields: readonly (readonly CatalogStandards[])[]): SharedStars {
  const shared = fields.flatMap((catalogs) =>
    Array.from(
      indicesWhere(catalogs[0]!.rows.length, (star) => catalogs.filter((one) => isUsable(one, star)).length > 1),
      (star) => ({ catalogs, star }),
    ),
  )
  const step = Math.max(1, shared.length / MAX_SHARED_STARS)
  const chosen = Array.from({ length: Math.floor(shared.length / step) }, (_, i) => shared[Math.floor(i * step)]!)
  const rows = chosen.flatMap(({ catalogs, star }, number) =>
    catalogs.flatMap((catalog, k) => {
      if (!isUsable(catalog, star)) return []
      const row = catalog.rows[star]!
      const { refMag, refMagErr, refScatter, evidence } = catalog.standards
      return {
        ...{ star: number, catalog: k, mag: refMag[row]!, magErr: refMagErr?.[row] ?? 0 },
        scatter: Math.max(SMALLEST_SCATTER_MAG, refScatter[row]!),
        evidence: evidence[row]!,
      }
    }),
  )
  return {
    star: Uint32Array.from(rows, ({ star }) => star),
    catalog: Uint8Array.from(rows, ({ catalog }) => catalog),
    mag: numbersOf(rows, ({ mag }) => mag),
    magErr: numbersOf(rows, ({ magErr }) => magErr),
    scatter: numbersOf(rows, ({ scatter }) => scatter),
    evidence: numbersOf(rows, ({ evidence }) => evidence),
  }
}

/**
 * One magnitude per star: the mean of what the catalogues give, each less its offset, weighted by the inverse of
 * err^2 + (factor scatter)^2, and less at the ends of a relation's colours. If the magnitudes of a star disagree by
 * more than twice their errors, its scatter grows until they do not.
 *
 * A star that no catalogue can serve has the cut of the first that has it, and the colour too is that one's.
 */
export function combinedStandards(
  catalogs: readonly CatalogStandards[],
  levels: readonly CatalogLevel[],
): CombinedStandards {
  const n = catalogs[0]!.rows.length
  const blank = () => new Float64Array(n).fill(NaN)
  const [refMag, refMagErr, refScatter, colour] = [blank(), blank(), blank(), blank()]
  const usable = new Uint8Array(n)
  const evidence = new Float64Array(n)
  const cut = new Uint8Array(n)
  const shares = catalogs.map(() => new Float64Array(n))
  const cuts = Object.fromEntries(STANDARD_CUTS.map((name) => [name, 0])) as StandardMagnitudes['cuts']
  for (let star = 0; star < n; star++) {
    const first = catalogs.find(({ rows }) => rows[star]! >= 0)!
    colour[star] = first.standards.colour[first.rows[star]!]!
    const serving = catalogs.flatMap((catalog, k) => (isUsable(catalog, star) ? [k] : []))
    if (serving.length === 0) {
      cut[star] = first.standards.cut[first.rows[star]!]!
      ;(cuts as Record<string, number>)[STANDARD_CUTS[cut[star]! - 1]!]!++
      continue
    }
    const evidenceOf = (k: number) => catalogs[k]!.standards.evidence[catalogs[k]!.rows[star]!]!
    const most = Math.max(...serving.map(evidenceOf))
    const values = serving.map((k) => {
      const { standards, rows } = catalogs[k]!
      const err = standards.refMagErr?.[rows[star]!] ?? 0
      const scatter = Math.max(SMALLEST_SCATTER_MAG, standards.refScatter[rows[star]!]!)
      const mag = standards.refMag[rows[star]!]! - levels[k]!.offsetMag
      const part = evidenceOf(k) / most
      return { k, mag, err, part, weight: part / magVariance(err, scatter, levels[k]!.scatterFactor) }
    })
    const total = values.reduce((sum, { weight }) => sum + weight, 0)
    const mean = values.reduce((sum, { weight, mag }) => sum + weight * mag, 0) / total
    const chi2 = values.reduce((sum, { weight, mag }) => sum + weight * (mag - mean) ** 2, 0)
    const errVariance = values.reduce((sum, { weight, err }) => sum + (weight * err) ** 2, 0) / total ** 2
    const freedom = Math.max(
      1,
      values.reduce((sum, { part }) => sum + part, -1),
    )
    const excess = Math.max(1, chi2 / freedom / TOLERATED_CHI2)
    usable[star] = 1
    evidence[star] = most
    refMag[star] = mean
    refMagErr[star] = Math.sqrt(errVariance)
    refScatter[star] = Math.sqrt(excess / total - errVariance)
    for (const { k, weight } of values) shares[k]![star] = weight / total
  }
  const alone = catalogs.map(({ standards, rows }) => ({
    refMag: numbersOf(rows, (row) => (row >= 0 ? standards.refMag[row]! : NaN)),
    refMagErr: numbersOf(rows, (row) => (row >= 0 ? (standards.refMagErr?.[row] ?? 0) : NaN)),
    refScatter: numbersOf(rows, (row) => (row >= 0 ? standards.refScatter[row]! : NaN)),
    evidence: numbersOf(rows, (row) => (row >= 0 ? standards.evidence[row]! : 0)),
  }))
  return { standards: { refMag, refMagErr, refScatter, colour, usable, evidence, cut, cuts }, shares, alone }
}
