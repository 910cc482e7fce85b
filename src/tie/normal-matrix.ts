import { addCatalogs, CatalogSums } from './catalog-blocks.js'
import { sortedByNumber } from './chips.js'
import type { TieModel } from './model.js'
import { PairProducts } from './pair-products.js'
import { PairsByPartner } from './partner-pairs.js'
import type { TiePrior } from './prior.js'

/**
 * Lower triangle, by rows, of the normal equations with the stars eliminated, of the unknowns from `from` on: all, or
 * those beside the patterns (from = layout.sky).
 *
 * Each row has the unknowns of its chip with coefficients t = (modes of the pattern at its cell, 1, colour). Two rows i
 * and j of a star of weight sum W take w_i w_j / W t_i t_j' off, and each puts w_i t_i t_i' in. Blocks are summed chip
 * by chip, where they are small enough to be at hand, and then put where their unknowns are.
 */
export function normalMatrix(model: TieModel, weight: ArrayLike<number>, prior: TiePrior, from = 0): Float64Array {
  const { rows, layout, cell, skyCell, colour, basis } = model
  const { first, chip, chips } = rows
  const n = layout.size - from
  const modes = from === 0 ? basis.modes : 0
  const matrix = new Float64Array(n * n)
  const { starOf, total } = starsOfRows(model, weight)
  const cellOnCcd = (i: number, k: number) => cell[i]! - chips.ccdOf[k]! * basis.cells

  const unknownsOf = (k: number) =>
    Int32Array.from({ length: modes + 2 }, (_, a) => {
      if (a < modes) return chips.ccdOf[k]! * modes + a
      return (a === modes ? layout.chip + k : layout.colour + chips.exposureOf[k]!) - from
    })
  const products = new PairProducts(basis.table, modes)
  const pairs = new PairsByPartner(chips.count)
  const withCatalogs = new CatalogSums(model, modes)
  const byChip = sortedByNumber(chip, chips.count)
  for (let k = 0; k < chips.count; k++) {
    for (let r = byChip.first[k]!; r < byChip.first[k + 1]!; r++) {
      const i = byChip.order[r]!
      const star = starOf[i]!
      if (!(weight[i]! > 0)) continue
      for (let j = first[star]!; j < first[star + 1]!; j++) {
        if (!(weight[j]! > 0)) continue
        if (chip[j]! <= k) pairs.add(i, j, chip[j]!)
        else if (chip[j]! === chips.count)
          withCatalogs.add(cell[j]! - skyCell, (weight[i]! * weight[j]!) / total[star]!, cellOnCcd(i, k), colour[star]!)
      }
    }
    const unknowns = unknownsOf(k)
    pairs.forEachPartner((l, begin, end) => {
      products.sums.fill(0)
      for (let q = begin; q < end; q++) {
        const i = pairs.one[q]!
        const j = pairs.other[q]!
        const star = starOf[i]!
        const share = (weight[i]! * weight[j]!) / total[star]!
        products.add(cellOnCcd(i, k), cellOnCcd(j, l), j === i ? share - weight[i]! : share, colour[star]!)
      }
      products.flush()
      takeOff(matrix, n, products, unknowns, unknownsOf(l), l === k)
    })
    withCatalogs.flush(unknowns, matrix, n, layout.sky - from)
  }
  addCatalogs(model, weight, total, matrix, n, layout.sky - from)
  prior.addMatrix(matrix, n, from)
  return matrix
}

/** Star of each row, and the sum of the weights of each star. */
function starsOfRows({ rows: { first, starCount, chip } }: TieModel, weight: ArrayLike<number>) {
  const total = new Float64Array(starCount)
  const starOf = new Uint32Array(chip.length)
  for (let star = 0; star < starCount; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      starOf[i] = star
      total[star]! += weight[i]!
    }
  return { starOf, total }
}

/** Takes what two chips have in common off the places of their unknowns; through two chips one meets itself twice. */
function takeOff(
  matrix: Float64Array,
  n: number,
  { sums, width }: PairProducts,
  unknowns: Int32Array,
  others: Int32Array,
  isSame: boolean,
): void {
  for (let a = 0, at = 0; a < width; a++) {
    const u = unknowns[a]!
    for (let b = 0; b < width; b++, at++) {
      const v = others[b]!
      if (isSame && u < v) continue
      matrix[u > v ? u * n + v : v * n + u]! -= !isSame && u === v ? 2 * sums[at]! : sums[at]!
    }
  }
}
