import { emptyDensities, fillDensities, POPULATIONS, type OutlierShape } from './mixture-density.js'
import type { MixtureData } from './mixture-likelihood.js'
import { logScatterPrior, type Estimate, type Start } from './mixture-prior.js'

/** Quadrature of the outlier fraction: five nodes of equal weight, mean 0.1. */
const FRACTIONS = [0.01, 0.04, 0.08, 0.13, 0.24]
const FACTORS = 7
/** The scatter factor runs over priorFactor / 6 ... 5 priorFactor. */
const LEAST = 1 / 6
const MOST = 5
const MAX_POINTS = 250
/** Standard normal quantile of 0.9. */
const Z90 = 1.2815515655446004

/**
 * Posterior of the zeropoint for a dozen stars or fewer, by plain quadrature over centre, scatter factor and outlier
 * fraction: with so few stars there may be two clusters, which no single maximum represents. The shares of the outlier
 * populations stay at their prior. The posterior has long tails, so the error is the half width of the central 80 %
 * over 1.2816, not the standard deviation.
 */
export function fewStars(data: MixtureData, alpha: readonly number[], { priorFactor, outliers }: Start): Estimate {
  const posterior = new FewStarsPosterior(data, alpha, outliers)
  const factors = Float64Array.from(
    { length: FACTORS },
    (_, j) => priorFactor * LEAST * (MOST / LEAST) ** (j / (FACTORS - 1)),
  )
  const { low, step, points } = centreGrid(posterior, factors[0]!, priorFactor)
  const density = new Float64Array(points)
  let total = 0
  let factorSum = 0
  for (const k of factors) {
    const prior = Math.exp(logScatterPrior(k / priorFactor))
    for (let b = 0; b < points; b++) {
      const value = prior * posterior.at(low + b * step, k)
      density[b]! += value
      total += value
      factorSum += k * value
    }
  }
  let zeropoint = 0
  for (let b = 0; b < points; b++) zeropoint += (density[b]! / total) * (low + b * step)
  const factor = factorSum / total
  const zeropointErr = (quantileOf(density, low, step, 0.9) - quantileOf(density, low, step, 0.1)) / (2 * Z90)
  return { zeropoint, zeropointErr, factor, soundProbability: posterior.soundProbability(zeropoint, factor) }
}

class FewStarsPosterior {
  private readonly densities
  private readonly products = new Float64Array(FRACTIONS.length)
  /** Shares of the three outlier populations. */
  private readonly shares: readonly number[]
  private readonly meanOdds: number

  constructor(
    readonly data: MixtureData,
    alpha: readonly number[],
    private readonly shape: OutlierShape,
  ) {
    this.densities = emptyDensities(data.offset.length)
    const outliers = alpha.slice(1)
    const sum = outliers.reduce((total, a) => total + a, 0)
    this.shares = outliers.map((a) => a / sum)
    this.meanOdds = data.meanOdds
  }

  /** Likelihood at a centre and a scatter factor, averaged over the outlier fraction. */
  at(z: number, k: number): number {
    this.fill(z, k)
    const { products } = this
    products.fill(1)
    for (let i = 0; i < this.data.offset.length; i++) {
      const sound = this.data.oddsRatio[i]! * this.meanOdds * this.densities.density[i * POPULATIONS]!
      const outlier = this.outlierDensity(i)
      const part = this.data.evidence[i]!
      for (let f = 0; f < FRACTIONS.length; f++) {
        const likelihood = (1 - FRACTIONS[f]!) * sound + FRACTIONS[f]! * outlier
        products[f]! *= part === 1 ? likelihood : likelihood ** part
      }
    }
    return products.reduce((sum, product) => sum + product, 0)
  }

  soundProbability(z: number, k: number): Float64Array {
    const { products, data, densities } = this
    this.at(z, k)
    let total = 0
    let fraction = 0
    for (let f = 0; f < FRACTIONS.length; f++) {
      total += products[f]!
      fraction += products[f]! * FRACTIONS[f]!
    }
    fraction /= total
    return data.oddsRatio.map((ratio, i) => {
      const sound = (1 - fraction) * ratio * this.meanOdds * densities.density[i * POPULATIONS]!
      return sound / (sound + fraction * this.outlierDensity(i))
    })
  }

  private fill(z: number, k: number): void {
    const { offset, variance, expectedScatter } = this.data
    fillDensities(this.densities, offset, variance, expectedScatter, z, k, this.shape)
  }

  private outlierDensity(i: number): number {
    const { density } = this.densities
    const at = i * POPULATIONS
    return this.shares[0]! * density[at + 1]! + this.shares[1]! * density[at + 2]! + this.shares[2]! * density[at + 3]!
  }
}

/** Points that cover every cluster of stars that could hold the zeropoint, no coarser than the narrowest posterior. */
function centreGrid(
  posterior: FewStarsPosterior,
  leastFactor: number,
  priorFactor: number,
): { low: number; step: number; points: number } {
  const { offset, variance, expectedScatter, evidence } = posterior.data
  const errorAt = (k: number) =>
    1 / Math.sqrt(variance.reduce((sum, v, i) => sum + evidence[i]! / (v + (k * expectedScatter[i]!) ** 2), 0))
  const logs = offset.map((z) => Math.log(posterior.at(z, 1.5 * priorFactor)))
  const best = logs.reduce((top, value) => Math.max(top, value), -Infinity)
  const near = offset.filter((_, i) => logs[i]! > best - 9)
  const margin = 4 * errorAt(2 * priorFactor)
  const low = near.reduce((least, value) => Math.min(least, value), Infinity) - margin
  const high = near.reduce((most, value) => Math.max(most, value), -Infinity) + margin
  const points = Math.min(MAX_POINTS, Math.ceil((high - low) / (0.8 * errorAt(leastFactor))) + 1)
  return { low, step: (high - low) / (points - 1), points }
}

/** Abscissa at which the cumulative integral (trapezoids) of a density reaches a fraction of the total. */
function quantileOf(density: Float64Array, low: number, step: number, share: number): number {
  let whole = 0
  for (let b = 1; b < density.length; b++) whole += density[b - 1]! + density[b]!
  let sum = 0
  for (let b = 1; b < density.length; b++) {
    const part = (density[b - 1]! + density[b]!) / whole
    if (sum + part >= share) return low + step * (b - 1 + (share - sum) / part)
    sum += part
  }
  return low + step * (density.length - 1)
}
