import { matchPattern } from './pattern.js'

/** What the pixels of a camera's mask image say. */
export interface MaskDescription {
  /** Which of the masks an image has: regular expressions of keywords that all have to fit; absent: always. */
  readonly when?: Readonly<Record<string, string>>
  /** `bits`: a sum of powers of two, each with a meaning. `codes`: one number, one meaning. */
  readonly form: 'bits' | 'codes'
  /** Bit value or code -> meaning. */
  readonly values: Readonly<Record<string, string>>
  /** Values or codes of pixels that must not be measured. */
  readonly bad: readonly number[]
  /** Values or codes of saturated pixels, and what bleeds from them. */
  readonly saturated?: readonly number[]
}

/** Pixels that are not measured, by their value in the mask: any of these bits, or one of these codes. */
export interface BadPixels {
  readonly bits?: number
  readonly codes?: readonly number[]
}

/** The bad pixels but the saturated: without its core a star would be a ring of detections. */
export function badPixels({ form, bad, saturated = [] }: MaskDescription): BadPixels {
  const values = bad.filter((value) => !saturated.includes(value))
  return form === 'codes' ? { codes: values } : { bits: values.reduce((all, bit) => all | bit, 0) }
}

/**
 * The mask description of an image; undefined if the camera has none that fits, or several do.
 *
 * @param valuesOf what the header says under a keyword
 */
export function maskOf(
  masks: readonly MaskDescription[] | undefined,
  valuesOf: (keyword: string) => readonly (string | number)[],
): MaskDescription | undefined {
  const fitting = (masks ?? []).filter(({ when = {} }) =>
    Object.entries(when).every(([keyword, pattern]) =>
      valuesOf(keyword).some((value) => matchPattern(pattern, value) !== null),
    ),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}
