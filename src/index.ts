/**
 * The library: the engine (`bliss-calib/core`, which needs no Node), files and URLs to read from, and threads.
 *
 * @module bliss-calib
 */
export * from './core.js'
// With threads; takes the place of the one in core.
export {
  calibrateInThreads as calibrateExposure,
  type ThreadOptions as ExposureOptions,
} from './node/exposure/calibrate-in-threads.js'
export { matchInThreads, type MatchOptions } from './node/threads/match-in-threads.js'
export { openCatalog } from './node/store/open-catalog.js'
export { packagedDescriptions } from './node/store/catalog-files.js'
export { packagedCameraOf } from './node/input/camera-files.js'
export { gunzipWhole } from './node/disk/unpack.js'
export { toArrow } from './node/store/to-arrow.js'
