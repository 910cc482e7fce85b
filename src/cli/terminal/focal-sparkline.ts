import type { FocalPlane } from '../../camera/focal-plane.js'
import { median } from '../../math/robust.js'
import type { CcdResult } from '../../photometry/result.js'

/** From far below the median to far above. */
const LEVELS = '▁▂▃▄▅▆▇█'
/** The scale reaches at least this far either way [mag], so that noise does not look like structure. */
const MIN_REACH_MAG = 0.01
const ABSENT = '·'
const NO_ZEROPOINT = '×'

/**
 * The focal plane in a line: the camera's rows from north to south, in each the CCDs from east to west; the height of a
 * bar is the zeropoint against the median. A cross has no zeropoint, a dot is not there. Says the scale; empty if
 * fewer than three CCDs have a number or CCDs are not the camera's.
 */
export function focalSparkline(ccds: readonly CcdResult[], plane: FocalPlane): string {
  const zeropoints = ccds.map(({ zeropoint }) => zeropoint).filter((value) => value !== null)
  if (zeropoints.length < 3 || ccds.some(({ ccd }) => !plane.has(ccd))) return ''
  const middle = median(zeropoints)
  const spread = median(zeropoints.map((value) => Math.abs(value - middle)))
  const reach = Math.max(MIN_REACH_MAG, 6 * spread)
  const byCcd = new Map(ccds.map((result) => [result.ccd, result.zeropoint]))
  const level = (value: number) =>
    LEVELS[
      Math.min(LEVELS.length - 1, Math.max(0, Math.floor(((value - middle + reach) / (2 * reach)) * LEVELS.length)))
    ]!
  const symbol = (ccd: number) => {
    const value = byCcd.get(ccd)
    return value === undefined ? ABSENT : value === null ? NO_ZEROPOINT : level(value)
  }
  const rows = [...new Set(plane.ccds.map(({ etaDeg }) => etaDeg))].map((etaDeg) =>
    plane.ccds
      .filter((ccd) => ccd.etaDeg === etaDeg)
      .sort((a, b) => b.xiDeg - a.xiDeg)
      .map(({ ccd }) => symbol(ccd))
      .join(''),
  )
  return (
    `${rows.join(' ')}\n      rows north to south, east left; ${LEVELS[0]} ` +
    `${LEVELS.at(-1)} = -+${(1000 * reach).toFixed(0)} mmag`
  )
}
