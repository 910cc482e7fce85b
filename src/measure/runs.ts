/** Runs of pixels above a threshold along the rows of an image, in the order of their first pixel. */
export interface Runs {
  readonly count: number
  /** Index of each run's first pixel, and of the one after its last. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Row of each run. */
  readonly rows: Int32Array
  /** Where the values of each run begin. */
  readonly places: Int32Array
  /** What is above the threshold, and the limit at the first pixel of each run. */
  readonly values: Float32Array
  readonly limits: Float32Array
}

/** Finds the runs of an image that comes row by row. */
export class RunList implements Runs {
  count = 0
  starts = new Int32Array(0)
  ends = new Int32Array(0)
  rows = new Int32Array(0)
  places = new Int32Array(0)
  limits = new Float32Array(0)
  values = new Float32Array(0)
  private held = 0

  /** Takes the runs of a row in: pixels of which the value is above the limit. */
  addRow(y: number, row: Float64Array, limit: Float64Array): void {
    const columns = row.length
    this.makeRoom(columns)
    const { starts, ends, rows, places, limits, values } = this
    let { count, held } = this
    for (let x = 0; x < columns; x++) {
      if (!(row[x]! > limit[x]!)) continue
      starts[count] = y * columns + x
      rows[count] = y
      places[count] = held
      limits[count] = limit[x]!
      for (; x < columns && row[x]! > limit[x]!; x++) values[held++] = row[x]!
      ends[count++] = y * columns + x
    }
    this.count = count
    this.held = held
  }

  private makeRoom(columns: number): void {
    const most = this.count + columns
    if (most > this.starts.length) {
      const larger = <T extends Int32Array | Float32Array>(old: T, into: T): T => (into.set(old), into)
      this.starts = larger(this.starts, new Int32Array(2 * most))
      this.ends = larger(this.ends, new Int32Array(2 * most))
      this.rows = larger(this.rows, new Int32Array(2 * most))
      this.places = larger(this.places, new Int32Array(2 * most))
      this.limits = larger(this.limits, new Float32Array(2 * most))
    }
    if (this.held + columns <= this.values.length) return
    const values = new Float32Array(2 * (this.held + columns))
    values.set(this.values)
    this.values = values
  }
}
