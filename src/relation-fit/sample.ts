import type { BandRelation, CatalogDescription } from '../catalog/description.js'
import type { StarColumn, StarColumns } from '../catalog/stars.js'
import { gatherIntegers } from '../catalog/gather.js'
import { gather, indicesWhere, numbersOf } from '../math/select.js'
import { bandMagAt, bandMagErrOf, colourOf, type StarMags } from '../photometry/system/band-magnitude.js'
import {
  errorColumns,
  interpolated,
  relationColumns,
  standardMagnitudes,
  type StandardCut,
} from '../photometry/system/colour-relation.js'
import type { ComparedMagnitudes } from '../validate/offsets.js'
import type { SkyCells } from './sky-cells.js'

/** Stars of a reference catalogue that another catalogue has too. */
export interface PairedStars {
  readonly description: CatalogDescription
  /** Of the reference. */
  readonly stars: StarColumns
  readonly sky: SkyCells
}

/** What the other catalogue says of one band: a value a star, NaN if it says nothing. */
export interface BandTruth {
  readonly band: string
  /** Magnitude in the system, and its error without that of the level. */
  readonly mag: Float64Array
  readonly magErr: Float64Array
  /** One sigma of its level [mag]. */
  readonly systematicErrMag: number
}

/** The stars that a relation of a band is fitted to, or judged by; arrays of one length. */
export interface RelationSample {
  readonly stars: StarColumns
  readonly truth: Float64Array
  readonly truthErr: Float64Array
  readonly sky: SkyCells
  /** Stars with a true magnitude that cannot serve, by reason. */
  readonly cuts: Readonly<Record<StandardCut, number>>
}

/**
 * Stars whose true magnitude is worse than this say little of a relation whose scatter is a tenth to a third of it, and
 * lie where surveys' magnitudes are biased.
 */
const WORST_TRUTH_MAG = 0.03

/** The stars that have a true magnitude and that the relation takes. */
export function sampleOf(
  { description, stars, sky }: PairedStars,
  { mag, magErr }: BandTruth,
  relation: BandRelation,
): RelationSample {
  const limit = description.bpFaintLimitMag
  const known = indicesWhere(mag.length, (i) => Number.isFinite(mag[i]!) && magErr[i]! < WORST_TRUTH_MAG)
  const withTruth = starsAt(stars, known)
  const standards = standardMagnitudes(withTruth, relation, limit === undefined ? {} : { bpFaintLimitMag: limit })
  const usable = indicesWhere(known.length, (k) => standards.usable[k] === 1)
  const rows = usable.map((k) => known[k]!)
  return {
    stars: starsAt(withTruth, usable),
    truth: gather(mag, rows),
    truthErr: gather(magErr, rows),
    sky: skyAt(sky, rows),
    cuts: standards.cuts,
  }
}

const skyAt = (sky: SkyCells, rows: Uint32Array): SkyCells => ({
  ...sky,
  cell: Int32Array.from(rows, (i) => sky.cell[i]!),
  field: Int32Array.from(rows, (i) => sky.field[i]!),
})

/** Some of the stars of a sample. */
export function partOf(sample: RelationSample, rows: Uint32Array): RelationSample {
  return {
    ...sample,
    stars: starsAt(sample.stars, rows),
    truth: gather(sample.truth, rows),
    truthErr: gather(sample.truthErr, rows),
    sky: skyAt(sample.sky, rows),
  }
}

/** Some rows of all columns. */
export function starsAt(stars: StarColumns, rows: Uint32Array): StarColumns {
  const columns = Object.entries(stars).flatMap(([name, values]) =>
    values instanceof Float64Array ? [[name, gather(values, rows)] as const] : [],
  )
  const numbers = Object.fromEntries(columns) as Record<Exclude<StarColumn, 'sourceId'>, Float64Array>
  return { ...numbers, sourceId: gatherIntegers(stars.sourceId, rows), epochYr: stars.epochYr }
}

/** What a relation reads of a sample. */
export interface Readings {
  readonly mags: StarMags
  readonly errors: readonly (Float64Array | undefined)[]
}
export const readingsOf = ({ stars }: RelationSample, relation: BandRelation): Readings => ({
  mags: relationColumns(stars, relation),
  errors: errorColumns(stars, relation),
})

/** True minus predicted goes by these: the truth, and what a relation predicts. */
export function comparedBy(sample: RelationSample, relation: BandRelation): ComparedMagnitudes {
  const { mags, errors } = readingsOf(sample, relation)
  const errorOf = bandMagErrOf(relation, (k, row) => errors[k]?.[row] ?? 0)
  const { colour, sigmaMag } = relation.scatter
  return {
    mag: sample.truth,
    magErr: sample.truthErr,
    refMag: numbersOf(sample.truth, (_, i) => bandMagAt(relation, mags, i)),
    refMagErr: numbersOf(sample.truth, (_, i) => errorOf(mags, i)),
    refScatter: numbersOf(sample.truth, (_, i) => interpolated(colourOf(mags, i), colour, sigmaMag)),
  }
}
