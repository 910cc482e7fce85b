import { dot, normalized, sum, toTangentPlane, unitVector, directionOf, type Vec3 } from '../../math/sphere.js'
import { verdictFrom, type Concern } from '../concern.js'
import { EXPOSURE_FLAGS } from './flags.js'
import type { CcdMatches, ExposureSolution, SolvedCcd } from './result.js'
import type { CcdResult } from '../result.js'
import { magsInFilter } from '../system/colour-term.js'

/** A direction on the sky, ICRS. */
export interface Direction {
  readonly raDeg: number
  readonly decDeg: number
}

/** Mean direction of the CCDs' centres: the origin of the focal plane if the pointing itself is not known. */
export function meanDirection(centres: readonly Direction[]): Direction {
  const total = centres
    .map(({ raDeg, decDeg }) => unitVector(raDeg, decDeg))
    .reduce<Vec3>((a, b) => sum(a, b), [0, 0, 0])
  return dot(total, total) > 0 ? directionOf(normalized(total)) : { raDeg: 0, decDeg: 0 }
}

/** A CCD's own result, as input of the exposure's solution. */
export function ccdMatchesOf(result: CcdResult, centre: Direction, pointing: Direction): CcdMatches {
  const { ccd, zeropoint, zeropointErr, cuts, matches: stars, colourTerm } = result
  const matches = { ...stars, refMag: magsInFilter(stars, colourTerm) }
  const { xiDeg, etaDeg } = toTangentPlane(centre.raDeg, centre.decDeg, pointing) ?? { xiDeg: 0, etaDeg: 0 }
  return { ccd, xiDeg, etaDeg, zeropoint, zeropointErr, nUsed: cuts.used, matches }
}

/** The CCDs' results with the exposure's solution: zeropoint, error, share of its own stars, flag, residuals. */
export function applySolution(results: readonly CcdResult[], solution: ExposureSolution): CcdResult[] {
  const byCcd = new Map(solution.ccds.map((solved) => [solved.ccd, solved]))
  const systematicErr = results.map((result) => result.systematicErr).find((error) => error !== null) ?? null
  return results.map((result) => {
    const solved = byCcd.get(result.ccd)
    return solved === undefined ? result : applied(result, solved, systematicErr)
  })
}

function applied(result: CcdResult, solved: SolvedCcd, systematicErr: number | null): CcdResult {
  const { zeropoint } = solved
  const residual = magsInFilter(result.matches, result.colourTerm).map((refMag, i) =>
    zeropoint === null ? NaN : refMag - result.matches.instMag[i]! - zeropoint,
  )
  const borrowed = solved.outcome === 'borrowed'
  const concerns = concernsWith(result, solved)
  return {
    ...result,
    outcome: solved.outcome,
    reason: result.reason ?? solved.reason,
    concerns,
    verdict: verdictFrom(concerns),
    zeropoint,
    zeropointErr: solved.zeropointErr,
    systematicErr: zeropoint === null ? null : (result.systematicErr ?? systematicErr),
    ownFraction: solved.ownFraction,
    flag: solved.flag,
    matches: { ...result.matches, residual, ...(borrowed ? { weight: new Float64Array(residual.length) } : {}) },
  }
}

/** The concerns of a CCD once the exposure is solved; those of the exposure come last. */
function concernsWith(result: CcdResult, { outcome, reason, flag }: SolvedCcd): readonly Concern[] {
  if (outcome === 'none') return result.concerns
  const own = result.concerns.filter(({ tag }) => tag !== 'no-zeropoint')
  if (outcome === 'borrowed')
    return [
      { tag: 'borrowed', severity: 'look', sentence: `borrowed from the exposure: ${result.reason ?? reason}` },
      ...own,
    ]
  if (reason === null) return own
  if (flag === EXPOSURE_FLAGS.suspect) return [...own, { tag: 'suspect-exposure', severity: 'stop', sentence: reason }]
  if (flag === EXPOSURE_FLAGS.outlier) return [...own, { tag: 'outlier', severity: 'stop', sentence: reason }]
  return [...own, { tag: 'shrunk', severity: 'hint', sentence: reason }]
}
