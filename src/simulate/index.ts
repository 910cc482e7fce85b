export { DEMO_SEED, demoExposure, demoOptions } from './demo.js'
export { simulateExposure, type SimulatedCcd, type SimulatedExposure } from './exposure.js'
export {
  exposureFiles,
  gaiaCsvFile,
  gaiaFitsFile,
  type Gzip,
  immaskFiles,
  originalStoreFiles,
  truthFile,
  workFiles,
} from './exposure-files.js'
export { type GaiaRows } from './gaia.js'
export { KINDS, type Kind } from './candidates.js'
export { type Detections, type ImageNoise } from './measure.js'
export { type Cloud, DEFAULT_OPTIONS, type ExposureOptions } from './options.js'
export { gaiaDensityPerSqDeg, type TrueStars } from './sky.js'
export { PLANE } from './telescope.js'
export { type SimulationTruth, truthOf } from './truth-file.js'
export { type TrueZeropoints } from './zeropoints.js'
