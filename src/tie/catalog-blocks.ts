import type { TieModel } from './model.js'

/** A chip's products with the fields of catalogues, by the cells of the sky that it touches. */
export class CatalogSums {
  private readonly touched: number[] = []
  private readonly place: Int32Array
  private sums: Float64Array<ArrayBuffer>

  /** @param modes of the patterns: a chip's unknowns are those, its level, and its colour term */
  constructor(
    private readonly model: TieModel,
    private readonly modes: number,
  ) {
    this.place = new Int32Array(model.cellCount - model.skyCell).fill(-1)
    this.sums = new Float64Array(64 * (modes + 2))
  }

  /** Adds what a row of the chip, at a cell of its CCD, has in common with its star's reference. */
  add(skyCell: number, share: number, cell: number, colour: number): void {
    const { place, touched, modes } = this
    const { table } = this.model.basis
    if (place[skyCell]! < 0) {
      place[skyCell] = touched.length
      touched.push(skyCell)
      if (touched.length * (modes + 2) > this.sums.length) this.sums = enlarged(this.sums)
    }
    const at = place[skyCell]! * (modes + 2)
    const begin = cell * modes
    for (let a = 0; a < modes; a++) this.sums[at + a]! += share * table[begin + a]!
    this.sums[at + modes]! += share
    this.sums[at + modes + 1]! += share * colour
  }

  /**
   * Puts them into the lower triangle, and forgets them.
   *
   * @param unknowns of the chip
   * @param start first unknown of the fields
   */
  flush(unknowns: Int32Array, matrix: Float64Array, n: number, start: number): void {
    const { place, touched, modes, sums } = this
    const { modes: waves, cells, table } = this.model.sky
    const width = modes + 2
    touched.forEach((skyCell, p) => {
      place[skyCell] = -1
      const catalog = Math.floor(skyCell / cells)
      const at = (skyCell % cells) * waves
      const field = start + catalog * waves
      const own = p * width
      // Patterns come before the fields, levels and colour terms after them.
      if (modes > 0)
        for (let m = 0; m < waves; m++) {
          const value = table[at + m]!
          const row = (field + m) * n + unknowns[0]!
          for (let a = 0; a < modes; a++) matrix[row + a]! -= value * sums[own + a]!
        }
      for (let a = modes; a < width; a++) {
        const value = sums[own + a]!
        const row = unknowns[a]! * n + field
        for (let m = 0; m < waves; m++) matrix[row + m]! -= value * table[at + m]!
      }
    })
    sums.fill(0, 0, touched.length * width)
    touched.length = 0
  }
}

function enlarged(sums: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * sums.length)
  larger.set(sums)
  return larger
}

/**
 * Adds the fields of catalogues with one another: what stars of one cell share.
 *
 * @param total sum of the weights of each star
 * @param start first unknown of the fields
 */
export function addCatalogs(
  { rows, sky, cell, skyCell }: TieModel,
  weight: ArrayLike<number>,
  total: Float64Array,
  matrix: Float64Array,
  n: number,
  start: number,
): void {
  const { first, chip, chips, catalogs, starCount } = rows
  const { cells, modes, table } = sky
  const count = catalogs.length
  const sums = new Float64Array(cells * count * count)
  for (let star = 0; star < starCount; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (chip[i]! < chips.count || !(weight[i]! > 0)) continue
      const b = Math.floor((cell[i]! - skyCell) / cells)
      const place = cell[i]! - skyCell - b * cells
      for (let j = first[star]!; j < first[star + 1]!; j++) {
        if (chip[j]! < chips.count) continue
        const c = Math.floor((cell[j]! - skyCell) / cells)
        const share = (weight[i]! * weight[j]!) / total[star]!
        sums[(place * count + b) * count + c]! += i === j ? weight[i]! - share : -share
      }
    }
  for (let place = 0; place < cells; place++)
    for (let b = 0; b < count; b++)
      for (let c = 0; c <= b; c++) {
        const sum = sums[(place * count + b) * count + c]!
        if (sum !== 0) addCell(matrix, n, start + b * modes, start + c * modes, sum, table, place * modes, modes)
      }
}

/** Adds the square of one cell's modes, times `sum`, where the fields `b` and `c` meet. */
function addCell(
  matrix: Float64Array,
  n: number,
  b: number,
  c: number,
  sum: number,
  table: Float64Array,
  at: number,
  modes: number,
): void {
  for (let p = 0; p < modes; p++) {
    const value = sum * table[at + p]!
    const row = (b + p) * n + c
    const end = b === c ? p + 1 : modes
    for (let q = 0; q < end; q++) matrix[row + q]! += value * table[at + q]!
  }
}
