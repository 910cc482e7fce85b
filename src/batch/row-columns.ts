import { tableOf, type Column, type Table } from '../table/columns.js'

/** Columns of a table from its rows, a function for each; a number that is missing is NaN. */
export class RowColumns<Row> {
  private readonly columns: Column[] = []

  constructor(private readonly rows: readonly Row[]) {}

  text(name: string, value: (row: Row) => string, doc?: string): this {
    this.columns.push({ name, type: 'string', values: this.rows.map(value), ...(doc !== undefined && { doc }) })
    return this
  }

  whole(name: string, value: (row: Row) => number, doc?: string): this {
    const values = Int32Array.from(this.rows, value)
    this.columns.push({ name, type: 'i32', values, ...(doc !== undefined && { doc }) })
    return this
  }

  real(name: string, value: (row: Row) => number | null | undefined, unit?: string, doc?: string): this {
    const values = Float64Array.from(this.rows, (row) => value(row) ?? NaN)
    const said = { ...(unit !== undefined && { unit }), ...(doc !== undefined && { doc }) }
    this.columns.push({ name, type: 'f64', values, ...said })
    return this
  }

  table(): Table {
    return tableOf(this.columns)
  }
}
