import type { SolvedNetwork } from './network.js'

/** How far the stars of one exposure, or catalogue, are from what others say. */
export interface Comparison {
  readonly difference: number[]
  readonly expected: number[]
  readonly colour: number[]
  readonly chip: number[]
}
/** Rows that are looked at, in all, and of each CCD of each exposure if they are more. */
export const MAX_ROWS = 60_000
const MAX_ROWS_PER_CHIP = 30

/** Of every exposure: against all others, and against reference stars alone. */
export function comparisons({ model, state, x }: SolvedNetwork): { others: Comparison[]; references: Comparison[] } {
  const { rows, colour, cell, skyCell, sky, layout } = model
  const { chips, first, chip } = rows
  // Of two exposures each takes on half of what one has: their levels are not asked.
  const isKnown = chips.exposures.length > 2
  // Without the catalogue's error over the sky, which takes up part of what is sought.
  const levelOf = (row: number) => x[layout.sky + Math.floor((cell[row]! - skyCell) / sky.cells) * sky.modes]!
  const empty = () => chips.exposures.map((): Comparison => ({ difference: [], expected: [], colour: [], chip: [] }))
  const others = empty()
  const references = empty()
  const step = Math.max(1, Math.floor(chip.length / Math.max(MAX_ROWS, MAX_ROWS_PER_CHIP * chips.count)))
  const add = (to: Comparison, difference: number, expected: number, star: number, k: number) => {
    to.difference.push(difference)
    to.expected.push(expected)
    to.colour.push(colour[star]!)
    to.chip.push(k)
  }
  const asked = new SortedValues()
  for (let star = 0; star < rows.starCount; star += step) {
    asked.clear()
    let weight = 0
    let sum = 0
    for (let j = first[star]!; j < first[star + 1]!; j++) {
      if (state.faint[j] === 1) continue
      const l = chip[j]!
      const own = 1 / state.varianceOf(j)
      if (l < chips.count)
        asked.add(state.value[j]! - (isKnown ? state.levelOf(j, star) : 0), own, chips.exposureOf[l]!)
      else {
        weight += own
        sum += own * (state.value[j]! - levelOf(j))
      }
    }
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      if (k >= chips.count || state.faint[i] === 1) continue
      const e = chips.exposureOf[k]!
      const variance = state.varianceOf(i)
      if (weight > 0) add(references[e]!, state.value[i]! - sum / weight, Math.sqrt(variance + 1 / weight), star, k)
      const left = asked.weightWithout(e)
      if (!(left > 0)) continue
      const median = asked.medianWithout(e, left)
      add(others[e]!, state.value[i]! - median, Math.sqrt(variance + 1 / left), star, k)
    }
  }
  return { others, references }
}

/** What the rows of one star ask for, ascending, with their weights and exposures. */
class SortedValues {
  private value = new Float64Array(64)
  private weight = new Float64Array(64)
  private exposure = new Int32Array(64)
  private count = 0

  clear(): void {
    this.count = 0
  }

  add(value: number, weight: number, exposure: number): void {
    if (this.count === this.value.length) {
      this.value = enlarged(this.value, new Float64Array(2 * this.count))
      this.weight = enlarged(this.weight, new Float64Array(2 * this.count))
      this.exposure = enlarged(this.exposure, new Int32Array(2 * this.count))
    }
    let at = this.count++
    for (; at > 0 && this.value[at - 1]! > value; at--) {
      this.value[at] = this.value[at - 1]!
      this.weight[at] = this.weight[at - 1]!
      this.exposure[at] = this.exposure[at - 1]!
    }
    this.value[at] = value
    this.weight[at] = weight
    this.exposure[at] = exposure
  }

  /** Sum of the weights of the other exposures. */
  weightWithout(exposure: number): number {
    let sum = 0
    for (let at = 0; at < this.count; at++) if (this.exposure[at] !== exposure) sum += this.weight[at]!
    return sum
  }

  /** Weighted median of the other exposures, whose weights are `total`. */
  medianWithout(exposure: number, total: number): number {
    let below = 0
    for (let at = 0; at < this.count; at++) {
      if (this.exposure[at] === exposure) continue
      below += this.weight[at]!
      if (below >= total / 2) return this.value[at]!
    }
    return NaN
  }
}

function enlarged<T extends Float64Array | Int32Array>(before: T, after: T): T {
  after.set(before)
  return after
}
