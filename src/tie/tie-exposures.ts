import { solvedWithAmplifiers } from './amplifier-terms.js'
import { assembleResult } from './assemble-result.js'
import { settledErrors } from './errors-of.js'
import { checkTieInput, tieSettings, type TieInput, type TieOptions } from './input.js'
import { worstCatalog, worstExposure } from './misfits.js'
import type { NetworkResult } from './network-result.js'
import type { TieResult } from './result.js'
import { arrangeRows } from './rows.js'
import { APART, separate } from './separate.js'
import { glanceAt } from './solve-exposures.js'

/**
 * Zeropoints of several exposures from the stars that they share, and their ratios with errors.
 *
 * instMag = M + k_e (colour - pivot) - zeropoint + pattern of the CCD + noise, M of each star eliminated; a reference
 * star is one more observation, with one free level per catalogue and a smooth error over the sky. Every row may be an
 * outlier. Each exposure's zeropoints are a plane, offsets that its CCDs always have, and deviations (docs/method.md,
 * section 8). The pattern inside CCDs is smooth, of mean 0 over each CCD, and integrated; the two amplifiers of a CCD
 * have a zeropoint each if the evidence asks for it. Amplitudes are learnt.
 * Deterministic; unmoved by the order of rows and by how stars and exposures are numbered. After Padmanabhan et al.
 * (2008) and Schlafly et al. (2012).
 *
 * Exposures that share no stars with the others, or contradict them by more than five sigma (another passband, a
 * cloud), are named and left out.
 *
 * @throws RangeError for arrays of different lengths, numbers out of range, an option that is not positive
 */
export function tieExposures(input: TieInput, options: TieOptions = {}): TieResult {
  checkTieInput(input, options)
  const settings = tieSettings(options)
  const leftOut = { exposures: new Map<number, string>(), catalogs: new Map<number, string>() }
  const rowsOf = (from: TieInput, partners: readonly number[]) => {
    const takesPart = (exposure: number) => partners.includes(exposure)
    return arrangeRows(from, takesPart, (catalog) => !leftOut.catalogs.has(catalog), settings.expectedScatterMag)
  }
  const networks: NetworkResult[] = []

  const all = rowsOf(input, [...new Set(input.ccds.exposure)])
  const { tied, apart } = separate(all)
  for (const exposure of apart.flat()) leftOut.exposures.set(exposure, APART)
  for (let partners = tied; partners.length > 1;) {
    const isAll = partners.length === all.chips.exposures.length && leftOut.catalogs.size === 0
    const rows = isAll ? all : rowsOf(input, partners)
    const { learnt, finish } = glanceAt(input, rows, settings, options)
    const exposure = worstExposure(learnt, settings)
    const catalog = exposure === null ? worstCatalog(learnt) : null
    if (exposure !== null) {
      const number = rows.chips.exposures[exposure.index]!
      leftOut.exposures.set(number, exposure.reason)
      partners = partners.filter((partner) => partner !== number)
      if (partners.length === 1) networks.push(...aloneWith(partners))
    } else if (catalog !== null) leftOut.catalogs.set(rows.catalogs[catalog.index]!, catalog.reason)
    else {
      const again = (levelled: TieInput) =>
        levelled === input ? finish() : glanceAt(levelled, rowsOf(levelled, partners), settings, options).finish()
      networks.push(solvedWithAmplifiers(input, again))
      break
    }
  }
  for (const group of apart) networks.push(...aloneWith(group))
  return assembleResult(input, options, networks, leftOut)

  /** What exposures without partners have from their own references. */
  function aloneWith(exposures: readonly number[]): NetworkResult[] {
    const rows = rowsOf(input, exposures)
    if (rows.catalogs.length === 0) return []
    const solved = glanceAt(input, rows, settings, options).finish()
    return [{ solved, errors: settledErrors(solved), tied: false, amplifiers: [] }]
  }
}
