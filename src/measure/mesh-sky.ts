/** Level and noise of the sky in one mesh. */
export interface MeshSky {
  readonly level: number
  readonly sigma: number
}

/** First cut, in standard deviations of all pixels. */
const FIRST_CUT = 2
/** Cut round the median, until it takes no more away (SExtractor 2.25 manual, "Modeling the background"). */
const CUT = 3
const MAX_ROUNDS = 100
/** Converged: the standard deviation changes by less. */
const CONVERGED = 1e-4
/** If mean and median are further apart, in standard deviations, the field is crowded: the median alone. */
const CROWDED = 0.3
/** Levels of the histogram, and how far it reaches on each side, in standard deviations after the first cut. */
const LEVELS = 4096
const REACH = 5

const histogram = new Int32Array(LEVELS)

/**
 * The sky of the pixels of one mesh: cut at 3 sigma round the median until nothing changes, then the mode as 2.5 median
 * - 1.5 mean (Bertin & Arnouts 1996, A&AS 117, 393, section 4). Medians are read from a histogram of levels of 0.0024
 * sigma, with the place within a level.
 *
 * @param values pixels of the mesh that may be measured, `count` of them
 * @returns undefined for pixels of which too few are left
 */
export function meshSky(values: Float32Array, count: number): MeshSky | undefined {
  const all = momentsWithin(values, count, -Infinity, Infinity)
  const cut = FIRST_CUT * all.sigma
  const first = momentsWithin(values, count, all.mean - cut, all.mean + cut)
  if (first.count === 0) return undefined
  if (first.sigma === 0) return { level: first.mean, sigma: 0 }
  return modeOf(values, count, first)
}

interface Moments {
  readonly count: number
  readonly mean: number
  readonly sigma: number
}

/** Values in one go: the engine compiles a loop that is called often, and one mesh is too few calls. */
const PIECE = 1024

function momentsWithin(values: Float32Array, count: number, low: number, high: number): Moments {
  const sums = new Float64Array(3)
  // About one of them, so that squares of a high level do not lose the noise.
  const origin = values[0] ?? 0
  for (let from = 0; from < count; from += PIECE)
    addMoments(values, from, Math.min(count, from + PIECE), low, high, origin, sums)
  const n = sums[0]!
  const mean = n > 0 ? sums[1]! / n : 0
  const sigma = n > 0 ? Math.sqrt(Math.max(0, sums[2]! / n - mean * mean)) : 0
  return { count: n, mean: origin + mean, sigma }
}

/** Adds number, sum and squares of those between two bounds, from the origin. */
function addMoments(
  values: Float32Array,
  from: number,
  to: number,
  low: number,
  high: number,
  origin: number,
  sums: Float64Array,
): void {
  let n = sums[0]!
  let sum = sums[1]!
  let squares = sums[2]!
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (value < low || value > high) continue
    const d = value - origin
    n++
    sum += d
    squares += d * d
  }
  sums[0] = n
  sums[1] = sum
  sums[2] = squares
}

/** Counts values into the histogram. */
function tally(values: Float32Array, from: number, to: number, origin: number, scale: number): void {
  for (let i = from; i < to; i++) {
    const level = (values[i]! - origin) * scale
    if (level >= 0 && level < LEVELS) histogram[level | 0]!++
  }
}

function modeOf(values: Float32Array, count: number, first: Moments): MeshSky {
  const origin = first.mean - REACH * first.sigma
  const perSigma = LEVELS / (2 * REACH)
  const scale = perSigma / first.sigma
  histogram.fill(0)
  for (let from = 0; from < count; from += PIECE) tally(values, from, Math.min(count, from + PIECE), origin, scale)
  let from = 0
  let to = LEVELS
  let mean = 0
  let median = 0
  let sigma = LEVELS
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let n = 0
    let sum = 0
    let squares = 0
    for (let k = from; k < to; k++) {
      const held = histogram[k]!
      n += held
      sum += held * k
      squares += held * k * k
    }
    if (n === 0) break
    const before = sigma
    mean = sum / n
    sigma = Math.sqrt(Math.max(0, squares / n - mean * mean))
    median = medianOf(from, to, n)
    from = Math.max(0, Math.floor(median - CUT * sigma))
    to = Math.min(LEVELS, Math.floor(median + CUT * sigma) + 1)
    if (Math.abs(sigma / before - 1) < CONVERGED) break
  }
  // Places are of the levels' lower ends.
  const place = (level: number) => origin + (level + 0.5) / scale
  const level = Math.abs(mean - median) < CROWDED * sigma ? 2.5 * median - 1.5 * mean : median
  return { level: place(level), sigma: sigma / scale }
}

/** The median of what the histogram holds, within its level by proportion; a level's own place is its middle. */
function medianOf(from: number, to: number, count: number): number {
  let below = 0
  for (let k = from; k < to; k++) {
    const held = histogram[k]!
    if (2 * (below + held) >= count) return k + (count / 2 - below) / held - 0.5
    below += held
  }
  return to
}
