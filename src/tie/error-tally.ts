import { POPULATION_PRIOR } from '../photometry/fit/mixture-prior.js'

/** Pseudo-rows that say that the errors are right. */
const PRIOR_ROWS = 5

/** Sums of what residuals have beyond their variances, by exposure and catalogue. */
export class ErrorTally {
  private readonly over: Float64Array
  private readonly scale: Float64Array
  private readonly rows: Float64Array
  private sound = 0
  private all = 0

  constructor(exposures: number, catalogs: number) {
    this.over = new Float64Array(exposures + catalogs)
    this.scale = new Float64Array(exposures + catalogs)
    this.rows = new Float64Array(exposures + catalogs)
  }

  add(group: number, p: number, residual: number, spread: number, variance: number, unit: number): void {
    this.sound += p
    this.all++
    if (p < 0.5) return
    // Fisher's scoring for a common extra variance; a residual is as much the others' fault as their variance is of it.
    const pull = (p * unit) / (spread * spread)
    this.over[group]! += pull * (residual * residual - spread) * (variance / spread)
    this.scale[group]! += pull * unit
    this.rows[group]! += p
  }

  step(group: number): number {
    const rows = this.rows[group]!
    return rows > 0 ? this.over[group]! / (this.scale[group]! * (1 + PRIOR_ROWS / rows)) : 0
  }

  soundShare(): number {
    const whole = POPULATION_PRIOR.reduce((sum, a) => sum + a, 0)
    return Math.min(0.99, Math.max(0.3, (this.sound + POPULATION_PRIOR[0]!) / (this.all + whole)))
  }
}
