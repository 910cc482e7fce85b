import { cellAt } from './chip-basis.js'
import { CUT, flatTable, type FlatGrid } from './flat-terms.js'
import type { TieInput } from './input.js'
import type { SolvedNetwork } from './network.js'

/** What a star flat's equations are made from. */
export interface FlatRows {
  readonly solved: SolvedNetwork
  /** Cell of each row on its CCD. */
  readonly cell: Uint16Array
  /** Values of the terms in the cells, cells x terms. */
  readonly table: Float64Array
  /** What the network has at each row as the pattern of its CCD [mag]. */
  readonly known: Float32Array
  /** What the CCDs are thought to have there at present, the change of the chip's level with it [mag]. */
  readonly now: Float32Array
}

/** Where each row is, and what the network has there. */
export function flatRows(solved: SolvedNetwork, { observations: { x, y } }: TieInput, grid: FlatGrid): FlatRows {
  const { model } = solved
  const { rows, extents, basis, layout } = model
  const { chips, chip, source } = rows
  const fine = { columns: CUT * grid.columns, lines: CUT * grid.lines }
  const cell = new Uint16Array(chip.length)
  const known = new Float32Array(chip.length)
  for (let i = 0; i < chip.length; i++) {
    if (chip[i]! >= chips.count) continue
    const c = chips.ccdOf[chip[i]!]!
    cell[i] = cellAt(fine, extents, c, x![source[i]!]!, y![source[i]!]!)
    const place = (model.cell[i]! - c * basis.cells) * basis.modes
    for (let m = 0; m < basis.modes; m++)
      known[i]! += basis.table[place + m]! * solved.x[layout.pattern + c * basis.modes + m]!
  }
  return { solved, cell, table: flatTable(fine), known, now: known.slice() }
}
