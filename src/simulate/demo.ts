import type { CatalogDescription } from '../catalog/description.js'
import { seededRandom } from '../math/random.js'
import { simulateExposure, type SimulatedExposure } from './exposure.js'
import type { ExposureOptions } from './options.js'

/** Seed of the exposure that ships with the package. */
export const DEMO_SEED = 668_439

/** Exposure 668439, i, a few CCDs of a field at galactic latitude -54; CCD 1 is the one that the README calibrates. */
export const demoOptions: Partial<ExposureOptions> = {
  expnum: 668439,
  band: 'i',
  reqnum: '4',
  attnum: 5,
  pointing: { raDeg: 53.1, decDeg: -27.8 },
  ccds: [1, 3, 28, 35, 60],
}

/** The bundled exposure and its sky, the same on every machine. */
export function demoExposure(description: CatalogDescription): SimulatedExposure {
  return simulateExposure(demoOptions, description, seededRandom(DEMO_SEED))
}
