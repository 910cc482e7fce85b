export { type CardKind, type FitsCard, type FitsComplex, type FitsValue } from './card.js'
export { cardText, type FitsCardInput } from './card-text.js'
export { type FieldFacts } from './fields.js'
export { type FitsHdu, type HduKind, readFitsHeaders } from './hdus.js'
export { FitsHeader, type HeaderPlace, parseHeader } from './header.js'
export { axesInWords, imageSize, type ImageSize, sizeInHeader } from './image-size.js'
export { LDAC_IMHEAD, LDAC_OBJECTS, ldacImageHeaders, type LdacImageHeader } from './ldac.js'
export { findHdu, refuseTruncated } from './locate.js'
export { compressionOf, gunzipSource, openFitsSource } from './magic.js'
export { fitsColumns, readFitsTable, type ReadTableOptions } from './table.js'
export { checksumText, WordSum } from './checksum.js'
export { checksumFault, type ChecksumFault } from './hdu-checksums.js'
export { withCards } from './set-cards.js'
export { type FitsPixels, writeFitsImage } from './write-image.js'
export { writeFitsLdac } from './write-ldac.js'
export {
  type FitsTableOptions,
  fitsPadding,
  fitsTableStart,
  writeFitsHeaderOnly,
  writeFitsTable,
  writeFitsTables,
} from './write-table.js'
