import type { TieModel } from './model.js'
import type { TiePrior } from './prior.js'

/** The diagonal blocks of the patterns, one per CCD: modes x modes, lower triangle by rows. */
export function patternBlocks(model: TieModel, weight: ArrayLike<number>, prior: TiePrior): Float64Array[] {
  const { rows, basis, cell } = model
  const { first, chip, chips } = rows
  const { modes, cells, table } = basis
  // A row's own share of its star is what elimination leaves; a star twice on one CCD is rare enough.
  const perCell = new Float64Array(chips.ccds.length * cells)
  for (let star = 0; star < rows.starCount; star++) {
    let total = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) total += weight[i]!
    if (!(total > 0)) continue
    for (let i = first[star]!; i < first[star + 1]!; i++)
      if (chip[i]! < chips.count) perCell[cell[i]!]! += weight[i]! * (1 - weight[i]! / total)
  }
  return chips.ccds.map((_, ccd) => {
    const block = new Float64Array(modes * modes)
    for (let c = 0; c < cells; c++) {
      const w = perCell[ccd * cells + c]!
      if (w === 0) continue
      for (let a = 0; a < modes; a++) {
        const value = w * table[c * modes + a]!
        for (let b = 0; b <= a; b++) block[a * modes + b]! += value * table[c * modes + b]!
      }
    }
    for (let i = 0; i < block.length; i++) block[i]! += prior.pattern[i]!
    return block
  })
}
