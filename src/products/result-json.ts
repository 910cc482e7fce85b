import type { ExposureSolution } from '../photometry/exposure/result.js'
import { calibratedFluxes } from '../photometry/fluxes/measured-fluxes.js'
import type { CcdResult } from '../photometry/result.js'
import type { CameraSource } from '../camera/recognise.js'
import type { EpochSource } from '../exposure/image-facts.js'
import type { CcdCorners } from '../wcs/index.js'
import { RESULT_SCHEMA } from './result-schema.js'
import { targetResults } from './target-results.js'

/** The exposure's part of the JSON. */
export interface ExposureFacts {
  /** Of the list, as `reqnum` and `attnum`; null if there is none. */
  readonly expnum: number | null
  readonly band: string
  readonly reqnum: string | null
  readonly attnum: string | null
  readonly epochYr: number | null
  readonly epochFrom: EpochSource | null
  /** Name of the camera's description, `generic` if it is not described, and where that is known from. */
  readonly camera: string
  readonly cameraFrom: CameraSource
  /** FILTER, else BAND of the image header; null if it has neither, or if the CCDs differ. */
  readonly filter: string | null
  /** Of files that were given without a list. */
  readonly name?: string
  /** CCD -> how the names of its products begin. */
  readonly stems?: Readonly<Record<string, string>>
  /** What a list would have carried -> where its value is from. */
  readonly origin?: Readonly<Record<string, string>>
  /** CCD -> its corners; left out if they are a list's, of a camera whose layout is known. */
  readonly corners?: Readonly<Record<string, CcdCorners>>
}

/** An exposure in words: `668439 r4p5`, or the name of the files. */
export const exposureInWords = ({ expnum, reqnum, attnum, name }: ExposureFacts): string =>
  expnum === null ? (name ?? 'of files') : `${expnum} r${reqnum}p${attnum}`

/** What the numbers were made from; nothing here depends on paths, workers or caches. */
export interface Provenance {
  readonly version: string
  /** File name -> SHA-256. */
  readonly inputs: Readonly<Record<string, string>>
  readonly catalogHash: string
  readonly options: Readonly<Record<string, string | number | boolean>>
}

/** Cost of a run: on stdout only, never in a file. */
export interface RunFacts {
  readonly starsRead: number
  readonly bytesRead: number
  readonly requests: number
  readonly ms: Readonly<Record<string, number>>
}

/** The part of a CCD's result that the exposure's solution may change. */
export type OwnResult = Pick<
  CcdResult,
  | 'outcome'
  | 'reason'
  | 'verdict'
  | 'zeropoint'
  | 'zeropointErr'
  | 'systematicErr'
  | 'ownFraction'
  | 'flag'
  | 'concerns'
  | 'colourTerm'
>

/** What a CCD gave by itself: the JSON keeps it, so that an exposure can be solved again. */
export function ownResult({
  outcome,
  reason,
  verdict,
  zeropoint,
  zeropointErr,
  systematicErr,
  ownFraction,
  flag,
  concerns,
  colourTerm,
}: CcdResult): OwnResult {
  return {
    ...{ outcome, reason, verdict, zeropoint, zeropointErr, systematicErr, ownFraction, flag, concerns },
    ...(colourTerm === undefined ? {} : { colourTerm }),
  }
}

/** What a CCD has of a tie of several exposures (`bliss-calib tie`). */
export interface TieFacts {
  /** Of the tie, as in the name of its JSON. */
  readonly name: string
  /** `tied`: by stars that other exposures have too. `anchored`: by reference stars and its exposure only. */
  readonly outcome: 'tied' | 'anchored' | 'none'
  /** Error of the zeropoint against the mean of the network [mag]; null without a zeropoint. */
  readonly tieErr: number | null
  /** What sets the common level: the catalogues, with `+` between, `held` templates, or `none`. */
  readonly anchor: string
  /** Number of stars it is derived from. */
  readonly nStars: number
  /** The zeropoint that the calibration gave [mag]. */
  readonly before: number | null
  /** Zeropoints of its amplifiers, if the tie has found two; the CCD's is their mean by area. */
  readonly amplifiers?: AmplifierZeropoints
}

/** Zeropoints of the two amplifiers of a CCD [mag]. */
export interface AmplifierZeropoints {
  /** Last column of A, the amplifier of low x [pixel]. */
  readonly column: number
  readonly a: number
  readonly b: number
  /** Error of their difference. */
  readonly err: number
}

/** Zeropoint at a pixel column of a CCD; null without one. */
export function zeropointAt({ zeropoint, tie }: Pick<SolvedResult, 'zeropoint' | 'tie'>, x: number): number | null {
  const amplifiers = tie?.amplifiers
  if (zeropoint === null || amplifiers === undefined || Number.isNaN(x)) return zeropoint
  return x > amplifiers.column + 0.5 ? amplifiers.b : amplifiers.a
}

/** A CCD's result, with what it gave by itself if its exposure was solved, and what it has of a tie. */
export type SolvedResult = CcdResult & { readonly own?: OwnResult; readonly tie?: TieFacts }

/** One CCD as the JSON shows it; the keys and their order are the contract; further ones are after them. */
export function ccdJson(result: SolvedResult) {
  return {
    ccd: result.ccd,
    outcome: result.outcome,
    reason: result.reason,
    verdict: result.verdict,
    zeropoint: result.zeropoint,
    zeropointErr: result.zeropointErr,
    systematicErr: result.systematicErr,
    ownFraction: result.ownFraction,
    scatter: result.scatter,
    flag: result.flag,
    system: result.system,
    catalog: result.catalog,
    relation: result.relation,
    cuts: result.cuts,
    lost: result.lost,
    sigmaClip: result.sigmaClip,
    astrometry: result.astrometry,
    concerns: result.concerns,
    minusOriginal:
      result.zeropoint === null || result.sigmaClip.zeropoint === null
        ? null
        : result.zeropoint - result.sigmaClip.zeropoint,
    diagnostics: result.diagnostics,
    magnitudes: result.magnitudes,
    ...(result.colourTerm ? { colourTerm: result.colourTerm } : {}),
    ...(result.fluxes ? { fluxes: calibratedFluxes(result.fluxes, result) } : {}),
    ...(result.references ? { references: result.references } : {}),
    ...(result.own ? { own: result.own } : {}),
    ...(result.tie ? { tie: result.tie } : {}),
  }
}

/** What the JSON says of an exposure's solution. */
export type SolutionFacts = Omit<ExposureSolution, 'ccdScatterErr' | 'ccds'>

/** The exposure's solution as the JSON shows it. */
export function solutionJson({
  outcome,
  suspect,
  reason,
  zeropoint,
  zeropointErr,
  gradient,
  ccdScatter,
  nPresent,
  nFitted,
  nOutliers,
  reserved,
  concerns,
}: SolutionFacts) {
  return {
    outcome,
    suspect,
    reason,
    zeropoint,
    zeropointErr,
    gradient,
    ccdScatter,
    nPresent,
    nFitted,
    nOutliers,
    reserved,
    concerns,
  }
}

/**
 * A CCD of the exposure that has no result, and why: its input is missing or damaged, or its products could not be
 * written.
 */
export interface FailedCcd {
  readonly ccd: number
  readonly reason: string
}

/** What a JSON has beside its CCDs: the exposure's solution after a run of several, the cost on stdout. */
interface ResultExtras {
  readonly solution?: SolutionFacts
  /** After a run of several; left out if no CCD failed. */
  readonly failed?: readonly FailedCcd[]
  /** CCDs of the list without a SExtractor catalogue or, in a merge, without products; left out if there is none. */
  readonly missing?: readonly number[]
  readonly run?: RunFacts
}

/** The result of a run as one JSON object with schema 2. */
export function resultJson(
  exposure: ExposureFacts,
  ccds: readonly SolvedResult[],
  provenance: Provenance,
  { solution, failed = [], missing = [], run }: ResultExtras = {},
): string {
  const targets = targetResults(ccds, String(provenance.options['magsType']))
  const extras = {
    ...(solution ? { solution: solutionJson(solution) } : {}),
    ...(failed.length > 0 ? { failed } : {}),
    ...(missing.length > 0 ? { missing } : {}),
    ...(targets.length > 0 ? { targets } : {}),
    ...(run ? { run } : {}),
  }
  return `${JSON.stringify(
    { schema: RESULT_SCHEMA, exposure, ccds: ccds.map(ccdJson), provenance, ...extras },
    null,
    2,
  )}\n`
}
