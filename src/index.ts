export {
  calibrateCcd,
  type CalibrationOptions,
  type CcdInput,
  type ExposureInput,
  type ExposureResult,
} from './pipeline.js'
export { calibrateExposure, type ExposureOptions } from './node/exposure/calibrate-exposure.js'
export { openCatalog } from './node/store/open-catalog.js'
export { packagedCameraOf } from './node/input/camera-files.js'
export { type CameraDescription } from './camera/description.js'
export { type CameraEvidence, type CameraSource, type RecognisedCamera } from './camera/recognise.js'
export { toArrow } from './node/store/to-arrow.js'
export { type Catalog } from './catalog/catalog.js'
export { type BandRelation, type CatalogDescription } from './catalog/description.js'
export { type StarColumns } from './catalog/stars.js'
export { type CcdCorners } from './exposure/catalogue-list.js'
export { type SourceColumns } from './exposure/sources.js'
export { matchSky, type MatchMode, type SkyMatches, type SkyPositions } from './math/match-sky.js'
export {
  fitZeropoint,
  type ZeropointFit,
  type ZeropointInput,
  type ZeropointOptions,
} from './photometry/fit/zeropoint.js'
export { type Concern, type ConcernTag } from './photometry/concern.js'
export { solveExposure } from './photometry/exposure/solution.js'
export { type CcdMatches, type ExposureSolution, type SolvedCcd } from './photometry/exposure/result.js'
export { type CcdResult, type PhotometricSystem } from './photometry/result.js'
export { type MatchColumns } from './photometry/matches.js'
export { memorySource, type ByteSource } from './formats/bytes.js'
export { readFitsHeaders, readFitsTable, writeFitsTable } from './formats/fits/index.js'
export { type Column, type ColumnType, type Table } from './table/columns.js'
export * from './healpix/index.js'
export { BlissError, CommandError, DataError, InputError, isBlissError, type Place } from './errors.js'
