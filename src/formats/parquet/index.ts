export { encodeSortedParquet } from './encode.js'
export { type SortedLayout } from './finish-footer.js'
export { schemaOnlyParquet, type GroupMapPlace, type SortedParquet } from './finish-footer.js'
export { parseGroupMap, type GroupMap } from './group-map.js'
export { coalesceRanges, fetchRanges, type ByteRange } from './fetch.js'
export { isAscending, keyCell, type KeyRanges } from './key-ranges.js'
export { gatheredMetadata } from './gathered-metadata.js'
export {
  openParquet,
  readableColumn,
  refuseRowCount,
  type FooterFacts,
  type ParquetColumn,
  type ParquetFile,
} from './open.js'
export { readParquet, readRowGroup } from './read.js'
export type { PageCodecs } from './codecs.js'
export type { Brotli } from './store-chunk.js'
export type { Locator } from './locator.js'
export { locateByFooter } from './locate-by-footer.js'
export { locateByMap, type MappedColumn } from './locate-by-map.js'
export { selectRows, type RowKeys, type SelectedRows, type SelectOptions, type WantedRows } from './select.js'
export { crc32 } from './crc32.js'
export { writeParquet } from './write.js'
export { parquetGroups, type ParquetGroups } from './write-groups.js'
