import { InputError } from '../errors.js'
import { isRecord, parseJson } from '../formats/json-shape.js'
import { measuredOf } from '../photometry/fluxes/measured-fluxes.js'
import { magnitudeScale } from '../photometry/magnitude-scale.js'
import type { CcdResult } from '../photometry/result.js'
import type { MatchColumns } from '../photometry/matches.js'
import type { TargetResult } from '../photometry/targets/target-result.js'
import { checkResultShape } from './check-result.js'
import { checkResultSchema } from './result-schema.js'
import type { ExposureFacts, OwnResult, Provenance, ccdJson } from './result-json.js'
import { targetsOfResults } from './target-results.js'

/** A CCD's JSON as it is: what it gave by itself, but for its matched stars. */
export interface StandingResult {
  readonly file: string
  /** The CCD by itself, whether or not its exposure was solved since. */
  readonly result: Omit<CcdResult, 'matches'>
  readonly provenance: Provenance
}

type CcdJson = ReturnType<typeof ccdJson>

/**
 * Reads the JSON of one CCD's run.
 *
 * @param expected which CCD of which exposure it has to be
 * @throws InputError if it is damaged, of another kind, or of another CCD
 */
export function parseCcdJson(
  text: string,
  file: string,
  expected: Pick<ExposureFacts, 'expnum' | 'reqnum' | 'attnum'> & { readonly ccd: number },
): StandingResult {
  const damaged = (sentence: string, found?: string, wanted?: string) =>
    new InputError('damaged-json', sentence, {
      file,
      ...(found === undefined ? {} : { found }),
      ...(wanted === undefined ? {} : { expected: wanted }),
    })
  const json = parsed(text, damaged)
  checkResultSchema(json['schema'], file)
  const exposure = objectAt(json, 'exposure', damaged)
  for (const key of ['expnum', 'reqnum', 'attnum'] as const) {
    if (exposure[key] !== expected[key])
      throw damaged(
        `the JSON is of another exposure: ${key}`,
        JSON.stringify(exposure[key]),
        JSON.stringify(expected[key]),
      )
  }
  const [first, ...others] = Array.isArray(json['ccds']) ? (json['ccds'] as unknown[]) : []
  if (!isRecord(first) || others.length > 0)
    throw damaged(
      'the JSON does not hold one CCD',
      `${Array.isArray(json['ccds']) ? json['ccds'].length : 'no'} CCDs`,
      'one',
    )
  if (first['ccd'] !== expected.ccd)
    throw damaged('the JSON is of another CCD', JSON.stringify(first['ccd']), `${expected.ccd}`)
  checkResultShape(json, file)
  const { own, minusOriginal: _derived, fluxes, colourTerm, ...ccd } = first as unknown as CcdJson
  const before: OwnResult = own ?? { ...(ccd as OwnResult), ...(colourTerm === undefined ? {} : { colourTerm }) }
  const provenance = objectAt(json, 'provenance', damaged)
  for (const key of ['inputs', 'options']) objectAt(provenance, key, damaged)
  const { band, epochYr, epochFrom, camera, cameraFrom, filter } = exposure as unknown as CcdResult
  const facts = { band, epochYr, epochFrom, camera, cameraFrom, filter }
  const { targets } = json as { targets?: readonly TargetResult[] }
  const asked = {
    ...(targets === undefined ? {} : { targets: targetsOfResults(targets) }),
    ...(fluxes === undefined ? {} : { fluxes: measuredOf(fluxes) }),
  }
  const magnitudes = magnitudeScale(ccd)
  return {
    file,
    result: { ...ccd, ...before, ...facts, ...asked, magnitudes },
    provenance: provenance as unknown as Provenance,
  }
}

/** The CCD's result with its matched stars. Throws InputError if their number is not the JSON's. */
export function withMatches({ file, result }: StandingResult, matches: MatchColumns, matchesFile: string): CcdResult {
  if (matches.fate.length !== result.cuts.matched) {
    throw new InputError('damaged-matches', `the matched stars are not those of ${file}`, {
      file: matchesFile,
      found: `${matches.fate.length} stars`,
      expected: `${result.cuts.matched}`,
    })
  }
  return { ...result, matches }
}

type Damaged = (sentence: string, found?: string, wanted?: string) => InputError
type JsonObject = Readonly<Record<string, unknown>>

function parsed(text: string, damaged: Damaged): JsonObject {
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw damaged(`the JSON is damaged: ${(cause as Error).message}`)
  }
  if (isRecord(json)) return json
  throw damaged('the JSON is damaged', 'no object', 'an object')
}

function objectAt(json: JsonObject, key: string, damaged: Damaged): JsonObject {
  const value = json[key]
  if (isRecord(value)) return value
  throw damaged(`the JSON lacks '${key}'`, Object.keys(json).join(' '), key)
}
