import type { Table } from '../table/columns.js'

/** Something that a table says as a whole: a keyword of FITS, an entry of ECSV's meta, a PARAM of a VOTable. */
export interface TableFact {
  /** At most eight characters of A-Z, 0-9, - and _, so that it is one name in all forms. */
  readonly keyword: string
  readonly value: string | number | boolean
  readonly unit?: string
  readonly doc?: string
}

/** A table with what it says of itself, for the forms that people's programs read. */
export interface DescribedTable {
  readonly name: string
  readonly table: Table
  readonly facts: readonly TableFact[]
  /** UCD (IVOA UCD1+) by column. */
  readonly ucds: Readonly<Record<string, string>>
  /** Which program wrote it: on a line near the top of the file, by which it is known again. */
  readonly creator: string
}
