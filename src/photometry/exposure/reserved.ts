import type { ReservableStars, ReservedStars, CcdMatches, SolvedCcd } from './result.js'
import { madScatter } from '../../math/robust.js'
import { gather, indicesWhere, sortingOrder } from '../../math/select.js'
import { fitZeropoint } from '../fit/zeropoint.js'

const TENTH = 10
const MIN_STARS = 2
/** Scatter of inliers beyond their errors [mag]; for weights only. */
const TYPICAL_SCATTER_MAG = 0.015

/**
 * Whether a star is held back: one in ten by a hash of its id (finaliser of MurmurHash3, 64 bits, Appleby 2011), the
 * same in every exposure.
 */
export function isReserved(sourceId: bigint): boolean {
  const id = BigInt.asUintN(64, sourceId)
  const once = BigInt.asUintN(64, (id ^ (id >> 33n)) * 0xff51afd7ed558ccdn)
  const twice = BigInt.asUintN(64, (once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n)
  return (twice ^ (twice >> 33n)) % BigInt(TENTH) === 0n
}

/**
 * Solves the exposure without a tenth of the stars, then computes the residuals of that tenth. Null if no CCD carries
 * its matches.
 *
 * @param solve the exposure's solution for the CCDs with fewer stars
 */
export function reservedStars(
  ccds: readonly CcdMatches[],
  solve: (reduced: readonly CcdMatches[]) => readonly SolvedCcd[],
): ReservedStars | null {
  const residuals: number[] = []
  const information: number[] = []
  if (ccds.every(({ matches }) => matches === undefined)) return null
  const split = ccds.map((ccd) => ({ ccd, ...splitStars(ccd.matches) }))
  const solved = solve(split.map(({ ccd, kept }) => (ccd.matches ? { ...ccd, ...refitted(ccd.matches, kept) } : ccd)))
  split.forEach(({ ccd: { matches }, reserved }, k) => {
    const { zeropoint } = solved[k]!
    if (!matches || zeropoint === null) return
    for (const i of reserved) {
      residuals.push(matches.refMag[i]! - matches.instMag[i]! - zeropoint)
      information.push(
        1 / (TYPICAL_SCATTER_MAG ** 2 + (matches.refMagErr?.[i] || 0) ** 2 + (matches.instMagErr?.[i] || 0) ** 2),
      )
    }
  })
  if (residuals.length === 0) return null
  return {
    nStars: residuals.length,
    medianMmag: 1000 * weightedMedian(residuals, information),
    scatterMmag: 1000 * madScatter(residuals),
  }
}

/** The value at which half of the weight is reached. */
function weightedMedian(values: readonly number[], weight: readonly number[]): number {
  const order = sortingOrder(values)
  const half = weight.reduce((sum, w) => sum + w, 0) / 2
  let sum = 0
  for (const i of order) {
    sum += weight[i]!
    if (sum >= half) return values[i]!
  }
  return NaN
}

function splitStars(stars?: ReservableStars): { reserved: Uint32Array; kept: Uint32Array } {
  const rows = indicesWhere(
    stars?.refMag.length ?? 0,
    (i) => Number.isFinite(stars!.refMag[i]! - stars!.instMag[i]!) && !(stars!.weight?.[i] === 0),
  )
  const held = rows.map((i) => Number(isReserved(stars!.sourceId[i]!)))
  return { reserved: rows.filter((_, k) => held[k] === 1), kept: rows.filter((_, k) => held[k] === 0) }
}

function refitted(stars: ReservableStars, kept: Uint32Array): Pick<CcdMatches, 'zeropoint' | 'zeropointErr' | 'nUsed'> {
  const finite = (errors?: Float64Array) =>
    errors && kept.every((i) => Number.isFinite(errors[i]!)) ? gather(errors, kept) : undefined
  const refMagErr = finite(stars.refMagErr)
  const instMagErr = finite(stars.instMagErr)
  const fit = fitZeropoint(
    {
      refMag: gather(stars.refMag, kept),
      instMag: gather(stars.instMag, kept),
      ...(refMagErr ? { refMagErr } : {}),
      ...(instMagErr ? { instMagErr } : {}),
      ...(stars.inlierPrior ? { inlierPrior: gather(stars.inlierPrior, kept) } : {}),
    },
    { minStars: MIN_STARS, crossCheck: false },
  )
  if (fit.outcome === 'none') return { zeropoint: null, zeropointErr: null, nUsed: 0 }
  return { zeropoint: fit.zeropoint, zeropointErr: fit.zeropointErr, nUsed: fit.nUsed }
}
