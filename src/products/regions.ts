import { InputError } from '../errors.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'

/** Columns that the regions are drawn from. */
export const REGION_COLUMNS = [
  'XWIN_IMAGE',
  'YWIN_IMAGE',
  'A_IMAGE',
  'B_IMAGE',
  'THETA_IMAGE',
  'SPREAD_MODEL',
  'FLAGS',
] as const

/** What SPREAD_MODEL of a star is within; above it an object is a galaxy, below it a cosmic ray or a bad pixel. */
const STAR_SPREAD = 0.003
/** FLAGS up to 3 (a neighbour, a blend) leave an object usable. */
const USABLE_FLAGS = 3
/** Isophotal axes are enlarged so that the ellipse goes round what is seen. */
const ENLARGED = 5

const HEAD = ['# Region file format: DS9 version 4.1', 'global width=1', 'image'].join('\n')

/**
 * Regions for DS9, one ellipse an object: stars green, galaxies blue, junk yellow, flagged ones red.
 *
 * @param table with `REGION_COLUMNS`; IMAFLAGS_ISO counts if it is there
 * @throws InputError naming a column that is missing
 */
export function regionText(table: Table, file: string): string {
  const column = (name: string) => {
    const found = findColumn(table, name)
    const values = found && asFloat64(found)
    if (values !== undefined) return values
    throw new InputError('missing-column', 'the catalogue lacks a column of the regions', { file, column: name })
  }
  const [x, y, a, b, theta, spread, flags] = REGION_COLUMNS.map(column)
  const masked = findColumn(table, 'IMAFLAGS_ISO')
  const maskBits = masked && asFloat64(masked)
  const lines = Array.from({ length: table.rowCount }, (_, row) => {
    const isFlagged = flags![row]! > USABLE_FLAGS || (maskBits?.[row] ?? 0) !== 0
    const numbers = [x![row]!, y![row]!, ENLARGED * a![row]!, ENLARGED * b![row]!, theta![row]!]
    const shape = numbers.map((value) => value.toFixed(2)).join(',')
    return `ellipse(${shape}) # color=${colourOf(isFlagged, spread![row]!)}`
  })
  return [HEAD, ...lines, ''].join('\n')
}

function colourOf(isFlagged: boolean, spread: number): string {
  if (isFlagged) return 'red'
  if (Math.abs(spread) <= STAR_SPREAD) return 'green'
  return spread > 0 ? 'blue' : 'yellow'
}
