import type { Catalog } from './catalog/catalog.js'
import { each } from './each.js'
import { calibrateStars, type CalibrationOptions, type CcdInput } from './photometry/ccd.js'
import { siblingOfInput } from './photometry/exposure/siblings.js'
import { referenceStars, starsOf, type ReferenceStars } from './photometry/reference-stars.js'
import type { CcdResult } from './photometry/result.js'
import { runExposure, type CcdSteps, type Each, type ExposureResult, type SolvedExposure } from './pipeline.js'

/** The CCDs of one exposure, each as `calibrateCcd` takes it. */
export interface ExposureInput {
  readonly ccds: readonly CcdInput[]
  /** Origin of the focal plane; the mean of the CCDs' centres if it is not known. */
  readonly pointing?: { readonly raDeg: number; readonly decDeg: number }
}

export interface ExposureOptions extends CalibrationOptions {
  /** Stops between two CCDs; the call then throws the signal's reason. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** Where CCDs in memory are calibrated. */
export interface Calibrator {
  readonly each: Each
  calibrate(input: CcdInput, stars: ReferenceStars): Promise<CcdResult>
}

/** One CCD after the other, in this thread. */
const inOrder = ({ signal, ...options }: ExposureOptions): Calibrator => ({
  each: (items, work) => each(items, 1, work, signal),
  calibrate: (input, stars) => Promise.resolve().then(() => calibrateStars(input, stars, options)),
})

/** The flow for CCDs whose detections are in memory: nothing is read but the catalogue, nothing written. */
async function runInMemory(
  { ccds, pointing }: ExposureInput,
  catalog: Catalog,
  { system, onProgress }: ExposureOptions,
  together: boolean,
  { each, calibrate }: Calibrator,
): Promise<SolvedExposure<CcdSteps>> {
  const stars = referenceStars(ccds, catalog, system)
  return runExposure({
    ccds: ccds.map((input, k) => ({
      ccd: input.ccd,
      centre: input.centre,
      corners: input.corners,
      read: () => Promise.resolve({ sibling: siblingOfInput(input) }),
      calibrate: async () => calibrate(input, await starsOf(stars, k)),
    })),
    each,
    together,
    pointing,
    failedCcd: 'ends the run',
    onProgress: onProgress && (({ done, of }) => onProgress(done, of)),
  })
}

/**
 * The zeropoint of one CCD whose detections are in memory.
 *
 * @throws DataError if the catalogue does not cover the CCD, or cannot deliver the photometric system
 */
export async function calibrateCcd(
  input: CcdInput,
  catalog: Catalog,
  options: CalibrationOptions = {},
): Promise<CcdResult> {
  const { ccds } = await runInMemory({ ccds: [input] }, catalog, options, false, inOrder(options))
  return ccds[0]!.result
}

/**
 * All CCDs of an exposure whose detections are in memory: each by itself, then together.
 *
 * @throws as `calibrateCcd`, of the first CCD that fails; DataError if they are of different bands, times, exposure
 *   times or units of flux; the signal's reason if it was stopped
 */
export async function calibrateExposure(
  exposure: ExposureInput,
  catalog: Catalog,
  options: ExposureOptions = {},
  calibrator: Calibrator = inOrder(options),
): Promise<ExposureResult> {
  const { solution, ccds } = await runInMemory(exposure, catalog, options, true, calibrator)
  return { solution: solution!, ccds: ccds.map(({ result }) => result) }
}
