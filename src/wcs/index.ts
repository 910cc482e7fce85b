export { type CcdCorners, imageOutline, type SkyPosition } from './outline.js'
export { wcsOf } from './read.js'
export { type Wcs } from './wcs.js'
