import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { commonLevel, type CommonLevel } from './common-level.js'
import { normalEquations, type NormalEquations } from './normal-equations.js'
import { fitFactors } from './scatter-factors.js'
import { starBounds, type SharedStars } from './shared-stars.js'
import { startingOffsets } from './starting-offsets.js'

/** What overlapping stars say of one catalogue. */
export interface CatalogLevel {
  /** What its magnitudes have too much, mag - offset being in the common system [mag]. */
  readonly offsetMag: number
  /** One sigma of the offset from the common level; how well that one is known is not in it [mag]. */
  readonly offsetErrMag: number
  /** The scatter of its stars in units of what its relation says. */
  readonly scatterFactor: number
  /** Stars that it shares with another catalogue. */
  readonly sharedStars: number
  /** Catalogues that share stars, also through a third, are of one group; levels of two groups cannot be compared. */
  readonly group: number
}

/** The levels of several catalogues, in their order. */
export interface CatalogLevels {
  readonly catalogs: readonly CatalogLevel[]
  /** One sigma of the level that they have in common, the largest of the groups' [mag]. */
  readonly systematicErrMag: number
  /** Of the offsets from the level of their group, which goes with the catalogues that state small errors [mag^2]. */
  readonly offsetCovariance: readonly (readonly number[])[]
}

/**
 * An offset is worth this many stated errors before the stars speak: wide enough to bend the offset between two
 * catalogues with 100 stars in common by less than 0.5 %, and defined if they have none. An offset that is larger from
 * the start has a prior as wide as itself: 1 mag bent by 0.5 % would be out of the stars' errors, and they of the fit.
 */
const PRIOR_WIDTHS = 3

const MAX_ROUNDS = 60
const CONVERGED_MAG = 1e-7

/**
 * Offsets and scatters of catalogues from the stars that they share: m_ik = M_i + o_k + noise, Student's t of variance
 * err_ik^2 + (f_k scatter_ik)^2, with the magnitudes M_i of the stars eliminated. Offsets by iterated weights, the
 * factors f_k by maximum likelihood in turn; then the common level by what the catalogues state of themselves
 * (`commonLevel`).
 *
 * @param systematicErrMag one sigma of each catalogue's level
 */
export function catalogLevels(shared: SharedStars, systematicErrMag: readonly number[]): CatalogLevels {
  const stars = starBounds(shared)
  const count = systematicErrMag.length
  const logFactors = new Array<number>(count).fill(0)
  let offsets = startingOffsets(shared, stars, count)
  const priorMag = systematicErrMag.map((sigma, k) => Math.max(PRIOR_WIDTHS * sigma, Math.abs(offsets[k]!)))
  let normal = normalEquations(shared, stars, offsets, logFactors)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    normal = normalEquations(shared, stars, offsets, logFactors)
    const next = solved(normal, priorMag).offsets
    const moved = Math.max(...next.map((offset, k) => Math.abs(offset - offsets[k]!)))
    offsets = next
    if (round % 4 === 0) fitFactors(shared, stars, offsets, logFactors)
    else if (moved < CONVERGED_MAG) break
  }
  const { covariance } = solved(normal, priorMag)
  const group = groupsOf(normal.matrix)
  const groups = [...new Set(group)].map((number) => group.flatMap((g, k) => (g === number ? [k] : [])))
  const common = groups.map((members) =>
    commonLevel(members.map((k) => ({ offsetMag: offsets[k]!, systematicErrMag: systematicErrMag[k]! }))),
  )
  const levelOf = group.map((number) => common[groups.findIndex((members) => members.includes(number))]!.levelMag)
  const offsetCovariance = fromLevel(covariance, groups, common)
  return {
    catalogs: offsets.map((offset, k) => ({
      offsetMag: offset - levelOf[k]!,
      offsetErrMag: Math.sqrt(Math.max(0, offsetCovariance[k]![k]!)),
      scatterFactor: Math.exp(logFactors[k]!),
      sharedStars: normal.rows[k]!,
      group: group[k]!,
    })),
    systematicErrMag: Math.max(...common.map(({ levelErrMag }) => levelErrMag)),
    offsetCovariance,
  }
}

/** Covariance of offset - level: an error of an offset that the level goes along with is in no difference from it. */
function fromLevel(
  covariance: Matrix,
  groups: readonly (readonly number[])[],
  common: readonly CommonLevel[],
): number[][] {
  const projection = Matrix.eye(covariance.rows)
  groups.forEach((members, g) => {
    for (const k of members)
      members.forEach((l, at) => projection.set(k, l, projection.get(k, l) - common[g]!.parts[at]!))
  })
  return projection.mmul(covariance).mmul(projection.transpose()).to2DArray()
}

function solved({ matrix, right }: NormalEquations, priorMag: readonly number[]) {
  const withPrior = new Matrix(matrix.map((row) => [...row]))
  priorMag.forEach((sigma, k) => withPrior.set(k, k, withPrior.get(k, k) + sigma ** -2))
  const cholesky = new CholeskyDecomposition(withPrior)
  return {
    offsets: cholesky.solve(Matrix.columnVector([...right])).getColumn(0),
    covariance: cholesky.solve(Matrix.eye(right.length)),
  }
}

/** A number for each catalogue: the lowest of those that it is connected to. */
function groupsOf(matrix: readonly (readonly number[])[]): number[] {
  const group = matrix.map((_, k) => k)
  for (let pass = 0; pass < group.length; pass++)
    matrix.forEach((row, k) =>
      row.forEach((value, l) => {
        if (value !== 0) group[k] = group[l] = Math.min(group[k]!, group[l]!)
      }),
    )
  return group
}
