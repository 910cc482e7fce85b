import { patternRms } from './amplitudes.js'
import type { AmplifierStep } from './amplifier-steps.js'
import { chipKey, type TieInput, type TieOptions } from './input.js'
import type { LeftOut, NetworkResult } from './network-result.js'
import type { StarFlat, TiedAmplifiers, TiedExposure, TiedPair, TiedZeropoint, TieResult } from './result.js'
import type { StarFlatMap } from '../exposure/star-flat.js'
import { starFlatMaps } from './star-flat.js'
import { zeropointOf, type SolvedExposures } from './solve-exposures.js'
import { MAX_CHIPS_PAIRED, tieConcerns, verdictOf } from './tie-concerns.js'

/** Everything that is known of each CCD, pair, exposure, star and catalogue, in the caller's numbers. */
export function assembleResult(
  input: TieInput,
  options: TieOptions,
  networks: readonly NetworkResult[],
  leftOut: LeftOut,
): TieResult {
  const main = networks.find(({ tied }) => tied)
  const zeropoints = zeropointsOf(input, networks, leftOut)
  const exposures = exposuresOf(input, networks, leftOut)
  const concerns = tieConcerns(input, networks, leftOut, options.search === undefined)
  return {
    zeropoints,
    pairs: main === undefined ? [] : pairsOf(main, options.search),
    exposures,
    stars: starsOf(input, networks),
    catalogs: catalogsOf(main ?? networks[0]),
    starFlats: main === undefined ? [] : starFlatsOf(main, input, options.starFlat ?? false),
    pivotColour: (main ?? networks[0])?.solved.pivotColour ?? NaN,
    ccdScatter: main?.solved.amplitudes.ccdScatter ?? NaN,
    patternRms: main === undefined ? NaN : patternRms(main.solved.amplitudes),
    verdict: verdictOf(concerns),
    concerns,
    covariance: options.covariance && main !== undefined ? covarianceOf(input, main) : null,
  }
}

/** CCDs with a map, or with two amplifiers. */
function starFlatsOf({ solved, amplifiers }: NetworkResult, input: TieInput, wantsMaps: boolean): StarFlat[] {
  const maps = new Map((wantsMaps ? starFlatMaps(solved, input) : []).map((one) => [one.ccd, one]))
  const steps = new Map(amplifiers.map((one) => [one.ccd, one]))
  return [...new Set([...maps.keys(), ...steps.keys()])]
    .sort((a, b) => a - b)
    .map((ccd): StarFlat => {
      const { map, mapErr, ccd: _, ...grid } = maps.get(ccd) ?? NO_MAP
      return { ccd, grid: maps.has(ccd) ? grid : null, map, mapErr, amplifiers: amplifiersOf(steps.get(ccd)) }
    })
}

const NO_MAP: StarFlatMap = {
  ...{ ccd: 0, left: 0, bottom: 0, width: 0, height: 0, columns: 0, lines: 0 },
  ...{ map: new Float64Array(0), mapErr: new Float64Array(0) },
}

/** Magnitudes that are too bright have a zeropoint that is too small. */
function amplifiersOf(found: AmplifierStep | undefined): TiedAmplifiers | null {
  if (found === undefined) return null
  const { column, secondShare, step, stepErr } = found
  return { column, a: secondShare * step, b: (secondShare - 1) * step, err: stepErr }
}

function zeropointsOf({ ccds }: TieInput, networks: readonly NetworkResult[], leftOut: LeftOut): TiedZeropoint[] {
  const counts = networks.map(({ solved }) => starsOfChips(solved))
  return Array.from(ccds.exposure, (exposure, row): TiedZeropoint => {
    const ccd = ccds.ccd[row]!
    const none = { exposure, ccd, zeropoint: NaN, zeropointErr: NaN, nStars: 0, outcome: 'none' } as const
    const at = networks.findIndex(({ solved }) => solved.model.rows.chips.chipOf.has(chipKey(exposure, ccd)))
    const reason = leftOut.exposures.get(exposure) ?? null
    if (at < 0) return { ...none, reason: reason ?? 'no usable stars' }
    const { solved, errors, tied } = networks[at]!
    const { chips } = solved.model.rows
    const k = chips.chipOf.get(chipKey(exposure, ccd))!
    const { shared, referenced } = counts[at]!
    const variance = errors.covariance(k, k) + (tied ? 0 : errors.meanVariance)
    const known = { zeropoint: zeropointOf(solved, k), zeropointErr: Math.sqrt(Math.max(0, variance)) }
    if (solved.prior.isHeld(k))
      return { ...none, ...known, nStars: shared[k]!, outcome: 'tied', reason: 'held as it was published' }
    if (shared[k]! > 0 && tied) return { ...none, ...known, nStars: shared[k]!, outcome: 'tied', reason }
    if (referenced[k]! > 0)
      return { ...none, ...known, nStars: referenced[k]!, outcome: 'anchored', reason: reason ?? 'no stars in common' }
    return { ...none, reason: reason ?? 'neither stars in common nor references' }
  })
}

/** Sound stars of each chip: those that another exposure has too, and those with a reference. */
function starsOfChips({ model, state }: SolvedExposures): { shared: Uint32Array; referenced: Uint32Array } {
  const { rows } = model
  const { chips, chip, first } = rows
  const shared = new Uint32Array(chips.count)
  const referenced = new Uint32Array(chips.count)
  for (let star = 0; star < rows.starCount; star++) {
    let seen = 0
    let refs = 0
    for (let i = first[star]!; i < first[star + 1]!; i++)
      if (isSound(state, i)) {
        if (chip[i]! < chips.count) seen++
        else refs++
      }
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (chip[i]! >= chips.count || !isSound(state, i)) continue
      if (seen > 1) shared[chip[i]!]!++
      if (refs > 0) referenced[chip[i]!]!++
    }
  }
  return { shared, referenced }
}

const isSound = (state: SolvedExposures['state'], row: number): boolean =>
  state.faint[row] === 0 && state.sound[row]! >= 0.5

/** Pairs of CCDs of different exposures with sound stars in common, by exposure and CCD. */
function pairsOf({ solved, errors }: NetworkResult, search: readonly number[] | undefined): TiedPair[] {
  const { chips, chip, first, starCount } = solved.model.rows
  const n = chips.count
  if (search === undefined && n > MAX_CHIPS_PAIRED) return []
  const wanted = Uint8Array.from(chips.exposures, (exposure) => Number(search?.includes(exposure) ?? true))
  const isWanted = (k: number) => wanted[chips.exposureOf[k]!] === 1
  const common = new Map<number, number>()
  for (let star = 0; star < starCount; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      if (k >= n || !isWanted(k) || !isSound(solved.state, i)) continue
      for (let j = first[star]!; j < first[star + 1]!; j++) {
        const l = chip[j]!
        if (l >= n || chips.exposureOf[k] === chips.exposureOf[l] || !isSound(solved.state, j)) continue
        // Two that are both wanted meet twice.
        if (j > i && isWanted(l)) continue
        const pair = Math.min(k, l) * n + Math.max(k, l)
        common.set(pair, (common.get(pair) ?? 0) + 1)
      }
    }
  const numberOf = (k: number) => ({
    exposure: chips.exposures[chips.exposureOf[k]!]!,
    ccd: chips.ccds[chips.ccdOf[k]!]!,
  })
  const pairs = Array.from(common, ([pair, nCommon]): TiedPair => {
    const [k, l] = [Math.floor(pair / n), pair % n]
    // The lower number first, whatever the order within.
    const [a, b] = numberOf(k).exposure < numberOf(l).exposure ? [k, l] : [l, k]
    const [one, other] = [numberOf(a), numberOf(b)]
    return {
      exposureA: one.exposure,
      ccdA: one.ccd,
      exposureB: other.exposure,
      ccdB: other.ccd,
      ratioMag: zeropointOf(solved, a) - zeropointOf(solved, b),
      ratioErr: Math.sqrt(Math.max(0, errors.ofDifference(a, b))),
      nCommon,
    }
  })
  return pairs.sort(
    (p, q) => p.exposureA - q.exposureA || p.exposureB - q.exposureB || p.ccdA - q.ccdA || p.ccdB - q.ccdB,
  )
}

function exposuresOf({ ccds }: TieInput, networks: readonly NetworkResult[], leftOut: LeftOut): TiedExposure[] {
  return [...new Set(ccds.exposure)]
    .sort((a, b) => a - b)
    .map((exposure) => {
      const reason = leftOut.exposures.get(exposure)
      const at = networks.findIndex(({ solved }) => solved.model.rows.chips.exposures.includes(exposure))
      const own = networks[at]
      const e = own?.solved.model.rows.chips.exposures.indexOf(exposure) ?? -1
      const unknown = own === undefined ? -1 : own.solved.model.layout.colour + e
      return {
        exposure,
        colourTerm: own?.solved.x[unknown] ?? NaN,
        colourTermErr: Math.sqrt(own?.errors.variance[unknown] ?? NaN),
        verdict: reason ?? 'good',
        leftOut: reason !== undefined,
      }
    })
}

function catalogsOf(network: NetworkResult | undefined): TieResult['catalogs'] {
  if (network === undefined) return []
  const { model, x } = network.solved
  return model.rows.catalogs.map((catalog, b) => {
    const unknown = model.layout.sky + b * model.sky.modes
    return { catalog, level: x[unknown]!, levelErr: Math.sqrt(network.errors.variance[unknown]!) }
  })
}

/** Magnitudes of the stars; errors against the network's mean, as the zeropoints'. */
function starsOf({ stars }: TieInput, networks: readonly NetworkResult[]): TieResult['stars'] {
  const blank = () => new Float64Array(stars.count).fill(NaN)
  const [mag, magErr, inlierProbability] = [blank(), blank(), blank()]
  for (const { solved, errors } of networks) {
    const { model, state } = solved
    const { rows, cell } = model
    const { chips, chip, first } = rows
    for (let star = 0; star < rows.starCount; star++) {
      const number = rows.starNumber[star]!
      if (!Number.isNaN(mag[number]!)) continue
      let total = 0
      let observed = 0
      let sound = 0
      let count = 0
      for (let i = first[star]!; i < first[star + 1]!; i++) {
        total += state.weight[i]!
        if (chip[i]! >= chips.count) continue
        observed += state.weight[i]!
        sound += state.sound[i]!
        count++
      }
      if (!(total > 0)) continue
      let variance = 1 / total
      for (let i = first[star]!; i < first[star + 1]!; i++) {
        const k = chip[i]!
        const share = state.weight[i]! / observed
        if (k >= chips.count || !(share > 0)) continue
        variance += share * share * errors.patternVariance[cell[i]!]!
        // Draws tell nothing of covariances.
        const [from, to] = errors.sampled ? [i, i + 1] : [first[star]!, first[star + 1]!]
        for (let j = from; j < to; j++)
          if (chip[j]! < chips.count)
            variance += ((share * state.weight[j]!) / observed) * errors.covariance(k, chip[j]!)
      }
      mag[number] = state.magnitudeOf(star)
      magErr[number] = Math.sqrt(Math.max(1 / total, variance))
      inlierProbability[number] = sound / count
    }
  }
  return { mag, magErr, inlierProbability }
}

/** Of the rows of `ccds` that are in the network, in their order. */
function covarianceOf({ ccds }: TieInput, { solved, errors }: NetworkResult): Float64Array {
  const { chipOf } = solved.model.rows.chips
  const chips = Array.from(ccds.exposure, (exposure, row) => chipOf.get(chipKey(exposure, ccds.ccd[row]!))).filter(
    (k) => k !== undefined,
  )
  const covariance = new Float64Array(chips.length ** 2)
  chips.forEach((k, i) => chips.forEach((l, j) => (covariance[i * chips.length + j] = errors.covariance(k, l))))
  return covariance
}
