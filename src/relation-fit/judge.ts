import type { BandRelation } from '../catalog/relation.js'
import { madScatter, median } from '../math/robust.js'
import { indicesWhere, numbersOf } from '../math/select.js'
import { raDifferenceDeg } from '../math/units.js'
import { differenceErr, FEW_STARS, offsetOf, thirdsOf, type Offset } from '../validate/offsets.js'
import { comparedBy, readingsOf, type RelationSample } from './sample.js'
import { coloursOf } from './curve.js'

/** What true magnitudes say of a relation: truth minus prediction, everywhere [mag]. */
export interface Judgement {
  readonly stars: number
  /** By the weights of a zeropoint's fit. */
  readonly level: Offset
  readonly medianMag: number
  readonly medianErrMag: number
  /** Robust scatter about the median. */
  readonly scatterMag: number
  /** Robust width of the residuals in units of their errors with the relation's scatter. */
  readonly pulls: number
  readonly byMagnitude: readonly Offset[]
  readonly byColour: readonly Offset[]
  readonly byField: readonly Offset[]
  /** Quarters of each field. */
  readonly byPlace: readonly Offset[]
}

/** Error of a median of normal values in units of that of their mean. */
const MEDIAN_TO_MEAN = 1.2533
/** Quarters of more fields than these are a survey's, whose fields are places enough. */
const FIELDS_IN_QUARTERS = 4

/** @returns undefined if fewer than ten stars can be compared */
export function judged(sample: RelationSample, relation: BandRelation): Judgement | undefined {
  const compared = comparedBy(sample, relation)
  const rows = indicesWhere(sample.truth.length, (i) => Number.isFinite(compared.mag[i]! - compared.refMag[i]!))
  if (rows.length < FEW_STARS) return undefined
  const difference = numbersOf(rows, (i) => compared.mag[i]! - compared.refMag[i]!)
  const level = offsetOf(compared, rows, 'all')
  const scatterMag = madScatter(difference)
  const base = Float64Array.from(readingsOf(sample, relation).mags.base!)
  const { field, fields } = sample.sky
  const present = fields.map((_, f) => rows.filter((i) => field[i] === f))
  return {
    stars: rows.length,
    level,
    medianMag: median(difference),
    medianErrMag: (MEDIAN_TO_MEAN * scatterMag) / Math.sqrt(rows.length),
    scatterMag,
    pulls: madScatter(
      numbersOf(rows, (i, k) => (difference[k]! - (level.offsetMag ?? 0)) / differenceErr(compared, i)),
    ),
    byMagnitude: thirdsOf(compared, rows, base, relation.base),
    byColour: thirdsOf(compared, rows, coloursOf(sample, relation), relation.colour),
    byField: present.flatMap((part, f) => (part.length === 0 ? [] : [offsetOf(compared, part, fields[f]!.name)])),
    byPlace:
      fields.length > FIELDS_IN_QUARTERS ? [] : fields.flatMap((_, f) => quartersOf(sample, compared, present[f]!, f)),
  }
}

function quartersOf(
  { stars, sky }: RelationSample,
  compared: Parameters<typeof offsetOf>[0],
  rows: Uint32Array,
  f: number,
): Offset[] {
  if (rows.length < FEW_STARS) return []
  const { raDeg, decDeg, name } = sky.fields[f]!
  return [true, false].flatMap((north) =>
    [true, false].map((east) => {
      const isThere = (i: number) =>
        stars.decDeg[i]! > decDeg === north && raDifferenceDeg(stars.raDeg[i]!, raDeg) > 0 === east
      return offsetOf(compared, rows.filter(isThere), `${name}, ${north ? 'north' : 'south'}-${east ? 'east' : 'west'}`)
    }),
  )
}
