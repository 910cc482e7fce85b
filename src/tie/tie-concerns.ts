import type { TieInput } from './input.js'
import type { LeftOut, NetworkResult } from './network-result.js'
import type { TieConcern, TieResult } from './result.js'

/** A search image is compared with its templates to some mmag; a network that knows less needs a look [mag]. */
const LARGE_ERROR_MAG = 0.01

/** Networks of more CCDs have pairs of the exposures that `search` names only. */
export const MAX_CHIPS_PAIRED = 3000

/** Everything that is left out, and everything that limits what is left. */
export function tieConcerns(
  { observations }: TieInput,
  networks: readonly NetworkResult[],
  leftOut: LeftOut,
  wantsAllPairs: boolean,
): TieConcern[] {
  const concerns: TieConcern[] = []
  const main = networks.find(({ tied }) => tied)
  if (main === undefined)
    concerns.push({ tag: 'no-common-stars', sentence: 'no two exposures have stars in common: nothing is tied' })
  for (const [exposure, reason] of [...leftOut.exposures].sort((a, b) => a[0] - b[0]))
    concerns.push({ tag: 'left-out', sentence: `exposure ${exposure} is left out: ${reason}` })
  for (const [catalog, reason] of [...leftOut.catalogs].sort((a, b) => a[0] - b[0]))
    concerns.push({ tag: 'catalogue-left-out', sentence: `catalogue ${catalog} is left out: ${reason}` })
  if (main === undefined) return concerns
  const { solved, errors } = main
  const { rows } = solved.model
  if (rows.catalogs.length === 0)
    concerns.push({
      tag: 'no-references',
      sentence: 'no reference star: the ratios hold, the common level of the zeropoints is arbitrary',
    })
  if (observations.x === undefined)
    concerns.push({
      tag: 'no-places',
      sentence: 'places on the CCDs are not given: the pattern inside CCDs cannot be seen, and errors are without it',
    })
  if (errors.sampled)
    concerns.push({
      tag: 'sampled-errors',
      sentence: 'the network is too large for the inverse of its equations: errors are estimated, to 30 % or so',
    })
  const n = rows.chips.count
  if (wantsAllPairs && n > MAX_CHIPS_PAIRED)
    concerns.push({
      tag: 'no-pairs',
      sentence: `${n} CCDs have millions of pairs: none is listed, name the search exposures in the option search`,
    })
  let large = 0
  for (let k = 0; k < n; k++) if (Math.sqrt(errors.covariance(k, k)) > LARGE_ERROR_MAG) large++
  if (large > 0)
    concerns.push({
      tag: 'large-error',
      sentence: `${large} of ${n} CCDs have an error above ${1000 * LARGE_ERROR_MAG} mmag against the network`,
    })
  return concerns
}

const STOPS: readonly TieConcern['tag'][] = ['no-common-stars']

export function verdictOf(concerns: readonly TieConcern[]): TieResult['verdict'] {
  if (concerns.some(({ tag }) => STOPS.includes(tag))) return 'STOP'
  return concerns.length > 0 ? 'LOOK' : 'GO'
}
