import { madScatter, median } from '../math/robust.js'
import { gather, indicesWhere, numbersOf } from '../math/select.js'
import { differenceErr, FEW_STARS, offsetOf, thirdsOf, type Offset } from './offsets.js'
import type { ValidatedCcd, ValidatedStars } from './validated-stars.js'

/** What a catalogue that was not used says of a calibration. */
export interface Validation {
  readonly stars: number
  /** Ours minus the other catalogue's [mag]. */
  readonly offsetMag: number
  readonly offsetErrMag: number
  /** One sigma that both levels state of themselves, in quadrature [mag]. */
  readonly statedErrMag: number
  /** Robust scatter of the differences, and the one that all errors lead to expect [mag]. */
  readonly scatterMag: number
  readonly expectedScatterMag: number
  /** Robust width of the differences in units of their errors: 1 if the errors are right. */
  readonly pulls: number
  readonly byMagnitude: readonly Offset[]
  readonly byColour: readonly Offset[]
  /** By CCD, of one CCD by its quarters. */
  readonly byPlace: readonly Offset[]
  /** Stars that the zeropoint was fitted to, and the others. */
  readonly byPart: readonly Offset[]
  /** RMS of the CCDs' offsets from the common one in units of their errors; null of one CCD. */
  readonly ccdPulls: number | null
  /** Why the two do not agree; none if they do. */
  readonly reasons: readonly string[]
}

/** A level this many of its errors off is not chance. */
const OFFSET_SIGMAS = 3
/** A trend that matters: a third of the stars off by this, beyond three of its errors. */
const TREND_MAG = 0.008
/** CCDs whose offsets scatter by more than this times their errors have wrong errors, or zeropoints. */
const CCD_PULLS = 1.5
const MANY_CCDS = 8

/**
 * Compares calibrated magnitudes with those of another catalogue: the robust mean of the differences (the zeropoint's
 * own estimator), its scatter and pulls, and the same by thirds of magnitude and colour, by place and by part.
 *
 * @param systematicErrMag one sigma of the other catalogue's level
 * @returns undefined if fewer than ten stars are in both
 */
export function validate(
  stars: ValidatedStars,
  ccds: readonly ValidatedCcd[],
  systematicErrMag: number,
): Validation | undefined {
  const all = indicesWhere(stars.mag.length, (i) => Number.isFinite(stars.mag[i]! - stars.refMag[i]!))
  if (all.length < FEW_STARS) return undefined
  const whole = offsetOf(stars, all, 'all')
  if (whole.offsetMag === null) return undefined
  const { offsetMag, offsetErrMag } = whole
  const difference = numbersOf(all, (i) => stars.mag[i]! - stars.refMag[i]! - offsetMag)
  const expected = numbersOf(all, (i) => differenceErr(stars, i))
  const [numbers, ownSystematic] = [ccds.map(({ ccd }) => ccd), ccds.map((one) => one.systematicErr ?? 0)]
  const byCcd = numbers.map((ccd) =>
    offsetOf(
      stars,
      all.filter((i) => stars.ccd[i] === ccd),
      `CCD ${ccd}`,
    ),
  )
  const byMagnitude = thirdsOf(stars, all, stars.refMag, 'mag')
  const byColour = thirdsOf(stars, all, stars.colour, 'colour')
  const ccdPulls = pullsOf(byCcd, ccds, offsetMag)
  const statedErrMag = Math.hypot(systematicErrMag, median(ownSystematic))
  const validation = {
    stars: all.length,
    offsetMag,
    offsetErrMag: offsetErrMag!,
    statedErrMag,
    scatterMag: madScatter(difference),
    expectedScatterMag: median(expected),
    pulls: madScatter(numbersOf(difference, (d, k) => d / expected[k]!)),
    byMagnitude,
    byColour,
    byPlace: numbers.length > 1 ? byCcd : quartersOf(stars, all),
    byPart: [
      offsetOf(
        stars,
        all.filter((i) => stars.fitted[i] === 1),
        'fitted',
      ),
      offsetOf(
        stars,
        all.filter((i) => stars.fitted[i] === 0),
        'not fitted',
      ),
    ],
    ccdPulls,
  }
  return { ...validation, reasons: reasonsOf(validation) }
}

function reasonsOf(validation: Omit<Validation, 'reasons'>): string[] {
  const { offsetMag, offsetErrMag, statedErrMag, byMagnitude, byColour, ccdPulls, byPlace } = validation
  const level = Math.hypot(offsetErrMag, statedErrMag)
  const reasons: string[] = []
  if (Math.abs(offsetMag) > OFFSET_SIGMAS * level)
    reasons.push(`the level is ${mmag(offsetMag)} off, ${(Math.abs(offsetMag) / level).toFixed(1)} of its errors`)
  for (const one of [...byMagnitude, ...byColour]) {
    if (one.offsetMag === null) continue
    const off = one.offsetMag - offsetMag
    if (Math.abs(off) > TREND_MAG + OFFSET_SIGMAS * one.offsetErrMag!)
      reasons.push(`stars of ${one.of} are ${mmag(off)} off the others`)
  }
  if (ccdPulls !== null && byPlace.length >= MANY_CCDS && ccdPulls > CCD_PULLS)
    reasons.push(`the CCDs scatter ${ccdPulls.toFixed(1)} times as wide as their errors say`)
  return reasons
}

const mmag = (mag: number): string => `${mag < 0 ? '' : '+'}${(1000 * mag).toFixed(1)} mmag`

/** The quarters of a chip about the median pixel of its stars; none if pixels are not known. */
function quartersOf(stars: ValidatedStars, rows: Uint32Array): Offset[] {
  const finite = rows.filter((i) => Number.isFinite(stars.xImage[i]! + stars.yImage[i]!))
  if (finite.length < FEW_STARS) return []
  const [x, y] = [median(gather(stars.xImage, finite)), median(gather(stars.yImage, finite))]
  return [false, true].flatMap((right) =>
    [false, true].map((top) =>
      offsetOf(
        stars,
        finite.filter((i) => stars.xImage[i]! > x === right && stars.yImage[i]! > y === top),
        `x ${right ? 'above' : 'below'} ${x.toFixed(0)}, y ${top ? 'above' : 'below'} ${y.toFixed(0)}`,
      ),
    ),
  )
}

function pullsOf(byCcd: readonly Offset[], ccds: readonly ValidatedCcd[], offsetMag: number): number | null {
  const pulls = byCcd.flatMap((one, k) =>
    one.offsetMag === null ? [] : [(one.offsetMag - offsetMag) / Math.hypot(one.offsetErrMag!, ccds[k]!.zeropointErr)],
  )
  return pulls.length < 2 ? null : Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0) / (pulls.length - 1))
}
