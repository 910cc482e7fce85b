import type { BandRelation } from '../catalog/relation.js'
import { DataError } from '../errors.js'
import { indicesWhere } from '../math/select.js'
import { bootstrapErrors, type BootstrapErrors } from './bootstrap.js'
import { relationWith } from './coefficients.js'
import { chosenDegree, crossValidated, type DegreeScore } from './cross-validate.js'
import { coloursOf, fitCurve, type FittedCurve } from './curve.js'
import { judged, type Judgement } from './judge.js'
import { leftOut, type LeftOut } from './leave-out.js'
import { partOf, readingsOf, sampleOf, type BandTruth, type PairedStars, type RelationSample } from './sample.js'
import { statedErrMag } from './stated-error.js'
import { EVERY } from './template.js'

/** A relation fitted to stars, and what they say of it. */
export interface RelationFit {
  readonly band: string
  /** As a description has it, rounded. */
  readonly relation: BandRelation
  readonly degree: number
  /** Scores of all degrees by cross-validation; none if the degree was given. */
  readonly scores: readonly DegreeScore[]
  readonly errors: BootstrapErrors
  readonly own: Judgement
  readonly leftOut: readonly LeftOut[]
  readonly sample: RelationSample
  readonly cells: number
}

/** Fewer stars fit any curve. */
const FEWEST_STARS = 50
/** Part of the stars at either end that says nothing of how far a relation without limits reaches. */
const END = 0.005

/**
 * Fits a relation of the template's form to the stars that have the true magnitude of a band.
 *
 * @param degree of the polynomial; by cross-validation over sky cells if it is not given
 * @throws DataError `too-few-stars` with fewer than fifty
 */
export function fitRelation(
  paired: PairedStars,
  truth: BandTruth,
  form: BandRelation,
  { degree, source }: { readonly degree?: number; readonly source: (relation: BandRelation, stars: number) => string },
): RelationFit {
  const template = withLimits(sampleOf(paired, truth, form), form)
  const all = sampleOf(paired, truth, template)
  // A colour outside the range by its error counts in a calibration; a curve is fitted to what is inside.
  const [low, high] = template.colourRange
  const colour = coloursOf(all, template)
  const sample = partOf(
    all,
    indicesWhere(colour.length, (i) => colour[i]! >= low && colour[i]! <= high),
  )
  const stars = sample.truth.length
  if (stars < FEWEST_STARS) throw tooFew(truth.band, sample)
  const scores = degree === undefined ? crossValidated(sample, template) : []
  const chosen = degree ?? chosenDegree(scores)
  const curve = chosen === undefined ? undefined : fitCurve(sample, template, chosen)
  if (curve === undefined) throw tooFew(truth.band, sample)
  const found = rounded(curve)
  const own = judged(sample, found.relation)!
  const others = leftOut(sample, template, found)
  const stated = statedErrMag(fieldsOf(sample, found.relation), others, truth.systematicErrMag)
  const relation = { ...found.relation, systematicErrMag: stated }
  return {
    band: truth.band,
    relation: { ...relation, source: source(relation, stars) },
    degree: found.degree,
    scores,
    errors: bootstrapErrors(sample, found),
    own,
    leftOut: others,
    sample,
    cells: new Set(sample.sky.cell).size,
  }
}

function tooFew(band: string, { truth, cuts }: RelationSample): DataError {
  const cut = Object.entries(cuts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []))
  return new DataError('too-few-stars', `too few stars for a relation to band ${band}`, {
    found: [`${truth.length}`, ...(cut.length === 0 ? [] : [`cut: ${cut.join(', ')}`])].join('; '),
    expected: `at least ${FEWEST_STARS} that have its magnitude to 0.03 mag`,
  })
}

/** Every field judged by itself. */
function fieldsOf(sample: RelationSample, relation: BandRelation): Judgement[] {
  const { field, fields } = sample.sky
  return fields.flatMap((_, f) => {
    const rows = indicesWhere(field.length, (i) => field[i] === f)
    return judged(partOf(sample, rows), relation) ?? []
  })
}

/** Default limits: the range of the stars without 0.5 % of them at either end. */
function withLimits(sample: RelationSample, form: BandRelation): BandRelation {
  const reach = (values: ArrayLike<number>, digits: number): readonly [number, number] => {
    const sorted = Float64Array.from(values).filter(Number.isFinite).sort()
    const at = (part: number) => Number((sorted[Math.round(part * (sorted.length - 1))] ?? 0).toFixed(digits))
    return [at(END), at(1 - END)]
  }
  const colourRange = form.colourRange === EVERY ? reach(coloursOf(sample, form), 2) : form.colourRange
  const magRange = form.magRange === EVERY ? reach(readingsOf(sample, form).mags.base!, 1) : form.magRange
  const pivot = form.colourRange === EVERY ? Number(((colourRange[0] + colourRange[1]) / 2).toFixed(1)) : form.pivot
  return { ...form, colourRange, magRange, pivot }
}

/** As many digits as a description holds: 0.01 mmag at one magnitude from the pivot. */
function rounded({ relation, degree, coefficients }: FittedCurve): FittedCurve {
  const k = coefficients.map((value) => Number(value.toFixed(5)))
  const { colour, sigmaMag } = relation.scatter
  const scatter = { colour, sigmaMag: sigmaMag.map((sigma) => Number(sigma.toFixed(4))) }
  return { relation: { ...relationWith(relation, degree, k), scatter }, degree, coefficients: k }
}
