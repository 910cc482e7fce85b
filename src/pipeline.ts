import { strangeSiblings } from './exposure/compare-facts.js'
import type { SiblingFacts } from './exposure/comparison.js'
import type { CcdCorners } from './exposure/catalogue-list.js'
import { overlapping, overlappingCcds } from './exposure/overlap.js'
import { galacticLatitudeDeg } from './math/galactic.js'
import { applySolution, ccdMatchesOf, meanDirection, type Direction } from './photometry/exposure/apply-solution.js'
import { withCommonTerm } from './photometry/exposure/common-term.js'
import { sharedConcerns } from './photometry/exposure/concerns.js'
import { expectedCcdScatterMag } from './photometry/exposure/expected.js'
import type { ExposureSolution } from './photometry/exposure/result.js'
import { solveExposure } from './photometry/exposure/solution.js'
import type { CcdResult } from './photometry/result.js'

/*
 * The one flow of an exposure, for the command, `batch`, `merge` and the library:
 *
 *     read each -> calibrate each -> solve together -> write each
 *
 * Callers supply the functions that read, calibrate and write a CCD, and the order or threads (`each`).
 */

/** One CCD of the flow. The caller that supplies it knows where its detections are, and which thread works on it. */
export interface CcdSteps {
  /** NaN if the row of the list has no CCD number. */
  readonly ccd: number
  readonly centre: Direction
  readonly corners: CcdCorners
  /** Reads the detections; of a CCD that was calibrated before, its products. */
  read(): Promise<CcdFacts>
  /** Calibrates the CCD by itself, after `read`; or gives the result that its products hold. */
  calibrate(): Promise<CcdResult>
}

/** What is known of a CCD once it is read. */
export interface CcdFacts {
  readonly sibling: SiblingFacts
  /** Messages about it that are not failures. */
  readonly notes?: readonly string[]
}

/** Runs work over CCDs, one after the other or several at a time; throws the first failure in their order. */
export type Each = <T, R>(items: readonly T[], work: (item: T) => Promise<R>) => Promise<R[]>

/**
 * A CCD with its result alone (`own`) and its result from the solution of the exposure; both are the same if it was not
 * solved with others.
 */
export interface SolvedCcd<Ccd> {
  readonly ccd: Ccd
  readonly own: CcdResult
  readonly result: CcdResult
}

/** CCDs in the light of one another. */
export interface SolvedExposure<Ccd> {
  readonly ccds: readonly SolvedCcd<Ccd>[]
  /** Absent if the CCDs were not solved together. */
  readonly solution?: ExposureSolution
}

/** A CCD that was left out, and why. `ccd` is absent if it is not known, or the exposure's own products failed. */
export interface ExposureFailure {
  readonly ccd?: number
  readonly error: unknown
}

/** Where products go. Nothing is visible before `commit`. */
export interface ExposureWriter<Ccd, Staged> {
  /** Writes the products of one CCD under temporary names. */
  stage(solved: SolvedCcd<Ccd>): Promise<Staged>
  /**
   * Renames all staged files to their final names in one commit, with the exposure's own products: all or nothing.
   *
   * @param failures of the exposure so far, recorded in its products
   */
  commit(
    exposure: SolvedExposure<Ccd>,
    staged: readonly Staged[],
    failures: readonly ExposureFailure[],
  ): Promise<Commit<Ccd>>
  /** Removes what is staged. */
  discard(): Promise<void>
}

/**
 * Committed, perhaps without products of the exposure's own (`failures`). If not committed, nothing was written. The
 * cause is the CCDs in `unwritten`; if there is none, the exposure's own products, which the writer does not try again.
 * Or the run has `ended`: what was asked for beside the zeropoints cannot be written.
 */
export type Commit<Ccd> =
  | { readonly committed: true; readonly failures: readonly ExposureFailure[] }
  | { readonly committed: false; readonly unwritten: ReadonlyMap<Ccd, unknown> }
  | { readonly committed: false; readonly ended: unknown }

/** An exposure as the caller supplies it. */
export interface ExposureSteps<Ccd extends CcdSteps, Staged = never> {
  readonly ccds: readonly Ccd[]
  readonly each: Each
  /** Solve the CCDs together; false for a single requested CCD. */
  readonly together: boolean
  /** Origin of the focal plane; the mean of the CCDs' centres by default. */
  readonly pointing?: Direction | undefined
  /** What to do if a CCD cannot be read or calibrated: leave it out, or end the run. */
  readonly failedCcd: 'is left out' | 'ends the run'
  /** Without it nothing is written. */
  readonly writer?: ExposureWriter<Ccd, Staged>
  readonly onProgress?: ((progress: ExposureProgress) => void) | undefined
  readonly onNote?: ((sentence: string) => void) | undefined
  readonly onFailure?: ((failure: ExposureFailure) => void) | undefined
}

/** Progress of an exposure. */
export interface ExposureProgress {
  readonly stage: 'calibrated' | 'written'
  readonly done: number
  readonly of: number
}

/** The outcome of an exposure: the CCDs that were not left out, in their order. */
export interface ExposureOutcome<Ccd> extends SolvedExposure<Ccd> {
  readonly failures: readonly ExposureFailure[]
}

/**
 * Takes an exposure through the flow. A fault of one CCD affects the others as follows:
 *
 * - It cannot be read or calibrated, does not belong to the same exposure as most of the others, or lies on another
 *   CCD: it is left out and the others are solved without it; or it ends the run (`failedCcd`).
 * - It cannot be written: nothing is committed; it is left out, the others are solved again and written anew.
 *
 * - Pages, figures and tables that were asked for cannot be made or written: nothing is committed, and the run ends.
 *
 * What is written is therefore always the solution of the CCDs that are written.
 *
 * @throws the first CCD's failure if that ends the run; whatever `each` throws to stop. Nothing is written then
 */
export async function runExposure<Ccd extends CcdSteps, Staged>(
  steps: ExposureSteps<Ccd, Staged>,
): Promise<ExposureOutcome<Ccd>> {
  const { writer, onFailure } = steps
  const failures: ExposureFailure[] = []
  const fail = (failure: ExposureFailure) => {
    failures.push(failure)
    onFailure?.(failure)
  }
  const leaveOut = ({ ccd }: Ccd, error: unknown) => fail({ ...(Number.isNaN(ccd) ? {} : { ccd }), error })
  let left = await calibrateEach(steps, leaveOut)
  if (!writer) return { ...solve(steps, left), failures }
  try {
    while (left.length > 0) {
      const solved = solve(steps, left)
      const commit = await writeEach(steps, writer, solved, failures)
      if (commit.committed) {
        commit.failures.forEach(fail)
        return { ...solved, failures }
      }
      if ('ended' in commit) {
        fail({ error: commit.ended })
        return { ccds: [], failures }
      }
      for (const [ccd, error] of commit.unwritten) leaveOut(ccd, error)
      left = left.filter(({ ccd }) => !commit.unwritten.has(ccd))
    }
    return { ccds: [], failures }
  } catch (error) {
    await writer.discard()
    throw error
  }
}

interface OwnCcd<Ccd> {
  readonly ccd: Ccd
  readonly own: CcdResult
}

/**
 * Reads and calibrates each CCD by itself, then leaves out CCDs that do not belong to the same exposure as the others.
 */
async function calibrateEach<Ccd extends CcdSteps>(
  { ccds, each, together, failedCcd, onProgress, onNote }: ExposureSteps<Ccd, unknown>,
  leaveOut: (ccd: Ccd, error: unknown) => void,
): Promise<OwnCcd<Ccd>[]> {
  let done = 0
  const outcomes = await each(ccds, async (ccd) => {
    try {
      const facts = await ccd.read()
      return { ccd, ...facts, own: await ccd.calibrate() }
    } catch (error) {
      if (failedCcd === 'ends the run') throw error
      return { ccd, error }
    } finally {
      onProgress?.({ stage: 'calibrated', done: ++done, of: ccds.length })
    }
  })
  const calibrated = outcomes.flatMap((outcome) => ('own' in outcome ? [outcome] : []))
  for (const { notes = [] } of calibrated) notes.forEach((note) => onNote?.(note))
  for (const outcome of outcomes) if ('error' in outcome) leaveOut(outcome.ccd, outcome.error)
  const strangers = strangeSiblings(together ? calibrated.map(({ sibling }) => sibling) : [])
  const related = calibrated.map(({ ccd }) => ccd).filter(({ ccd }) => !strangers.has(ccd))
  for (const [{ ccd }, others] of overlappingCcds(together ? related : [])) {
    const numbers = others.map((other) => other.ccd)
    strangers.set(ccd, overlapping(ccd, numbers))
  }
  if (failedCcd === 'ends the run') for (const error of strangers.values()) throw error
  for (const { ccd } of calibrated) if (strangers.has(ccd.ccd)) leaveOut(ccd, strangers.get(ccd.ccd))
  return calibrated.filter(({ ccd }) => !strangers.has(ccd.ccd))
}

function solve<Ccd extends CcdSteps>(
  { together, pointing }: ExposureSteps<Ccd, unknown>,
  ccds: readonly OwnCcd<Ccd>[],
): SolvedExposure<Ccd> {
  if (!together) return { ccds: ccds.map(({ ccd, own }) => ({ ccd, own, result: own })) }
  const centres = ccds.map(({ ccd }) => ccd.centre)
  const solved = solveTogether(
    ccds.map(({ own }) => own),
    centres,
    pointing,
  )
  return {
    solution: solved.solution,
    ccds: ccds.map(({ ccd, own }, k) => ({ ccd, own, result: solved.ccds[k]! })),
  }
}

/** Stages the products of each CCD; then all are committed or, if one of them failed, none. */
async function writeEach<Ccd extends CcdSteps, Staged>(
  { each, onProgress }: ExposureSteps<Ccd, Staged>,
  writer: ExposureWriter<Ccd, Staged>,
  solved: SolvedExposure<Ccd>,
  failures: readonly ExposureFailure[],
): Promise<Commit<Ccd>> {
  const unwritten = new Map<Ccd, unknown>()
  let done = 0
  const staged = await each(solved.ccds, async (one) => {
    try {
      return await writer.stage(one)
    } catch (error) {
      unwritten.set(one.ccd, error)
      return undefined
    } finally {
      onProgress?.({ stage: 'written', done: ++done, of: solved.ccds.length })
    }
  })
  if (unwritten.size === 0) return writer.commit(solved, staged as Staged[], failures)
  await writer.discard()
  return { committed: false, unwritten }
}

/** CCDs in the light of one another. */
export interface ExposureResult {
  readonly solution: ExposureSolution
  readonly ccds: readonly CcdResult[]
}

/** The exposure's solution, and the result of each CCD with it. */
export function solveTogether(
  own: readonly CcdResult[],
  centres: readonly Direction[],
  pointing = meanDirection(centres),
): ExposureResult {
  const { ccds, sharedErrMag } = withCommonTerm(own)
  const alone = solveExposure(
    ccds.map((result, k) => ccdMatchesOf(result, centres[k]!, pointing)),
    { expectedCcdScatterMag: expectedCcdScatterMag(ccds) },
  )
  const solution = {
    ...alone,
    ...(sharedErrMag > 0 && alone.zeropointErr !== null
      ? { zeropointErr: Math.hypot(alone.zeropointErr, sharedErrMag) }
      : {}),
    concerns: [...alone.concerns, ...sharedConcerns(ccds, galacticLatitudeDeg(pointing.raDeg, pointing.decDeg))],
  }
  return { solution, ccds: applySolution(ccds, solution) }
}
