import { cellAt, chipBasis, chipExtents, type ChipBasis, type ChipExtents } from './chip-basis.js'
import type { TieInput } from './input.js'
import { NO_CATALOG, type TieRows } from './rows.js'
import { skyBasis, type SkyBasis } from './sky-basis.js'
import { layoutOf, type Layout } from './unknowns.js'

/** Which unknowns each row has. */
export interface TieModel {
  readonly rows: TieRows
  readonly layout: Layout
  readonly basis: ChipBasis
  readonly extents: ChipExtents
  readonly sky: SkyBasis
  /**
   * Of each row its cell: of a CCD for an observation, of a catalogue's sky for a reference. Cells of CCDs come first;
   * `skyCell` is where those of the catalogues begin.
   */
  readonly cell: Uint32Array
  readonly skyCell: number
  readonly cellCount: number
  /** Colour of each star about the pivot; 0 for a reference's use. */
  readonly colour: Float32Array
}

export function tieModel(rows: TieRows, input: TieInput, colour: Float32Array): TieModel {
  const { chips, catalogs, chip, catalog, source } = rows
  const { x, y } = input.observations
  const extents = chipExtents(rows, input.observations)
  const sky = skyBasis(rows, input.observations, extents)
  const basis = chipBasis(extents, chips.count + chips.ccds.length + catalogs.length * sky.modes)
  const skyCell = chips.ccds.length * basis.cells
  const cell = new Uint32Array(chip.length)
  const catalogIndex = new Map(catalogs.map((number, i) => [number, i]))
  for (let star = 0; star < rows.starCount; star++)
    for (let i = rows.first[star]!; i < rows.first[star + 1]!; i++) {
      if (catalog[i]! !== NO_CATALOG) cell[i] = skyCell + catalogIndex.get(catalog[i]!)! * sky.cells + sky.cellOf[star]!
      else {
        const ccd = chips.ccdOf[chip[i]!]!
        const place = basis.modes > 0 ? cellAt(basis, extents, ccd, x![source[i]!]!, y![source[i]!]!) : 0
        cell[i] = ccd * basis.cells + place
      }
    }
  return {
    rows,
    layout: layoutOf(rows, basis, sky),
    basis,
    extents,
    sky,
    cell,
    skyCell,
    cellCount: skyCell + catalogs.length * sky.cells,
    colour,
  }
}

/** What a vector of unknowns adds to each row: levels of chips, colour terms of chips, values of cells. */
export interface RowLevels {
  /** One per chip, and 0 for references. */
  readonly chip: Float64Array
  readonly colour: Float64Array
  readonly cell: Float64Array
}

export const emptyLevels = ({ rows, cellCount }: TieModel): RowLevels => ({
  chip: new Float64Array(rows.chips.count + 1),
  colour: new Float64Array(rows.chips.count + 1),
  cell: new Float64Array(cellCount),
})

/** Levels of the rows from a vector of unknowns. */
export function expand(model: TieModel, x: Float64Array, into: RowLevels): void {
  const { layout, basis, sky, rows, skyCell } = model
  const { chips, catalogs } = rows
  for (let k = 0; k < chips.count; k++) {
    into.chip[k] = x[layout.chip + k]!
    into.colour[k] = x[layout.colour + chips.exposureOf[k]!]!
  }
  fromModes(basis, chips.ccds.length, x, layout.pattern, into.cell, 0)
  fromModes(sky, catalogs.length, x, layout.sky, into.cell, skyCell)
}

/** The transpose: sums over rows to sums over unknowns. */
export function collect(model: TieModel, from: RowLevels, x: Float64Array): void {
  const { layout, basis, sky, rows, skyCell } = model
  const { chips, catalogs } = rows
  x.fill(0)
  for (let k = 0; k < chips.count; k++) {
    x[layout.chip + k] = from.chip[k]!
    x[layout.colour + chips.exposureOf[k]!]! += from.colour[k]!
  }
  toModes(basis, chips.ccds.length, from.cell, 0, x, layout.pattern)
  toModes(sky, catalogs.length, from.cell, skyCell, x, layout.sky)
}

interface Basis {
  readonly cells: number
  readonly modes: number
  readonly table: Float64Array
}

function fromModes(
  { cells, modes, table }: Basis,
  fields: number,
  x: Float64Array,
  xAt: number,
  cell: Float64Array,
  cellAtStart: number,
): void {
  for (let field = 0; field < fields; field++)
    for (let c = 0; c < cells; c++) {
      let sum = 0
      for (let m = 0; m < modes; m++) sum += table[c * modes + m]! * x[xAt + field * modes + m]!
      cell[cellAtStart + field * cells + c] = sum
    }
}

function toModes(
  { cells, modes, table }: Basis,
  fields: number,
  cell: Float64Array,
  cellAtStart: number,
  x: Float64Array,
  xAt: number,
): void {
  for (let field = 0; field < fields; field++)
    for (let c = 0; c < cells; c++) {
      const value = cell[cellAtStart + field * cells + c]!
      if (value === 0) continue
      for (let m = 0; m < modes; m++) x[xAt + field * modes + m]! += table[c * modes + m]! * value
    }
}
