export { cellAreaSqDeg, cellCount, MAX_NUMBER_ORDER, MAX_ORDER, nsideOf, orderOf, type Scheme } from './order.js'
export { ang2pix, nested2ring, pix2ang, ring2nested } from './pixel.js'
export { nestedCentre, nestedIndex } from './nested.js'
export { corners } from './corners.js'
export { nestedIndices, nestedIndices29 } from './columns.js'
export { discCover } from './disc-cover.js'
export { polygonCover } from './polygon-cover.js'
export { queryDiscInclusive } from './query-disc.js'
export {
  cellsInRanges,
  cellsOf,
  containsCell,
  intersectRanges,
  rangesAreaSqDeg,
  rangesAtOrder,
  rangesFromCells,
  subtractRanges,
  unionOfSets,
  unionRanges,
  type CellRanges,
} from './ranges.js'
