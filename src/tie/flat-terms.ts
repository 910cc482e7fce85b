import { legendreAt } from './ccd-equations.js'

/** Degree of the polynomials of a star flat: rings of four or five waves along a CCD need it (30 rad per CCD). */
const DEGREE = 18
/** Cells of a map along its sides. */
const [SHORT_SIDE, LONG_SIDE] = [16, 32]
/** Each is cut into so many along each side for the stars: all of one have the same values. */
export const CUT = 2

/** Products of Legendre polynomials along both axes, by their degrees m + n; all have mean 0 over the CCD. */
export const FLAT_POWERS = Array.from({ length: DEGREE }, (_, d) => d + 1).flatMap((d) =>
  Array.from({ length: d + 1 }, (_, m) => [m, d - m] as const),
)

/** Cells of a star flat. */
export interface FlatGrid {
  readonly columns: number
  readonly lines: number
}

/** Cells of a map of CCDs that are wider than high, or higher than wide. */
export const flatGrid = (isWide: boolean): FlatGrid =>
  isWide ? { columns: LONG_SIDE, lines: SHORT_SIDE } : { columns: SHORT_SIDE, lines: LONG_SIDE }

/** Values of the terms in the centre of each cell: cells x terms. */
export function flatTable({ columns, lines }: FlatGrid): Float64Array {
  const count = FLAT_POWERS.length
  const [along, up] = [new Float64Array(DEGREE + 1), new Float64Array(DEGREE + 1)]
  const table = new Float64Array(columns * lines * count)
  for (let cell = 0; cell < columns * lines; cell++) {
    legendreAt((2 * (cell % columns) + 1) / columns - 1, DEGREE, along)
    legendreAt((2 * Math.floor(cell / columns) + 1) / lines - 1, DEGREE, up)
    for (let m = 0; m < count; m++) table[cell * count + m] = along[FLAT_POWERS[m]![0]]! * up[FLAT_POWERS[m]![1]]!
  }
  return table
}

/** The sum of the terms in a cell. */
export function flatValue(table: Float64Array, cell: number, terms: Float64Array): number {
  let value = 0
  for (let m = 0; m < FLAT_POWERS.length; m++) value += table[cell * FLAT_POWERS.length + m]! * terms[m]!
  return value
}
