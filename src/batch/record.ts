import { worstOf, type ExitCode } from '../errors.js'
import { isSound, type CatalogueListRow } from '../exposure/catalogue-list.js'
import { isFilesName, type ExposureName } from '../exposure/exposure-name.js'
import { meanDirection } from '../photometry/exposure/apply-solution.js'
import type { ExposureSolution } from '../photometry/exposure/result.js'
import type { CcdResult, Outcome } from '../photometry/result.js'

/** What a batch keeps of a CCD: `failed` left no files, `absent` had no SExtractor catalogue. */
export interface CcdRecord {
  readonly ccd: number
  readonly band: string
  readonly raDeg: number
  readonly decDeg: number
  readonly outcome: Outcome | 'failed' | 'absent'
  readonly verdict: string
  readonly result: CcdNumbers | null
  /** Of files: how the names of its products begin. */
  readonly stem?: string
}

/** The numbers of a CCD that was calibrated; the names are those of its JSON. */
type CcdNumbers = Pick<
  CcdResult,
  | 'zeropoint'
  | 'zeropointErr'
  | 'systematicErr'
  | 'ownFraction'
  | 'scatter'
  | 'flag'
  | 'system'
  | 'catalog'
  | 'relation'
  | 'cuts'
  | 'sigmaClip'
  | 'epochYr'
> & { readonly concerns: readonly string[] }

/** Something that could not be done; `ccd` is null if it is the exposure's own. */
export interface FailureRecord {
  readonly ccd: number | null
  readonly exitCode: ExitCode
  readonly sentence: string
}

/**
 * What became of an exposure, without its stars: all that a batch says of it, whether it was calibrated now or long
 * ago.
 */
export interface ExposureRecord {
  /** Name of the list; of files, of the exposure. */
  readonly list: string
  /** -1 if files do not say it. */
  readonly expnum: number
  /** Empty of files, like the attempt. */
  readonly reqnum: string
  readonly attnum: string
  /** Mean direction of the CCDs of the list. */
  readonly raDeg: number
  readonly decDeg: number
  readonly solution: SolutionNumbers | null
  readonly ccds: readonly CcdRecord[]
  readonly failures: readonly FailureRecord[]
}

type SolutionNumbers = Pick<
  ExposureSolution,
  | 'outcome'
  | 'suspect'
  | 'reason'
  | 'zeropoint'
  | 'zeropointErr'
  | 'gradient'
  | 'ccdScatter'
  | 'nPresent'
  | 'nFitted'
  | 'nOutliers'
>

/** What a run of one exposure gave. */
interface ExposureOutcome {
  readonly name: ExposureName
  readonly listRows: readonly CatalogueListRow[]
  /** The rows that were asked for. */
  readonly rows: readonly CatalogueListRow[]
  readonly results: readonly CcdResult[]
  readonly solution?: ExposureSolution
  readonly failures: readonly FailureRecord[]
}

/** The record of an exposure; a CCD that neither has a result nor failed was absent. */
export function recordOf({ name, listRows, rows, results, solution, failures }: ExposureOutcome): ExposureRecord {
  const resultOf = new Map(results.map((result) => [result.ccd, result]))
  const failureOf = new Map(failures.map((failure) => [failure.ccd, failure]))
  const ccds = rows.map((row): CcdRecord => {
    const stem = isFilesName(name) ? { stem: name.stems[row.ccd]! } : {}
    const place = { ccd: row.ccd, band: row.band, ...row.centre, ...stem }
    const failure = failureOf.get(row.ccd)
    if (failure !== undefined) return { ...place, outcome: 'failed', verdict: failure.sentence, result: null }
    const result = resultOf.get(row.ccd)
    if (result === undefined)
      return { ...place, outcome: 'absent', verdict: `${row.fileName} does not exist`, result: null }
    return { ...place, outcome: result.outcome, verdict: result.verdict, result: numbersOf(result) }
  })
  const centre = meanDirection(listRows.filter(isSound).map((row) => row.centre))
  return {
    ...identityOf(name, listRows),
    ...centre,
    solution: solution ? solutionNumbers(solution) : null,
    ccds,
    failures,
  }
}

function identityOf(
  name: ExposureName,
  rows: readonly CatalogueListRow[],
): Pick<ExposureRecord, 'list' | 'expnum' | 'reqnum' | 'attnum'> {
  if (isFilesName(name)) return { list: name.exposure, expnum: rows[0]?.expnum ?? -1, reqnum: '', attnum: '' }
  const { fileName, expnumText, reqnum, attnum } = name
  return { list: fileName, expnum: Number(expnumText), reqnum, attnum }
}

function numbersOf(result: CcdResult): CcdNumbers {
  const {
    zeropoint,
    zeropointErr,
    systematicErr,
    ownFraction,
    scatter,
    flag,
    system,
    catalog,
    relation,
    cuts,
    sigmaClip,
    epochYr,
    concerns,
  } = result
  const tags = concerns.map(({ tag }) => tag)
  return {
    zeropoint,
    zeropointErr,
    systematicErr,
    ownFraction,
    scatter,
    flag,
    system,
    catalog,
    relation,
    cuts,
    sigmaClip,
    epochYr,
    concerns: tags,
  }
}

function solutionNumbers(solution: ExposureSolution): SolutionNumbers {
  const { outcome, suspect, reason, zeropoint, zeropointErr, gradient, ccdScatter, nPresent, nFitted, nOutliers } =
    solution
  return { outcome, suspect, reason, zeropoint, zeropointErr, gradient, ccdScatter, nPresent, nFitted, nOutliers }
}

/** Exit code of an exposure, by the same rule as a run of its own. */
export function exitCodeOfRecord({ ccds, failures }: ExposureRecord, acceptBorrowed: boolean): ExitCode {
  const codes = ccds.map(({ outcome }): ExitCode =>
    outcome === 'none' || (outcome === 'borrowed' && !acceptBorrowed) ? 4 : 0,
  )
  const nothing = ccds.every(({ result }) => result === null) && failures.length === 0
  return nothing ? 3 : worstOf([...codes, ...failures.map(({ exitCode }) => exitCode)])
}
