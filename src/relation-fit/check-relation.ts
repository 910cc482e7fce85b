import type { BandRelation } from '../catalog/relation.js'
import { DataError } from '../errors.js'
import { galacticLatitudeDeg } from '../math/galactic.js'
import { median } from '../math/robust.js'
import { systematicErrOf } from '../photometry/system/colour-relation.js'
import { crossValidated } from './cross-validate.js'
import { coloursOf } from './curve.js'
import { judged, type Judgement } from './judge.js'
import { NO_CURVE } from './template.js'
import { sampleOf, type BandTruth, type PairedStars, type RelationSample } from './sample.js'

/** What stars say of a relation that exists. */
export interface RelationCheck {
  readonly band: string
  readonly relation: BandRelation
  readonly judgement: Judgement
  /** One sigma that the relation, with the dust of the field, and the truth state of their levels [mag]. */
  readonly statedErrMag: number
  /**
   * Scatter of the same stars about the best polynomial of degree 3 to 7, each fitted to the stars of other sky cells.
   */
  readonly best: { readonly degree: number; readonly scatterMag: number } | null
  /** Colours of the stars, of 98 % of them. */
  readonly colours: readonly [number, number]
  readonly sample: RelationSample
  /** Why the relation does not hold; none if it does. */
  readonly reasons: readonly string[]
}

const SIGMAS = 3
/** A bin that is further off is modelled, cut, or inside the systematic error. */
const BIN_MAG = 0.008
/** Maximum ratio of the scatter to that about the best polynomial of the same stars. */
const WORST_RATIO = 1.1
/** Relative error of a robust scatter times the root of the number of stars. */
const SCATTER_ERR = 1.17
/** Pulls of a scatter that is stated too small: as `validate` has it for CCDs. */
const WORST_PULLS = 1.5
const LOWEST_DEGREE = 3

/**
 * Judges a relation by stars with true magnitudes.
 *
 * @throws DataError `too-few-stars` with fewer than ten
 */
export function checkRelation(paired: PairedStars, truth: BandTruth, relation: BandRelation): RelationCheck {
  const sample = sampleOf(paired, truth, relation)
  const judgement = judged(sample, relation)
  if (judgement === undefined || judgement.level.offsetMag === null)
    throw new DataError('too-few-stars', `too few stars to judge the relation to band ${truth.band}`, {
      found: `${sample.truth.length} that it takes and that have a true magnitude`,
      expected: 'ten that agree',
    })
  const { stars } = sample
  const latitude = galacticLatitudeDeg(stars.raDeg[0]!, stars.decDeg[0]!)
  const ofRelation = systematicErrOf(relation, { galacticLatitudeDeg: latitude })
  const statedErrMag = Math.hypot(ofRelation, truth.systematicErrMag)
  const best = bestPolynomial(sample, relation)
  const sorted = coloursOf(sample, relation).sort()
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? NaN
  return {
    band: truth.band,
    ...{ relation, judgement, statedErrMag, best, sample },
    colours: [at(0.01), at(0.99)],
    reasons: reasonsOf(judgement, statedErrMag, best),
  }
}

function reasonsOf(
  { stars, level, scatterMag, pulls, byMagnitude, byColour, byField }: Judgement,
  statedErrMag: number,
  best: RelationCheck['best'],
): string[] {
  const reasons: string[] = []
  const whole = Math.hypot(level.offsetErrMag!, statedErrMag)
  const sigmas = Math.abs(level.offsetMag!) / whole
  if (sigmas > SIGMAS) reasons.push(`the level is ${mmag(level.offsetMag!)} off, ${sigmas.toFixed(1)} of its errors`)
  for (const bin of [...byMagnitude, ...byColour]) {
    if (bin.offsetMag === null) continue
    if (Math.abs(bin.offsetMag) > Math.max(BIN_MAG, statedErrMag) + SIGMAS * bin.offsetErrMag!)
      reasons.push(`stars of ${bin.of} are ${mmag(bin.offsetMag)} off, beyond what is stated`)
  }
  if (byField.length > 1)
    for (const field of byField) {
      if (field.offsetMag === null) continue
      if (Math.abs(field.offsetMag) > SIGMAS * Math.hypot(field.offsetErrMag!, statedErrMag))
        reasons.push(`the field ${field.of} is ${mmag(field.offsetMag)} off, beyond what is stated`)
    }
  if (pulls > WORST_PULLS)
    reasons.push(`stars scatter ${pulls.toFixed(1)} times as wide as their errors and its scatter say`)
  if (best !== null && scatterMag > best.scatterMag * (WORST_RATIO + SCATTER_ERR / Math.sqrt(stars)))
    reasons.push(
      `stars scatter ${mmag(scatterMag).slice(1)} about it, ${mmag(best.scatterMag).slice(1)} about a polynomial of ` +
        `degree ${best.degree} of the same colour`,
    )
  return reasons
}

const mmag = (mag: number): string => `${mag < 0 ? '-' : '+'}${(1000 * Math.abs(mag)).toFixed(1)} mmag`

/** The polynomial of the relation's colour alone that stars which it was not fitted to scatter least about. */
function bestPolynomial(sample: RelationSample, relation: BandRelation): RelationCheck['best'] {
  const { secondColour: _second, faintTerm: _faint, spline: _spline, ...rest } = relation
  const { fluxOffsetNJy: _offset, magnitudeTerm: _term, ...alone } = rest
  const pivot = Number(median(coloursOf(sample, relation)).toFixed(1))
  const template: BandRelation = { ...alone, curve: 'polynomial', pivot, coefficients: NO_CURVE }
  const found = crossValidated(sample, template).filter(({ degree }) => degree >= LOWEST_DEGREE)
  const [first] = found.sort((a, b) => a.scatterMag - b.scatterMag)
  return first === undefined ? null : { degree: first.degree, scatterMag: first.scatterMag }
}
