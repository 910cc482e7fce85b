import { seededRandom } from '../math/random.js'
import { conjugateGradient } from './conjugate-gradient.js'
import { patternVariances } from './covariance.js'
import { largestDepth } from './depth.js'
import type { SolvedNetwork } from './network.js'
import { sandwichFactors } from './sandwich.js'
import { partOf, settleByPart } from './settle-by-part.js'
import type { TieErrors } from './tie-errors.js'

/** Draws of the posterior: their own variance of a chip is right to sqrt(2 / 16), a third. */
const DRAWS = 16
/**
 * What the draws show of a chip, or a pair, counts by this; the rest by the shape of 1 / diagonal, which errs by half.
 */
const OWN_SHARE = 0.7
/** What 80 rows of a chip know of its error, to a tenth, is better than what 16 draws do. */
const MAX_ROWS_PER_CHIP = 80
const MAX_ROWS = 500_000
/** Draws that are solved less well are too narrow: with 0.02 variances were 0.6 to 1.0 of the inverse's. */
const DRAWN = 0.002
/**
 * A gradient that all exposures and a catalogue have in common comes last. With 0.002 errors of zeropoints of thirty
 * exposures of one field were 0.4 of the inverse's, with this 1.09; of fifty the true ones were 3.0 times as large, now
 * 0.93. It costs two to four times as much; of 20 fields of ten the true ones are 1.14 times as large without.
 */
const DRAWN_DEEP = 0.0003
/** From here on it counts: stars of fields of ten that overlap are in 10 exposures, of one field of 26 in 20. */
const DEEP = 16

/**
 * Errors of a network that is too large for its inverse: what draws of the posterior show of each chip, and of each
 * pair, and in part 1 / diagonal of the normal equations times what they show to be missing: by exposure for levels,
 * for all together for differences of chips that share stars.
 */
export function sampledErrors(solved: SolvedNetwork): TieErrors {
  const { model, state, prior, x } = solved
  const { layout, rows } = model
  const { count, exposureOf, exposures } = rows.chips
  settleByPart(solved)
  const part = partOf(solved, Math.max(MAX_ROWS, MAX_ROWS_PER_CHIP * count))
  const { diagonal } = part
  const random = seededRandom(2)
  const right = new Float64Array(x.length)
  const tolerance = largestDepth(rows) > DEEP ? DRAWN_DEEP : DRAWN
  const own = (k: number) => 1 / diagonal[layout.chip + k]!
  const pairs = neighbours(solved)
  const variance = new Float64Array(x.length)
  const drawn = new Float64Array(exposures.length)
  const expected = new Float64Array(exposures.length)
  const strays = new Float64Array(DRAWS * count)
  let [apart, apartExpected, meanVariance] = [0, 0, 0]
  for (let draw = 0; draw < DRAWS; draw++) {
    part.system.draw(random, right)
    const stray = conjugateGradient(part.system, part.precondition, right, tolerance).solution
    let mean = 0
    for (let k = 0; k < count; k++) mean += stray[layout.chip + k]! / count
    meanVariance += mean ** 2 / DRAWS
    for (let i = 0; i < layout.chip; i++) variance[i]! += stray[i]! ** 2 / DRAWS
    for (let k = 0; k < count; k++) {
      strays[k * DRAWS + draw] = stray[layout.chip + k]! - mean
      drawn[exposureOf[k]!]! += (stray[layout.chip + k]! - mean) ** 2
      expected[exposureOf[k]!]! += own(k)
    }
    for (let p = 0; p < pairs.length; p += 2) {
      apart += (stray[layout.chip + pairs[p]!]! - stray[layout.chip + pairs[p + 1]!]!) ** 2
      apartExpected += own(pairs[p]!) + own(pairs[p + 1]!)
    }
  }
  // No draw is needed to know that catalogues leave their common level as uncertain as they state it.
  const levels = rows.catalogs.map((_, b) => layout.sky + b * model.sky.modes)
  const common = 1 / levels.reduce((sum, at) => sum + prior.precision[at]!, 0)
  if (!prior.holds) for (const at of levels) variance[at] = Math.max(variance[at]!, common)
  const larger = sandwichFactors(solved)
  const scales = larger.map(Math.sqrt)
  const ofExposure = drawn.map((square, e) => square / expected[e]!)
  const ofPairs = apartExpected > 0 ? apart / apartExpected : 1
  /** Mean square over the draws of a chip's stray, or of what two differ by; each as much larger as its exposure. */
  const seen = (k: number, l: number | null) => {
    const [one, other] = [scales[exposureOf[k]!]!, l === null ? 0 : scales[exposureOf[l]!]!]
    let sum = 0
    for (let draw = 0; draw < DRAWS; draw++)
      sum += (one * strays[k * DRAWS + draw]! - (l === null ? 0 : other * strays[l * DRAWS + draw]!)) ** 2
    return sum / DRAWS
  }
  const both = (own: number, shape: number) => OWN_SHARE * own + (1 - OWN_SHARE) * shape
  return {
    sampled: true,
    variance,
    meanVariance,
    patternVariance: patternVariances(model, state.weight, prior),
    covariance: (k, l) =>
      k === l ? both(seen(k, null), larger[exposureOf[k]!]! * ofExposure[exposureOf[k]!]! * own(k)) : 0,
    ofDifference: (k, l) =>
      both(seen(k, l), ofPairs * (larger[exposureOf[k]!]! * own(k) + larger[exposureOf[l]!]! * own(l))),
  }
}

/** Pairs of chips that share stars, by an even choice of stars. */
function neighbours({ model }: SolvedNetwork): Uint32Array {
  const { first, chip, chips, starCount } = model.rows
  const step = Math.max(1, Math.floor(starCount / SAMPLED_STARS))
  const pairs: number[] = []
  for (let star = 0; star < starCount; star += step)
    for (let i = first[star]! + 1; i < first[star + 1]!; i++)
      if (chip[i]! < chips.count && chips.exposureOf[chip[i]!] !== chips.exposureOf[chip[i - 1]!])
        pairs.push(chip[i - 1]!, chip[i]!)
  return Uint32Array.from(pairs)
}

const SAMPLED_STARS = 2000
