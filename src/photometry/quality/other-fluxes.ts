import type { SourceColumns } from '../../exposure/sources.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../../math/units.js'
import type { MatchColumns } from '../matches.js'
import { fitZeropoint } from '../fit/zeropoint.js'

/**
 * Zeropoint that another flux of the same stars has; a zeropoint belongs to its flux, with its aperture and the seeing.
 */
export interface OtherFlux {
  readonly zeropoint: number
  readonly zeropointErr: number
  /** It minus the chosen flux's, from star to star [mag]. */
  readonly difference: number
  readonly differenceErr: number
}

const MIN_STARS = 3
const MIN_PRIOR = 0.01

/**
 * Fits each other flux that the products calibrate on the stars of the chosen one (docs/method.md, section 7.3). By the
 * flux's name.
 */
export function otherFluxes(
  { others = [] }: SourceColumns,
  detectionRow: Uint32Array,
  matches: MatchColumns,
): Readonly<Record<string, OtherFlux>> {
  const found: Record<string, OtherFlux> = {}
  for (const { name, flux, fluxErr } of others) {
    const rows = indicesWhere(
      detectionRow.length,
      (p) => matches.weight[p]! > 0 && flux[detectionRow[p]!]! > 0 && fluxErr[detectionRow[p]!]! >= 0,
    )
    if (rows.length < MIN_STARS) continue
    const instMag = numbersOf(rows, (p) => -2.5 * Math.log10(flux[detectionRow[p]!]!))
    const instMagErr = numbersOf(
      rows,
      (p) => (MAG_PER_RELATIVE_FLUX * fluxErr[detectionRow[p]!]!) / flux[detectionRow[p]!]!,
    )
    const refMagErr = gather(matches.refMagErr, rows).map((error) => (Number.isFinite(error) ? error : 0))
    // What is sound was settled by the chosen flux.
    const inlierPrior = gather(matches.weight, rows).map((weight) => Math.max(MIN_PRIOR, weight))
    const fit = fitZeropoint(
      { refMag: gather(matches.refMag, rows), refMagErr, instMag, instMagErr, inlierPrior },
      { crossCheck: false },
    )
    const pairs = fitZeropoint({ refMag: gather(matches.instMag, rows), instMag, inlierPrior }, { crossCheck: false })
    if (fit.outcome === 'none' || pairs.outcome === 'none') continue
    found[name] = {
      zeropoint: fit.zeropoint,
      zeropointErr: fit.zeropointErr,
      difference: pairs.zeropoint,
      differenceErr: pairs.zeropointErr,
    }
  }
  return found
}
