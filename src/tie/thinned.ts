import type { TieModel } from './model.js'

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
  let [serving, count] = [0, 0]
  for (let star = 0; star < rows.starCount; star++) {
    const own = rows.first[star + 1]! - rows.first[star]!
    if (own < 2 || serving++ % step > 0) continue
    stars.push(star)
    count += own
  }
  const first = new Uint32Array(stars.length + 1)
  const kept = new Uint32Array(count)
  let at = 0
  stars.forEach((star, s) => {
    for (let i = rows.first[star]!; i < rows.first[star + 1]!; i++) kept[at++] = i
    first[s + 1] = at
  })
  return {
    ...{ step, kept },
    odds: Float32Array.from(stars, (star) => odds[star]!),
    model: {
      ...model,
      rows: {
        ...rows,
        starCount: stars.length,
        first,
        starNumber: Uint32Array.from(stars, (star) => rows.starNumber[star]!),
        chip: Uint16Array.from(kept, (i) => rows.chip[i]!),
        catalog: Uint8Array.from(kept, (i) => rows.catalog[i]!),
        mag: Float64Array.from(kept, (i) => rows.mag[i]!),
        magErr: Float32Array.from(kept, (i) => rows.magErr[i]!),
        scatter: Float32Array.from(kept, (i) => rows.scatter[i]!),
        source: Uint32Array.from(kept, (i) => rows.source[i]!),
      },
      sky: { ...model.sky, cellOf: Uint16Array.from(stars, (star) => model.sky.cellOf[star]!) },
      cell: Uint32Array.from(kept, (i) => model.cell[i]!),
      colour: Float32Array.from(stars, (star) => model.colour[star]!),
    },
  }
}
