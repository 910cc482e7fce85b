import { DataError, InputError } from '../errors.js'
import { gather, indicesWhere, numbersOf, sortingOrder } from '../math/select.js'
import { asFloat64, findColumn, tableOf, type Table } from '../table/columns.js'
import type { TieResult } from '../tie/result.js'
import type { ProductsTie } from './tie-input.js'

/** Stars of a tie with their joint magnitudes; arrays of one length. */
export interface TiedStars {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly mag: Float64Array
  readonly magErr: Float64Array
  /** That its observations are of a single, constant star. */
  readonly inlierProbability: Float64Array
  /** Exposures that have it. */
  readonly observations: Float64Array
}

const COLUMNS = [
  { name: 'ra', key: 'raDeg', unit: 'deg', doc: 'mean of the detections, moved to the catalogue where it is off' },
  { name: 'dec', key: 'decDeg', unit: 'deg', doc: 'mean of the detections' },
  { name: 'mag', key: 'mag', unit: 'mag', doc: 'joint magnitude at the pivot colour of the tie' },
  { name: 'mag_err', key: 'magErr', unit: 'mag', doc: 'against the mean of the network' },
  { name: 'inlier_probability', key: 'inlierProbability', doc: 'that its observations are of a constant star' },
  { name: 'observations', key: 'observations', doc: 'exposures of the network that have it' },
] as const

/** The stars that the network has a magnitude of, by right ascension. */
export function tiedStars({ stars, input }: ProductsTie, { stars: tied, exposures }: TieResult): TiedStars {
  const observations = new Float64Array(stars.count)
  input.observations.star.forEach((star, i) => {
    if (!exposures[input.observations.exposure[i]!]!.leftOut) observations[star]!++
  })
  const rows = indicesWhere(stars.count, (star) => Number.isFinite(tied.mag[star]!) && observations[star]! > 0)
  const order = Uint32Array.from(sortingOrder(gather(stars.raDeg, rows)), (k) => rows[k]!)
  const of = (values: ArrayLike<number>) => gather(values, order)
  return {
    raDeg: of(stars.raDeg),
    decDeg: of(stars.decDeg),
    mag: of(tied.mag),
    magErr: of(tied.magErr),
    inlierProbability: of(tied.inlierProbability),
    observations: of(observations),
  }
}

/** The table of `tie_{name}_stars.parquet`. */
export const tiedStarTable = (stars: TiedStars): Table =>
  tableOf(COLUMNS.map(({ key, ...column }) => ({ ...column, type: 'f64', values: stars[key] })))

/**
 * The stars of `tie_{name}_stars.parquet`.
 *
 * @param file for messages
 * @throws InputError if a column is missing; DataError if there is no star
 */
export function readTiedStars(table: Table, file: string): TiedStars {
  const columns = COLUMNS.map(({ name, key }) => {
    const column = findColumn(table, name)
    const values = column && asFloat64(column)
    if (values === undefined)
      throw new InputError('damaged-tie', 'the stars of the tie have not their column', { file, column: name })
    return [key, values] as const
  })
  if (table.rowCount === 0) throw new DataError('no-stars', 'the tie has no stars', { file })
  return Object.fromEntries(columns) as unknown as TiedStars
}

/** Calibrated magnitudes minus the joint ones [mag], by observation of the input; NaN where there is none. */
export function residualsOf({ input, exposures: calibrated }: ProductsTie, result: TieResult): Float64Array {
  const { star, exposure, ccd, instMag } = input.observations
  const zeropoints = new Map(
    result.zeropoints.map((one) => [one.exposure * 65536 + one.ccd, one.outcome === 'none' ? NaN : one.zeropoint]),
  )
  const terms = result.exposures.map(({ colourTerm, leftOut }) => (leftOut ? NaN : colourTerm))
  const { color } = input.stars
  const amplifiers = new Map(result.starFlats.map((flat) => [flat.ccd, flat.amplifiers]))
  const { x } = input.observations
  const beside = (i: number) => {
    const two = amplifiers.get(ccd[i]!)
    return two == null ? 0 : x![i]! > two.column + 0.5 ? two.b : two.a
  }
  return calibrated.length === 0
    ? new Float64Array(0)
    : numbersOf(star, (s, i) => {
        const colour = color?.[s] ?? NaN
        const about = Number.isFinite(colour) ? colour - result.pivotColour : 0
        const term = terms[exposure[i]!]! * about
        return instMag[i]! + zeropoints.get(exposure[i]! * 65536 + ccd[i]!)! + beside(i) - term - result.stars.mag[s]!
      })
}
