import type { Catalog } from '../../catalog/catalog.js'
import { calibrateExposure, type ExposureInput, type ExposureOptions } from '../../in-memory.js'
import type { ExposureResult } from '../../pipeline.js'
import { createCcdPool } from '../threads/ccd-pool.js'

export interface ThreadOptions extends ExposureOptions {
  /**
   * Threads that work on the CCDs, this one included, but no more than CCDs; 1 by default. The result is the same for
   * any number.
   */
  readonly workers?: number
}

/**
 * All CCDs of an exposure whose detections are in memory: each by itself, then together. No files are read but the
 * catalogue's, and none written.
 *
 * @throws as `calibrateCcd`, of the first CCD that fails; DataError if the CCDs are not of one exposure; the signal's
 *   reason if it was stopped; RangeError for `workers` that is no number of threads
 */
export async function calibrateInThreads(
  exposure: ExposureInput,
  catalog: Catalog,
  { workers = 1, ...options }: ThreadOptions = {},
): Promise<ExposureResult> {
  const { signal, onProgress: _here, ...calibration } = options
  const pool = createCcdPool(workers)
  if (workers === 1) return calibrateExposure(exposure, catalog, options)
  const threads = await pool.begin({ ccds: exposure.ccds.length, bytes: 0 }, { calibration })
  try {
    return await calibrateExposure(exposure, catalog, options, {
      each: threads.each(signal),
      calibrate: (input, stars) => threads.freest().calibrateInput({ input, stars }),
    })
  } finally {
    threads.end()
    await pool.close()
  }
}
