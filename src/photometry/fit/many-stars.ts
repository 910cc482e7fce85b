import { MixtureLikelihood, type MixtureData, type Sweep } from './mixture-likelihood.js'
import { logScatterPrior, type Estimate, type Start } from './mixture-prior.js'

/** What the data say for one value of the scatter factor. */
interface Node {
  readonly z: number
  readonly variance: number
  readonly k: number
  readonly logWeight: number
}

/**
 * Posterior of the zeropoint for more than a dozen stars: for each of a few scatter factors k around the most probable
 * one the centre and the population weights are maximised and integrated by Laplace's rule, then the values of k are
 * averaged by their evidence (nested Laplace: Rue, Martino & Chopin 2009). The error is the posterior's, or the
 * sandwich (Huber 1967) if that is larger.
 */
export function manyStars(
  data: MixtureData,
  alpha: readonly number[],
  { centre, factor, priorFactor, outliers }: Start,
): Estimate {
  const likelihood = new MixtureLikelihood(data, alpha, outliers)
  const climbed = climb(likelihood, centre, factor, priorFactor)
  const weightsThere = likelihood.weights.slice()
  const large = data.offset.length > 1000
  const half = large ? 1 : 3
  const span = large ? 1.5 : 2.4
  const middle = visit(likelihood, climbed.z, climbed.k, priorFactor)
  const soundProbability = likelihood.soundProbability()
  const nodes = [middle.node]
  for (const direction of [1, -1]) {
    let z = climbed.z
    likelihood.weights.set(weightsThere)
    for (let step = 1; step <= half; step++) {
      const { node } = visit(
        likelihood,
        z,
        Math.max(MIN_FACTOR, climbed.k * Math.exp((direction * step * span * climbed.logSpread) / half)),
        priorFactor,
      )
      nodes.push(node)
      z = node.z
    }
  }
  const top = Math.max(...nodes.map((node) => node.logWeight))
  const shares = nodes.map((node) => Math.exp(node.logWeight - top))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const average = (value: (node: Node) => number) =>
    nodes.reduce((sum, node, j) => sum + shares[j]! * value(node), 0) / total
  const zeropoint = average((node) => node.z)
  const posteriorErr = Math.sqrt(average((node) => node.variance + (node.z - zeropoint) ** 2))
  const zeropointErr = Math.max(posteriorErr, Math.min(1.5 * posteriorErr, middle.sandwichErr))
  return { zeropoint, zeropointErr, factor: average((node) => node.k), soundProbability }
}

const MIN_FACTOR = 0.06

/** The most probable centre, weights and scatter factor, near enough to put the nodes around it. */
function climb(
  likelihood: MixtureLikelihood,
  centre: number,
  factor: number,
  priorFactor: number,
): { z: number; k: number; logSpread: number } {
  let z = centre
  let k = factor
  let sums: Sweep | undefined
  for (let round = 0; round < 20; round++) {
    likelihood.place(z, k)
    likelihood.balance(3)
    sums = likelihood.sweep(false)
    z += newtonStep(sums)
    const target = Math.sqrt((sums.scatterSum + priorFactor ** 2) / (sums.soundCount + 1))
    const logStep = Math.log(Math.max(0.08, target) / k)
    // Expectation maximisation of a variance is slow: over-relaxed.
    k = Math.max(0.08, k * Math.exp(1.6 * logStep))
    if (Math.abs(logStep) < 0.02 && sums.score ** 2 < 0.01 * sums.information) break
  }
  return { z, k, logSpread: Math.min(1.1, 1 / Math.sqrt(sums!.scatterInformation + 0.5)) }
}

function visit(
  likelihood: MixtureLikelihood,
  start: number,
  k: number,
  priorFactor: number,
): { node: Node; sandwichErr: number } {
  let z = start
  likelihood.place(z, k)
  likelihood.balance(3)
  z += newtonStep(likelihood.sweep(false))
  likelihood.place(z, k)
  likelihood.balance(3)
  const sums = likelihood.sweep(true)
  const marginal = likelihood.marginal(sums.information)
  const information = Math.max(marginal.information, 0.2 * sums.soundWeight)
  z += newtonStep(sums)
  const n = likelihood.count
  return {
    node: {
      z,
      variance: 1 / information,
      k,
      logWeight:
        sums.logLikelihood + logScatterPrior(k / priorFactor) - 0.5 * (marginal.logDeterminant + Math.log(information)),
    },
    sandwichErr: Math.sqrt((sums.squaredScores * n) / (n - 1)) / sums.information,
  }
}

/** Far from the centre the information can be small or negative; half the sound stars' weight keeps the step short. */
const newtonStep = (sums: Sweep): number => sums.score / Math.max(sums.information, 0.5 * sums.soundWeight)
