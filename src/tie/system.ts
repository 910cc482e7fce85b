import type { Random } from '../math/random.js'
import { collect, emptyLevels, expand, type RowLevels, type TieModel } from './model.js'
import type { TiePrior } from './prior.js'
import { mostRowsOfAStar } from './rows.js'

/**
 * The normal equations with the stars eliminated, never written down: H x = sum over rows of weight (level - mean level
 * of the star), gathered by unknown, and the prior.
 */
export class TieSystem {
  private readonly levels: RowLevels
  private readonly sums: RowLevels
  /** Of the rows of one star. */
  private readonly own: Float64Array

  constructor(
    readonly model: TieModel,
    readonly weight: Float32Array,
    readonly prior: TiePrior,
  ) {
    this.levels = emptyLevels(model)
    this.sums = emptyLevels(model)
    this.own = new Float64Array(mostRowsOfAStar(model.rows))
  }

  get size(): number {
    return this.model.layout.size
  }

  /** H x */
  product(x: Float64Array, out: Float64Array): void {
    const { levels, sums, model } = this
    expand(model, x, levels)
    clear(sums)
    const { rows, cell, colour } = model
    const { first, chip } = rows
    const { weight } = this
    const [levelOf, slopeOf, cellOf] = [levels.chip, levels.colour, levels.cell]
    const [chipSum, colourSum, cellSum] = [sums.chip, sums.colour, sums.cell]
    const { own } = this
    for (let star = 0; star < rows.starCount; star++) {
      const from = first[star]!
      const to = first[star + 1]!
      const c = colour[star]!
      let total = 0
      let sum = 0
      for (let i = from; i < to; i++) {
        const w = weight[i]!
        const k = chip[i]!
        const level = levelOf[k]! + c * slopeOf[k]! + cellOf[cell[i]!]!
        own[i - from] = level
        total += w
        sum += w * level
      }
      if (!(total > 0)) continue
      const mean = sum / total
      for (let i = from; i < to; i++) {
        const k = chip[i]!
        const pull = weight[i]! * (own[i - from]! - mean)
        chipSum[k]! += pull
        colourSum[k]! += pull * c
        cellSum[cell[i]!]! += pull
      }
    }
    collect(model, sums, out)
    this.prior.addProduct(x, out)
  }

  /** Slope of the log posterior at x for these values of the rows. */
  slope(value: Float64Array, x: Float64Array, out: Float64Array): void {
    expand(this.model, x, this.levels)
    const { levels, model } = this
    const { chip } = model.rows
    this.scatter(
      (i, star) =>
        value[i]! -
        levels.chip[chip[i]!]! -
        model.colour[star]! * levels.colour[chip[i]!]! -
        levels.cell[model.cell[i]!]!,
      out,
    )
    const pull = new Float64Array(this.size)
    this.prior.addProduct(x, pull)
    for (let i = 0; i < out.length; i++) out[i]! -= pull[i]!
  }

  /** A draw of N(0, H): what noise of the rows and the prior put on the right hand side. */
  draw(random: Random, out: Float64Array): void {
    const { weight } = this
    this.scatter((i) => (weight[i]! > 0 ? random.normal() / Math.sqrt(weight[i]!) : 0), out)
    this.prior.addDraw(random, out)
  }

  /** Diagonal of H but for what one star has twice in one unknown. */
  diagonal(): Float64Array {
    const { model, weight, sums } = this
    clear(sums)
    const { rows, cell, colour, basis, sky, layout, skyCell } = model
    for (let star = 0; star < rows.starCount; star++) {
      let total = 0
      for (let i = rows.first[star]!; i < rows.first[star + 1]!; i++) total += weight[i]!
      if (!(total > 0)) continue
      for (let i = rows.first[star]!; i < rows.first[star + 1]!; i++) {
        const own = weight[i]! * (1 - weight[i]! / total)
        sums.chip[rows.chip[i]!]! += own
        sums.colour[rows.chip[i]!]! += own * colour[star]! ** 2
        sums.cell[cell[i]!]! += own
      }
    }
    const out = new Float64Array(this.size)
    for (let k = 0; k < rows.chips.count; k++) {
      out[layout.chip + k] = sums.chip[k]!
      out[layout.colour + rows.chips.exposureOf[k]!]! += sums.colour[k]!
    }
    for (const [{ cells, modes, table }, fields, at, start] of [
      [basis, rows.chips.ccds.length, layout.pattern, 0],
      [sky, rows.catalogs.length, layout.sky, skyCell],
    ] as const)
      for (let field = 0; field < fields; field++)
        for (let c = 0; c < cells; c++)
          for (let m = 0; m < modes; m++)
            out[at + field * modes + m]! += sums.cell[start + field * cells + c]! * table[c * modes + m]! ** 2
    this.prior.addDiagonal(out)
    for (let i = 0; i < out.length; i++) if (!(out[i]! > 0)) out[i] = 1
    return out
  }

  /** Sums of weight (value - mean value of the star) by unknown. */
  private scatter(valueOf: (row: number, star: number) => number, out: Float64Array): void {
    const { model, weight, sums } = this
    clear(sums)
    const { rows, cell, colour } = model
    const { first, chip } = rows
    const { own } = this
    for (let star = 0; star < rows.starCount; star++) {
      const from = first[star]!
      const to = first[star + 1]!
      let total = 0
      let sum = 0
      for (let i = from; i < to; i++) {
        own[i - from] = weight[i]! > 0 ? valueOf(i, star) : 0
        total += weight[i]!
        sum += weight[i]! * own[i - from]!
      }
      if (!(total > 0)) continue
      for (let i = from; i < to; i++) {
        const pull = weight[i]! * (own[i - from]! - sum / total)
        sums.chip[chip[i]!]! += pull
        sums.colour[chip[i]!]! += pull * colour[star]!
        sums.cell[cell[i]!]! += pull
      }
    }
    collect(model, sums, out)
  }
}

function clear({ chip, colour, cell }: RowLevels): void {
  chip.fill(0)
  colour.fill(0)
  cell.fill(0)
}
