import { csvParseRows } from 'd3-dsv'
import { parseCatalogueList, type CatalogueListRow } from '../exposure/catalogue-list.js'

/** One row of the list with the text of all its cells, and the five positions that the original works with. */
export interface LegacyRow extends CatalogueListRow {
  readonly cells: readonly string[]
  /** Centre, then the four corners [deg]; RA may be negative after `unwrapped`. */
  readonly pointsRaDeg: readonly number[]
  readonly pointsDecDeg: readonly number[]
}

/** The list as text and as numbers. */
export interface LegacyList {
  readonly header: readonly string[]
  readonly rows: readonly LegacyRow[]
}

/** Reads `D*_red_catlist.csv`; errors as `parseCatalogueList`, and for a row that has a fault. */
export function parseLegacyList(text: string, file: string): LegacyList {
  const typed = parseCatalogueList(text, file)
  // The original reads the whole list with every CCD.
  for (const { fault } of typed) if (fault !== undefined) throw fault
  const lines = csvParseRows(text.replace(/\r\n?/g, '\n'))
  const rows = typed.map((row): LegacyRow => ({
    ...row,
    cells: lines[row.line - 1]!,
    pointsRaDeg: [row.centre.raDeg, ...row.corners.raDeg],
    pointsDecDeg: [row.centre.decDeg, ...row.corners.decDeg],
  }))
  return { header: lines[0]!.map((name) => name.trim()), rows: unwrapped(rows) }
}

/** A spread of the centres above this is taken for an exposure across RA 0 [deg]. */
const WRAP_SPREAD_DEG = 20
/** RAs from here on then count as negative [deg]. */
const WRAP_RA_DEG = 356

/** Moves RA to -4..356 if the centres' standard deviation (ddof 0) says that the exposure lies across 0. */
function unwrapped(rows: readonly LegacyRow[]): LegacyRow[] {
  const centres = rows.map((row) => row.centre.raDeg)
  const mean = centres.reduce((sum, ra) => sum + ra, 0) / centres.length
  const variance = centres.reduce((sum, ra) => sum + (ra - mean) ** 2, 0) / centres.length
  if (!(Math.sqrt(variance) > WRAP_SPREAD_DEG)) return [...rows]
  return rows.map((row) => ({ ...row, pointsRaDeg: row.pointsRaDeg.map((ra) => (ra < WRAP_RA_DEG ? ra : ra - 360)) }))
}
