import { gather } from '../math/select.js'
import type { TieModel } from './model.js'
import { chipColumn } from './rows.js'

/** A part of a model's stars, with the same unknowns. */
export interface ThinnedModel {
  readonly model: TieModel
  readonly odds: Float32Array
  /** Of how many stars one is kept. */
  readonly step: number
  /** Rows that are kept; null if all are. */
  readonly kept: Uint32Array | null
}

/** Every nth of the stars that have two rows or more, so that about so many rows are left; all if there are no more. */
export function thinned(model: TieModel, odds: Float32Array, mostRows: number): ThinnedModel {
  const { rows } = model
  const step = Math.ceil(rows.chip.length / mostRows)
  if (step < 2) return { model, odds, step: 1, kept: null }
  const stars: number[] = []
  let serving = 0
  let count = 0
  for (let star = 0; star < rows.starCount; star++) {
    const own = rows.first[star + 1]! - rows.first[star]!
    if (own < 2 || serving++ % step > 0) continue
    stars.push(star)
    count += own
  }
  const first = new Uint32Array(stars.length + 1)
  const kept = new Uint32Array(count)
  let at = 0
  for (let s = 0; s < stars.length; s++) {
    for (let i = rows.first[stars[s]!]!; i < rows.first[stars[s]! + 1]!; i++) kept[at++] = i
    first[s + 1] = at
  }
  return {
    ...{ step, kept },
    odds: gather(odds, stars, new Float32Array(stars.length)),
    model: {
      ...model,
      rows: {
        ...rows,
        starCount: stars.length,
        first,
        starNumber: gather(rows.starNumber, stars, new Uint32Array(stars.length)),
        chip: gather(rows.chip, kept, chipColumn(rows.chips.count, count)),
        catalog: gather(rows.catalog, kept, new Uint8Array(count)),
        source: gather(rows.source, kept, new Uint32Array(count)),
      },
      sky: { ...model.sky, cellOf: gather(model.sky.cellOf, stars, new Uint16Array(stars.length)) },
      cell: gather(model.cell, kept, new Uint32Array(count)),
      colour: gather(model.colour, stars, new Float32Array(stars.length)),
    },
  }
}
