import type { TieInput } from '../tie/input.js'
import type { MatchedStars } from './calibrated-exposure.js'

/** Means of finite values by star; NaN of a star without any. */
export class Means {
  private readonly sum: Float64Array
  private readonly count: Float64Array

  constructor(size: number) {
    this.sum = new Float64Array(size)
    this.count = new Float64Array(size)
  }

  add(star: number, value: number): void {
    if (!Number.isFinite(value)) return
    this.sum[star]! += value
    this.count[star]!++
  }

  means(): Float64Array {
    return this.sum.map((sum, star) => sum / this.count[star]!)
  }
}

/** Standard magnitudes by star and catalogue: the mean of what the exposures took the row for, which is one number. */
export class References {
  private readonly rowOf = new Map<number, number>()
  private readonly star: number[] = []
  private readonly catalog: number[] = []
  private readonly sums: { mag: number; err: number; scatter: number; count: number }[] = []

  add(star: number, catalog: number, { refMag, refMagErr }: MatchedStars, i: number, scatter: number): void {
    if (!Number.isFinite(refMag[i]!)) return
    const key = star * CATALOG_NUMBERS + catalog
    let row = this.rowOf.get(key)
    if (row === undefined) {
      row = this.sums.length
      this.rowOf.set(key, row)
      this.star.push(star)
      this.catalog.push(catalog)
      this.sums.push({ mag: 0, err: 0, scatter: 0, count: 0 })
    }
    const sum = this.sums[row]!
    sum.mag += refMag[i]!
    // A catalogue without errors gives NaN.
    sum.err += Number.isFinite(refMagErr[i]!) ? refMagErr[i]! : 0
    sum.scatter += Number.isFinite(scatter) ? scatter : EXPECTED_SCATTER_MAG
    sum.count++
  }

  columns(): TieInput['references'] {
    return {
      star: Uint32Array.from(this.star),
      catalog: Uint8Array.from(this.catalog),
      refMag: Float64Array.from(this.sums, ({ mag, count }) => mag / count),
      refMagErr: Float64Array.from(this.sums, ({ err, count }) => err / count),
      refScatter: Float64Array.from(this.sums, ({ scatter, count }) => scatter / count),
    }
  }
}

/** Scatter of reference stars that `tieExposures` expects if nothing is known of it [mag]. */
const EXPECTED_SCATTER_MAG = 0.012

/** Numbers of catalogues are bytes. */
const CATALOG_NUMBERS = 256
