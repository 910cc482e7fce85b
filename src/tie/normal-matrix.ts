import { sortedByNumber } from './chips.js'
import type { TieModel } from './model.js'
import type { TiePrior } from './prior.js'

/**
 * Lower triangle, by rows, of the normal equations with the stars eliminated, of the unknowns from `from` on: all, or
 * those beside the patterns (from = layout.sky).
 *
 * Each row has the unknowns of its chip with coefficients t = (modes of the pattern at its cell, 1, colour). Two rows i
 * and j of a star of weight sum W take w_i w_j / W t_i t_j' off, and each puts w_i t_i t_i' in. Blocks are summed chip
 * by chip, where they are small enough to be at hand, and then put where their unknowns are.
 */
export function normalMatrix(model: TieModel, weight: ArrayLike<number>, prior: TiePrior, from = 0): Float64Array {
  const { rows, layout, cell, skyCell, colour, basis } = model
  const { first, chip, chips, starCount } = rows
  const n = layout.size - from
  const modes = from === 0 ? basis.modes : 0
  const width = modes + 2
  const matrix = new Float64Array(n * n)

  const total = new Float64Array(starCount)
  const starOf = new Uint32Array(chip.length)
  for (let star = 0; star < starCount; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      starOf[i] = star
      total[star]! += weight[i]!
    }

  const unknownsOf = (k: number) =>
    Int32Array.from({ length: width }, (_, a) => {
      if (a < modes) return chips.ccdOf[k]! * modes + a
      return (a === modes ? layout.chip + k : layout.colour + chips.exposureOf[k]!) - from
    })
  /** Coefficients of a row, times a factor, every `stride`th from `at` on. */
  const coefficients = (i: number, k: number, factor: number, into: Float64Array, at: number, stride: number) => {
    const begin = (cell[i]! - chips.ccdOf[k]! * basis.cells) * modes
    for (let a = 0; a < modes; a++) into[at + a * stride] = factor * basis.table[begin + a]!
    into[at + modes * stride] = factor
    into[at + (modes + 1) * stride] = factor * colour[starOf[i]!]!
  }
  const own = new Float64Array(width)
  const left = new Float64Array(CHUNK * width)
  const right = new Float64Array(CHUNK * width)
  const sums = new Float64Array(width * width)
  const pairs = new PairsByPartner(chips.count)
  const withCatalogs = new CatalogSums(model, width)
  const byChip = sortedByNumber(chip, chips.count)
  for (let k = 0; k < chips.count; k++) {
    for (let r = byChip.first[k]!; r < byChip.first[k + 1]!; r++) {
      const i = byChip.order[r]!
      const star = starOf[i]!
      if (!(weight[i]! > 0)) continue
      for (let j = first[star]!; j < first[star + 1]!; j++) {
        if (!(weight[j]! > 0)) continue
        if (chip[j]! <= k) pairs.add(i, j, chip[j]!)
        else if (chip[j]! === chips.count) {
          coefficients(i, k, 1, own, 0, 1)
          withCatalogs.add(cell[j]! - skyCell, (weight[i]! * weight[j]!) / total[star]!, own)
        }
      }
    }
    const unknowns = unknownsOf(k)
    pairs.forEachPartner((l, from, to) => {
      sums.fill(0)
      for (let begin = from; begin < to; begin += CHUNK) {
        const count = Math.min(CHUNK, to - begin)
        for (let q = 0; q < count; q++) {
          const [i, j] = [pairs.one[begin + q]!, pairs.other[begin + q]!]
          const share = (weight[i]! * weight[j]!) / total[starOf[i]!]!
          coefficients(i, k, j === i ? share - weight[i]! : share, left, q, CHUNK)
          coefficients(j, l, 1, right, q, CHUNK)
        }
        addProducts(sums, left, right, width, count)
      }
      const others = unknownsOf(l)
      for (let a = 0, at = 0; a < width; a++)
        for (let b = 0; b < width; b++, at++) {
          const [u, v] = [unknowns[a]!, others[b]!]
          if (l === k && u < v) continue
          // Through two chips one unknown meets itself both ways.
          matrix[u > v ? u * n + v : v * n + u]! -= l !== k && u === v ? 2 * sums[at]! : sums[at]!
        }
    })
    withCatalogs.flush(unknowns, matrix, n, layout.sky - from)
  }
  addCatalogs(model, weight, total, matrix, n, layout.sky - from)
  prior.addMatrix(matrix, n, from)
  return matrix
}

/** Pairs that are multiplied at once. */
const CHUNK = 64

/** Adds left x right' of `count` pairs, both width x CHUNK: two rows by four columns at a time. */
function addProducts(sums: Float64Array, left: Float64Array, right: Float64Array, width: number, count: number): void {
  for (let a = 0; a < width; a += 2) {
    const p = a * CHUNK
    const isPair = a + 1 < width
    const q = isPair ? p + CHUNK : p
    for (let b = 0; b < width; b += 4) {
      const e = b * CHUNK
      const f = Math.min(b + 1, width - 1) * CHUNK
      const g = Math.min(b + 2, width - 1) * CHUNK
      const h = Math.min(b + 3, width - 1) * CHUNK
      let [s, t, u, v, S, T, U, V] = [0, 0, 0, 0, 0, 0, 0, 0]
      for (let i = 0; i < count; i++) {
        const x = left[p + i]!
        const y = left[q + i]!
        const c = right[e + i]!
        s += x * c
        S += y * c
        const d = right[f + i]!
        t += x * d
        T += y * d
        const m = right[g + i]!
        u += x * m
        U += y * m
        const o = right[h + i]!
        v += x * o
        V += y * o
      }
      addFour(sums, a * width + b, width - b, s, t, u, v)
      if (isPair) addFour(sums, (a + 1) * width + b, width - b, S, T, U, V)
    }
  }
}

/** Adds as many of four numbers as there is room for. */
function addFour(sums: Float64Array, at: number, room: number, s: number, t: number, u: number, v: number): void {
  sums[at]! += s
  if (room > 1) sums[at + 1]! += t
  if (room > 2) sums[at + 2]! += u
  if (room > 3) sums[at + 3]! += v
}

/** Pairs of rows of one chip, and of their stars on it and others, brought together by the other chip. */
class PairsByPartner {
  one = new Uint32Array(4096)
  other = new Uint32Array(4096)
  private partnerOf = new Uint16Array(4096)
  private raw = [new Uint32Array(4096), new Uint32Array(4096)] as const
  private count = 0
  private readonly members: Uint32Array
  private readonly partners: number[] = []

  constructor(chips: number) {
    this.members = new Uint32Array(chips)
  }

  add(i: number, j: number, partner: number): void {
    if (this.count === this.partnerOf.length) this.enlarge()
    this.raw[0][this.count] = i
    this.raw[1][this.count] = j
    this.partnerOf[this.count++] = partner
    if (this.members[partner]!++ === 0) this.partners.push(partner)
  }

  /** Calls back with each partner and where its pairs are, and forgets them. */
  forEachPartner(use: (partner: number, from: number, to: number) => void): void {
    const { members, partners, partnerOf, raw, one, other, count } = this
    let at = 0
    const begin = partners.map((partner) => {
      const from = at
      at += members[partner]!
      members[partner] = from
      return from
    })
    for (let p = 0; p < count; p++) {
      const to = members[partnerOf[p]!]!++
      one[to] = raw[0][p]!
      other[to] = raw[1][p]!
    }
    partners.forEach((partner, p) => {
      use(partner, begin[p]!, members[partner]!)
      members[partner] = 0
    })
    this.count = 0
    partners.length = 0
  }

  private enlarge(): void {
    const larger = (before: Uint32Array) => {
      const after = new Uint32Array(2 * before.length)
      after.set(before)
      return after
    }
    this.raw = [larger(this.raw[0]), larger(this.raw[1])]
    this.one = larger(this.one)
    this.other = larger(this.other)
    const partnerOf = new Uint16Array(2 * this.partnerOf.length)
    partnerOf.set(this.partnerOf)
    this.partnerOf = partnerOf
  }
}

function enlarged(sums: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * sums.length)
  larger.set(sums)
  return larger
}

/** A chip's products with the fields of catalogues, by the cells of the sky that it touches. */
class CatalogSums {
  private readonly touched: number[] = []
  private readonly place: Int32Array
  private sums: Float64Array<ArrayBuffer>

  constructor(
    private readonly model: TieModel,
    private readonly width: number,
  ) {
    this.place = new Int32Array(model.cellCount - model.skyCell).fill(-1)
    this.sums = new Float64Array(64 * width)
  }

  add(skyCell: number, share: number, own: Float64Array): void {
    const { place, touched, width } = this
    if (place[skyCell]! < 0) {
      place[skyCell] = touched.length
      touched.push(skyCell)
      if (touched.length * width > this.sums.length) this.sums = enlarged(this.sums)
    }
    const at = place[skyCell]! * width
    for (let a = 0; a < width; a++) this.sums[at + a]! += share * own[a]!
  }

  flush(unknowns: Int32Array, matrix: Float64Array, n: number, start: number): void {
    const { place, touched, width, sums } = this
    const { modes, cells, table } = this.model.sky
    touched.forEach((skyCell, p) => {
      place[skyCell] = -1
      const catalog = Math.floor(skyCell / cells)
      const at = (skyCell % cells) * modes
      for (let m = 0; m < modes; m++) {
        const v = start + catalog * modes + m
        for (let a = 0; a < width; a++) {
          const u = unknowns[a]!
          matrix[u > v ? u * n + v : v * n + u]! -= table[at + m]! * sums[p * width + a]!
        }
      }
    })
    sums.fill(0, 0, touched.length * width)
    touched.length = 0
  }
}

/** The fields of catalogues with one another: what stars of one cell share. */
function addCatalogs(
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
        if (sum === 0) continue
        for (let p = 0; p < modes; p++) {
          const value = sum * table[place * modes + p]!
          const row = (start + b * modes + p) * n + start + c * modes
          for (let q = 0; q < (b === c ? p + 1 : modes); q++) matrix[row + q]! += value * table[place * modes + q]!
        }
      }
}

/** The diagonal blocks of the patterns, one per CCD: modes x modes, lower triangle by rows. */
export function patternBlocks(model: TieModel, weight: ArrayLike<number>, prior: TiePrior): Float64Array[] {
  const { rows, basis, cell } = model
  const { first, chip, chips } = rows
  const { modes, cells, table } = basis
  // A row's own share of its star is what elimination leaves; a star twice on one CCD is rare enough.
  const perCell = new Float64Array(chips.ccds.length * cells)
  for (let star = 0; star < rows.starCount; star++) {
    let total = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) total += weight[i]!
    if (!(total > 0)) continue
    for (let i = first[star]!; i < first[star + 1]!; i++)
      if (chip[i]! < chips.count) perCell[cell[i]!]! += weight[i]! * (1 - weight[i]! / total)
  }
  return chips.ccds.map((_, ccd) => {
    const block = new Float64Array(modes * modes)
    for (let c = 0; c < cells; c++) {
      const w = perCell[ccd * cells + c]!
      for (let a = 0; a < modes; a++)
        for (let b = 0; b <= a; b++) block[a * modes + b]! += w * table[c * modes + a]! * table[c * modes + b]!
    }
    for (let i = 0; i < block.length; i++) block[i]! += prior.pattern[i]!
    return block
  })
}
