import type { TieModel } from './model.js'
import type { RowState } from './row-state.js'

/**
 * Variance of the pattern inside CCDs, by degree, by what residuals of a solution without it have in common: per mode
 * the sum B of weight x residual x mode is N(0, D + D^2 variance), D its information with stars and levels of chips
 * eliminated. The `expected` variances count as `count` modes fully known.
 */
export function patternVariances(
  model: TieModel,
  state: RowState,
  expected: readonly number[],
  count: number,
): readonly number[] {
  const { rows, basis, cell } = model
  const { chips, chip, first } = rows
  const { modes, table } = basis
  if (modes === 0) return expected
  const sums = new Float64Array(chips.ccds.length * modes)
  const information = new Float64Array(chips.ccds.length * modes)
  const ofChip = new Float64Array(chips.count)
  const ofChipModes = new Float64Array(chips.count * modes)
  const { weight } = state
  for (let star = 0; star < rows.starCount; star++) {
    const [from, to] = [first[star]!, first[star + 1]!]
    const centre = state.magnitudeOf(star)
    let total = 0
    for (let i = from; i < to; i++) total += weight[i]!
    if (!(total > 0)) continue
    for (let i = from; i < to; i++) {
      const k = chip[i]!
      if (k >= chips.count) continue
      const ccd = chips.ccdOf[k]!
      const w = weight[i]!
      const left = w * (1 - w / total)
      const pull = w * (state.value[i]! - state.levelOf(i, star) - centre)
      const at = (cell[i]! - ccd * basis.cells) * modes
      ofChip[k]! += left
      for (let m = 0; m < modes; m++) {
        const value = table[at + m]!
        sums[ccd * modes + m]! += pull * value
        information[ccd * modes + m]! += left * value * value
        ofChipModes[k * modes + m]! += left * value
      }
      // The star on the same CCD in another exposure sees the same pattern, which then tells nothing.
      for (let j = from; j < i; j++) {
        const l = chip[j]!
        if (l >= chips.count || chips.ccdOf[l] !== ccd) continue
        const other = (cell[j]! - ccd * basis.cells) * modes
        const both = (2 * w * weight[j]!) / total
        for (let m = 0; m < modes; m++) information[ccd * modes + m]! -= both * table[at + m]! * table[other + m]!
      }
    }
  }
  for (let k = 0; k < chips.count; k++)
    for (let m = 0; m < modes && ofChip[k]! > 0; m++)
      information[chips.ccdOf[k]! * modes + m]! -= ofChipModes[k * modes + m]! ** 2 / ofChip[k]!
  return expected.map((whole, d) => {
    const [own, from] = [whole / (d + 2), information]
    let variance = own
    for (let round = 0; round < 5; round++) {
      let [square, scale] = [(count / variance ** 2) * own, count / variance ** 2]
      for (let i = 0; i < sums.length; i++) {
        const known = from[i]!
        if (basis.degree[i % modes] !== d + 1 || !(known > 0)) continue
        const trust = (known + known * known * variance) ** -2
        square += trust * known * known * (sums[i]! ** 2 - known)
        scale += trust * known ** 4
      }
      variance = Math.max(LEAST_SHARE * own, square / scale)
    }
    return variance * (d + 2)
  })
}

/** Below this part of the expected variance a pattern does not matter, and would never be found again. */
const LEAST_SHARE = 0.003
