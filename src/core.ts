/**
 * The engine without Node: everything here runs in a browser too, from bytes in memory or behind a `ByteSource`.
 *
 * @module core
 */
export { calibrateCcd, calibrateExposure, type ExposureInput, type ExposureOptions } from './in-memory.js'
export { type CalibrationOptions, type CcdInput } from './photometry/ccd.js'
export { type ExposureResult } from './pipeline.js'
export { openCatalogFiles, type OpenCatalogOptions } from './catalog/read/open.js'
export { type CatalogFiles, type OpenHint, type ReadTools } from './catalog/catalog-files.js'
export { type Catalog } from './catalog/catalog.js'
export { parseDescription, type BandRelation, type CatalogDescription } from './catalog/description.js'
export { type StarColumns } from './catalog/stars.js'
export { parseCameraDescription, type CameraDescription } from './camera/description.js'
export { recogniseCamera, type CameraEvidence, type CameraSource, type RecognisedCamera } from './camera/recognise.js'
export { type CatalogueListRow, type CcdCorners } from './exposure/catalogue-list.js'
export { readCatalogueList } from './exposure/read-list.js'
export {
  readSextractorCcd,
  type ReadSextractor,
  type ReadSextractorOptions,
  type SextractorCcd,
} from './exposure/sextractor-ccd.js'
export { type SourceColumns } from './exposure/sources.js'
export {
  indexSky,
  matchSky,
  type MatchMode,
  type MatchRule,
  type SkyIndex,
  type SkyMatches,
  type SkyPositions,
} from './math/match-sky.js'
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
export { tieExposures } from './tie/tie-exposures.js'
export {
  type HeldZeropoint,
  type TieCcds,
  type TieInput,
  type TieObservations,
  type TieOptions,
  type TieReferences,
  type TieStars,
} from './tie/input.js'
export {
  type StarFlat,
  type TieConcern,
  type TieConcernTag,
  type TiedCatalog,
  type TiedExposure,
  type TiedPair,
  type TiedZeropoint,
  type TieResult,
} from './tie/result.js'
export { memorySource, type ByteSource } from './formats/bytes.js'
export { readFitsHeaders, readFitsTable, writeFitsTable } from './formats/fits/index.js'
export { type Column, type ColumnType, type Table } from './table/columns.js'
export * from './healpix/index.js'
export { BlissError, CommandError, DataError, InputError, isBlissError, type Place } from './errors.js'
