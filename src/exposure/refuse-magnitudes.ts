import { InputError } from '../errors.js'
import { median } from '../math/robust.js'
import { largestOf, smallestOf } from '../math/extremes.js'

/** A column that is to be calibrated as a flux. */
export interface FluxValues {
  /** As the file calls it. */
  readonly name: string
  readonly unit: string | undefined
  readonly values: ArrayLike<number>
}

/**
 * Magnitudes of detections lie between these, and more of them are near the faint, large end. Fluxes have most near the
 * small end, and the brightest is more than this many times the faintest: 2.3 magnitudes.
 */
const [BRIGHTEST, FAINTEST] = [3, 40]
const LARGEST_RATIO = 8
const FEW = 10
/** What programs write for a magnitude that was not measured: 99, 99.9, -99, -999, -9999. */
const isBlank = (value: number): boolean => (value >= 99 && value < 100) || /^-9{2,4}(?:\.0*)?$/.test(String(value))

/**
 * Refuses magnitudes in the place of a flux, by the name of the column, its unit, or its values.
 *
 * @throws InputError `magnitudes`
 */
export function refuseMagnitudes({ name, unit, values }: FluxValues, file: string): void {
  const found = evidenceOf({ name, unit, values })
  if (found === undefined) return
  throw new InputError('magnitudes', 'the column holds magnitudes, and a flux is calibrated', {
    file,
    column: name,
    found,
    expected: 'a flux in counts or electrons, also per second: 10^(-0.4 magnitude) is one',
  })
}

function evidenceOf({ name, unit, values }: FluxValues): string | undefined {
  if (/^mag(?:nitude)?s?(?![a-z])/i.test(name)) return `the name ${name}`
  if (unit !== undefined && /^\W*(?:ab|st|vega)?[\s_-]*mag(?:nitude)?s?\b/i.test(unit)) return `the unit ${unit}`
  const told: number[] = []
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value > BRIGHTEST && value < FAINTEST) told.push(value)
    else if (Number.isFinite(value) && !isBlank(value)) return undefined
  }
  if (told.length < FEW) return undefined
  const [least, most] = [smallestOf(told), largestOf(told)]
  const areNearTheEnd = median(told) > (least + most) / 2
  return most < LARGEST_RATIO * least && areNearTheEnd
    ? `values from ${least.toPrecision(4)} to ${most.toPrecision(4)}, more of them large`
    : undefined
}
