/** A seeded stream of random numbers: the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number
  /** Number of events of a Poisson law. */
  poisson(mean: number): number
  /** Whole number in [0, n). */
  below(n: number): number
}

/**
 * Mulberry32 (T. Ettinger 2017, public domain): 32 bits of state, period 2^32.
 * Normals by Box and Muller (1958), Poisson by multiplication below 30 and by the rounded normal above.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const next32 = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  const uniform = () => (next32() * 2 ** 21 + (next32() >>> 11)) / 2 ** 53
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const poisson = (mean: number) => {
    if (mean >= 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = uniform(); product > limit; product *= uniform()) count++
    return count
  }
  return { uniform, normal, poisson, below: (n) => Math.floor(uniform() * n) }
}
