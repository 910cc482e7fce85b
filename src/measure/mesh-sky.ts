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

/** Pixels that tell where the histogram is to be: it reaches 5 sigma, of which they tell the hundredth. */
const SAMPLE = 8192

const histogram = new Int32Array(LEVELS)
const numbers = new Float64Array(LEVELS + 1)
const sums = new Float64Array(LEVELS + 1)
const squares = new Float64Array(LEVELS + 1)

/**
 * The sky of the pixels of one mesh: cut at 3 sigma round the median until nothing changes, then the mode as 2.5 median
 * - 1.5 mean (Bertin & Arnouts 1996, A&AS 117, 393, section 4). Medians are read from a histogram of levels of 0.0024
 * sigma, with the place within a level.
 *
 * @param values pixels of the mesh that may be measured, `count` of them
 * @returns undefined for pixels of which too few are left
 */
export function meshSky(values: Float32Array, count: number): MeshSky | undefined {
  const step = Math.ceil(count / SAMPLE)
  const all = momentsWithin(values, count, step, -Infinity, Infinity)
  const cut = FIRST_CUT * all.sigma
  const first = momentsWithin(values, count, step, all.mean - cut, all.mean + cut)
  if (first.count === 0) return undefined
  if (first.sigma === 0) return { level: first.mean, sigma: 0 }
  return modeOf(values, count, first)
}

interface Moments {
  readonly count: number
  readonly mean: number
  readonly sigma: number
}

/** Of every `step`th value that lies between two bounds. */
function momentsWithin(values: Float32Array, count: number, step: number, low: number, high: number): Moments {
  // About one of them, so that squares of a high level do not lose the noise.
  const origin = values[0] ?? 0
  let n = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < count; i += step) {
    const value = values[i]!
    if (value < low || value > high) continue
    const d = value - origin
    n++
    sum += d
    squares += d * d
  }
  const mean = n > 0 ? sum / n : 0
  const sigma = n > 0 ? Math.sqrt(Math.max(0, squares / n - mean * mean)) : 0
  return { count: n, mean: origin + mean, sigma }
}

/** Values in one go: the engine compiles a loop that is called often, and one mesh is too few calls. */
const PIECE = 1024

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
  // Numbers, sums and squares of levels below each, so that every round takes differences.
  for (let k = 0; k < LEVELS; k++) {
    const held = histogram[k]!
    numbers[k + 1] = numbers[k]! + held
    sums[k + 1] = sums[k]! + held * k
    squares[k + 1] = squares[k]! + held * k * k
  }
  let from = 0
  let to = LEVELS
  let mean = 0
  let median = 0
  let sigma = LEVELS
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const n = numbers[to]! - numbers[from]!
    if (n === 0) break
    const before = sigma
    mean = (sums[to]! - sums[from]!) / n
    sigma = Math.sqrt(Math.max(0, (squares[to]! - squares[from]!) / n - mean * mean))
    median = medianOf(from, to)
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
function medianOf(from: number, to: number): number {
  const half = (numbers[from]! + numbers[to]!) / 2
  // The level within which half of them are reached.
  let low = from
  for (let high = to - 1; low < high;) {
    const middle = (low + high) >> 1
    if (numbers[middle + 1]! >= half) high = middle
    else low = middle + 1
  }
  return low + (half - numbers[low]!) / histogram[low]! - 0.5
}
