import type { Catalog } from '../../catalog/catalog.js'
import { plainError } from '../../errors.js'
import type { CcdResult } from '../../photometry/result.js'
import {
  calibrateExposure as calibrateInOrder,
  ccdSkies,
  refuseStrangers,
  siblingOfInput,
  solveTogether,
  type ExposureInput,
  type ExposureOptions as OptionsInOrder,
  type ExposureResult,
} from '../../pipeline.js'
import { createCcdPool } from '../threads/ccd-pool.js'
import { shareOut } from '../threads/share-out.js'

export interface ExposureOptions extends OptionsInOrder {
  /**
   * Threads that work on the CCDs, this one included; 1 by default, and for a few CCDs. The result is the same for any
   * number.
   */
  readonly workers?: number
}

/**
 * All CCDs of an exposure whose sources are in memory: each by itself, then together. No files are read but the
 * catalogue's, and none written.
 *
 * @throws as `calibrateCcd`, of the first CCD that fails; the signal's reason where it was stopped; RangeError for
 *   `workers` that is no number of threads
 */
export async function calibrateExposure(
  input: ExposureInput,
  catalog: Catalog,
  options: ExposureOptions = {},
): Promise<ExposureResult> {
  const { workers = 1, signal, onProgress, ...calibration } = options
  const { ccds, pointing } = input
  const pool = createCcdPool(workers)
  const threads = pool.threadsFor(ccds.length)
  if (threads.length === 1) return calibrateInOrder(input, catalog, options)
  try {
    signal?.throwIfAborted()
    refuseStrangers(ccds.map(siblingOfInput))
    const skies = await ccdSkies(ccds, catalog, calibration.system)
    const own: CcdResult[] = []
    const failures = new Map<number, unknown>()
    let done = 0
    const work = async (k: number, thread: (typeof threads)[number]) => {
      if (failures.size > 0) return
      try {
        const sky = skies[k]!
        own[k] = await thread.calibrate({
          input: ccds[k]!,
          sky: sky instanceof Error ? plainError(sky) : sky,
          options: calibration,
        })
        onProgress?.(++done, ccds.length)
      } catch (error) {
        failures.set(k, error)
      }
    }
    await shareOut([...ccds.keys()], threads, work, signal)
    // CCDs are begun in their order, so the first of those that failed is the one that fails without threads too.
    for (const k of ccds.keys()) if (failures.has(k)) throw failures.get(k)
    return solveTogether(
      own,
      ccds.map(({ centre }) => centre),
      pointing,
    )
  } finally {
    await pool.close()
  }
}
