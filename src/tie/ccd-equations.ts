import type { TieInput } from './input.js'
import type { SolvedNetwork } from './network.js'

/** What a CCD has inside it beside what its network knows: terms that depend on the place. */
export interface CcdTerms {
  readonly count: number
  /** Writes their values at a pixel into the first `count` places. */
  readonly at: (x: number, y: number, into: Float64Array) => void
  /** Of the pattern that the network has found there, what the terms are to say anew [mag]. */
  readonly taken: (row: number, values: Float64Array) => number
}

/** Normal equations of a CCD's terms, and after them of the levels of its exposures. */
export interface CcdEquations {
  readonly size: number
  /** Lower triangle by rows. */
  readonly matrix: Float64Array
  readonly right: Float64Array
  /** Rows that take part. */
  readonly rows: number
}

/** Nothing is known of a chip's level but that it is near what the network says [1 / mag^2]. */
const LEVEL_PRECISION = 1

/**
 * Least squares of a settled network's residuals on terms of one CCD and the levels of its exposures. Stars are
 * eliminated; all other unknowns are taken as they are. No prior for the terms is in it yet.
 *
 * @param stars that have a row on the CCD
 */
export function ccdEquations(
  { model, state }: SolvedNetwork,
  { observations: { x, y } }: TieInput,
  c: number,
  stars: Uint32Array,
  terms: CcdTerms,
): CcdEquations {
  const { chips, chip, first, source } = model.rows
  const { weight } = state
  const { count } = terms
  const size = count + chips.exposures.length
  const matrix = new Float64Array(size * size)
  const right = new Float64Array(size)
  const own = new Float64Array(size)
  const weighted = new Float64Array(size)
  const ofStar = new Float64Array(size)
  const shareOfStar = new Float64Array(size)
  const addProduct = (factors: Float64Array, values: Float64Array, levels: readonly number[]) => {
    for (let a = 0; a < count; a++) {
      const factor = factors[a]!
      for (let b = 0, at = a * size; b <= a; b++, at++) matrix[at]! += factor * values[b]!
    }
    for (const a of levels) {
      const factor = factors[a]!
      for (let b = 0, at = a * size; b < count; b++, at++) matrix[at]! += factor * values[b]!
      for (const b of levels) if (b <= a) matrix[a * size + b]! += factor * values[b]!
    }
  }
  let rows = 0
  for (const star of stars) {
    const levels: number[] = []
    let [total, sum] = [0, 0]
    ofStar.fill(0)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      const w = weight[i]!
      if (!(w > 0)) continue
      let residual = state.value[i]! - state.levelOf(i, star)
      total += w
      if (k < chips.count && chips.ccdOf[k] === c) {
        rows++
        terms.at(x![source[i]!]!, y![source[i]!]!, own)
        residual += terms.taken(i, own)
        const level = count + chips.exposureOf[k]!
        own[level] = 1
        if (!levels.includes(level)) levels.push(level)
        for (let a = 0; a < count; a++) weighted[a] = w * own[a]!
        weighted[level] = w
        for (let a = 0; a < count; a++) {
          ofStar[a]! += weighted[a]!
          right[a]! += weighted[a]! * residual
        }
        ofStar[level]! += w
        right[level]! += w * residual
        addProduct(weighted, own, [level])
        own[level] = 0
      }
      sum += w * residual
    }
    if (levels.length === 0) continue
    for (const columns of [Array.from({ length: count }, (_, a) => a), levels])
      for (const a of columns) {
        right[a]! -= (ofStar[a]! * sum) / total
        shareOfStar[a] = -ofStar[a]! / total
      }
    addProduct(shareOfStar, ofStar, levels)
  }
  for (let a = count; a < size; a++) matrix[a * (size + 1)]! += LEVEL_PRECISION
  return { size, matrix, right, rows }
}

/** Stars that each CCD has, by index. */
export function starsByCcd({ model: { rows } }: SolvedNetwork): Uint32Array[] {
  const { chips, chip, first, starCount } = rows
  const lists = chips.ccds.map((): number[] => [])
  for (let star = 0; star < starCount; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (chip[i]! >= chips.count) continue
      const list = lists[chips.ccdOf[chip[i]!]!]!
      if (list.at(-1) !== star) list.push(star)
    }
  return lists.map((list) => Uint32Array.from(list))
}

/** Normalised Legendre polynomials 0 ... `most` at t from -1 to 1. */
export function legendreAt(t: number, most: number, into: Float64Array): void {
  let [before, now] = [1, t]
  into[0] = 1
  for (let m = 1; m <= most; m++) {
    into[m] = now * Math.sqrt(2 * m + 1)
    ;[before, now] = [now, ((2 * m + 1) * t * now - m * before) / (m + 1)]
  }
}
