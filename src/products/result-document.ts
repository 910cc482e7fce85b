import { InputError } from '../errors.js'
import { isRecord, parseJson } from '../formats/json-shape.js'
import type { TargetResult } from '../photometry/targets/target-result.js'
import { checkResultShape } from './check-result.js'
import { checkResultSchema, RESULT_SCHEMA } from './result-schema.js'
import {
  exposureInWords,
  type ccdJson,
  type ExposureFacts,
  type FailedCcd,
  type Provenance,
  type solutionJson,
} from './result-json.js'

export type CcdDocument = ReturnType<typeof ccdJson>
type SolutionDocument = ReturnType<typeof solutionJson>

/** A `zeropoint_*.json` as read: what `resultJson` wrote. */
export interface ResultDocument {
  readonly schema: typeof RESULT_SCHEMA
  readonly exposure: ExposureFacts
  readonly ccds: readonly CcdDocument[]
  readonly provenance: Provenance
  readonly solution?: SolutionDocument
  /** CCDs without a result; absent if there is none. */
  readonly failed?: readonly FailedCcd[]
  /** CCDs that were not there to take part; absent if there is none. */
  readonly missing?: readonly number[]
  /** What is at the places that were asked for; absent if none were. */
  readonly targets?: readonly TargetResult[]
}

/**
 * Reads a `zeropoint_*.json`. Checked as far as its readers lean on it; whatever text is in it is text.
 *
 * @throws InputError naming the file and what was found
 */
export function parseResultDocument(text: string, file: string): ResultDocument {
  const unfit = (sentence: string, found: string, expected: string, cause?: unknown) =>
    new InputError('bad-result', sentence, { file, found, expected }, { cause })
  let document: ResultDocument
  try {
    document = parseJson(text) as ResultDocument
  } catch (cause) {
    throw unfit('the result is not JSON', (cause as Error).message, 'the JSON of a run of bliss-calib', cause)
  }
  if (!isRecord(document))
    throw unfit('the file is no result of bliss-calib', typeof document, `schema ${RESULT_SCHEMA}`)
  checkResultSchema(document.schema, file)
  const { exposure, ccds, provenance } = document
  if (!isRecord(exposure) || !isNamed(exposure) || typeof exposure.band !== 'string')
    throw unfit(
      'the result names no exposure',
      JSON.stringify(exposure ?? null).slice(0, 60),
      'exposure.expnum, or exposure.name of files, and exposure.band',
    )
  if (!Array.isArray(ccds) || ccds.length === 0)
    throw unfit('the result holds no CCD', Array.isArray(ccds) ? 'an empty list' : typeof ccds, 'ccds, a list')
  for (const ccd of ccds as readonly CcdDocument[]) {
    const sound =
      isRecord(ccd) &&
      Number.isInteger(ccd.ccd) &&
      isRecord(ccd.cuts) &&
      isRecord(ccd.lost) &&
      isRecord(ccd.sigmaClip) &&
      isRecord(ccd.astrometry) &&
      isRecord(ccd.diagnostics) &&
      Array.isArray(ccd.concerns)
    const numbers =
      sound &&
      [ccd.zeropoint, ccd.zeropointErr, ccd.systematicErr, ccd.scatter].every(
        (value) => value === null || Number.isFinite(value),
      ) &&
      Object.values(ccd.lost).every(Number.isFinite)
    if (!numbers)
      throw unfit(
        'a CCD of the result is incomplete: it is damaged or of an older version; calibrate again',
        JSON.stringify(ccd ?? null).slice(0, 60),
        'numbers, cuts, lost, sigmaClip, astrometry, concerns and diagnostics',
      )
  }
  if (!isRecord(provenance) || !isRecord(provenance.inputs) || !isRecord(provenance.options))
    throw unfit(
      'the result does not say what it was made from',
      JSON.stringify(provenance ?? null).slice(0, 60),
      'provenance with inputs and options',
    )
  const { failed = [], missing = [] } = document
  if (!Array.isArray(failed) || !(failed as readonly unknown[]).every(isFailedCcd)) {
    throw unfit(
      'the list of failed CCDs is damaged',
      JSON.stringify(failed).slice(0, 60),
      'failed, a list of ccd and reason',
    )
  }
  if (!Array.isArray(missing) || !(missing as readonly unknown[]).every(Number.isInteger)) {
    throw unfit(
      'the list of missing CCDs is damaged',
      JSON.stringify(missing).slice(0, 60),
      'missing, a list of numbers',
    )
  }
  checkResultShape(document, file)
  return document
}

/** What results of one exposure have in common: the CCDs of one flux at one time. */
export const exposureKey = ({ exposure, provenance }: ResultDocument): string =>
  `${exposureInWords(exposure)} ${exposure.epochYr ?? ''} ${String(provenance.options['magsType'])}`

/** By its number, or of files by their name. */
const isNamed = ({ expnum, name }: ExposureFacts): boolean =>
  Number.isInteger(expnum) || (expnum === null && typeof name === 'string')

const isFailedCcd = (value: unknown): boolean => {
  const { ccd, reason } = (isRecord(value) ? value : {}) as Partial<FailedCcd>
  return Number.isInteger(ccd) && typeof reason === 'string'
}
