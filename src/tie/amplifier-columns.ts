import type { ChipExtents } from './chip-basis.js'
import type { TieInput } from './input.js'

/** Border of each CCD's two amplifiers, by the caller's number; of CCDs that have it in one place in all exposures. */
export function amplifierColumns({
  ccds: { ccd, amplifierColumn = new Float64Array(0) },
}: TieInput): Map<number, number> {
  const columns = new Map<number, number>()
  amplifierColumn.forEach((column, row) => {
    const before = columns.get(ccd[row]!)
    columns.set(ccd[row]!, before === undefined || before === column ? column : NaN)
  })
  return columns
}

/** Part of a CCD's area that the second amplifier has; null if the border is not on it. */
export function secondShare({ left, width }: ChipExtents, c: number, column: number): number | null {
  const share = (left[c]! + width[c]! - column) / width[c]!
  return share > 0 && share < 1 ? share : null
}
