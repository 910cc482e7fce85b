import { isSound } from '../../exposure/catalogue-list.js'
import { meanDirection } from '../../photometry/exposure/apply-solution.js'
import type { ExposureSolution } from '../../photometry/exposure/result.js'
import { solveTogether } from '../../pipeline.js'
import { mergedOrder } from '../../products/combined-catalogue.js'
import { ccdProductNames, exposureProductNames } from '../../products/names.js'
import { ownResult, resultJson, type FailedCcd, type SolvedResult } from '../../products/result-json.js'
import { allZpCsv } from '../../products/zero.js'
import type { CcdThread } from '../threads/ccd-pool.js'
import type { StagedCatalogue } from '../threads/ccd-tasks.js'
import {
  exposureFacts,
  provenanceOf,
  stageCcds,
  type Failed,
  type ReadyCcd,
  type StagedCcd,
  type WrittenExposure,
} from './stage-ccds.js'
import type { RunControl, RunFailure } from './exposure-job.js'
import { reasonWithoutPath } from '../disk/reason.js'
import { temporaryStem } from '../disk/temporary-names.js'
import { commitSets } from '../disk/commit-files.js'
import { discardFiles, discardStem, flushFiles, stageFiles, type StagedFile } from '../disk/staged-files.js'

/** What stands after writing. */
export interface WrittenCcds {
  readonly ccds: readonly SolvedResult[]
  readonly solution?: ExposureSolution
  readonly failures: readonly RunFailure[]
  readonly json?: (cost?: Parameters<typeof resultJson>[3]) => string
}

/**
 * Solves the CCDs together and writes all products: first everything under temporary names, then, when all of it is on
 * the disk, all under their own in one commit. A CCD that cannot be written fails and takes no part: the others are
 * solved and written without it, so that what stands is always the solution of the CCDs that stand. The exposure's own
 * products come last; if they alone cannot be written, the CCDs' are, and those of an earlier run are removed in the
 * same commit: they would contradict the CCDs beside them.
 */
export async function writeExposure(
  exposure: WrittenExposure,
  ccds: readonly ReadyCcd[],
  control: RunControl,
): Promise<WrittenCcds> {
  const { outdir, list } = exposure
  const stem = temporaryStem()
  const failures: RunFailure[] = []
  let ownFailure: Failed | undefined
  try {
    for (let round = 0, left = ccds; left.length > 0; round++) {
      const solved = solve(exposure, left)
      const ofRound = `${stem}-${round}`
      const [staging, texts] = await Promise.allSettled([
        stageCcds(exposure, left, solved.results, ofRound, control),
        ownFailure ?? stageTexts(exposure, left, solved, failedCcds(exposure, failures), `${ofRound}-e`),
      ])
      if (staging.status === 'rejected') throw staging.reason
      const staged = staging.value
      const failed = new Map(
        staged.flatMap((outcome, k) => ('error' in outcome ? [[left[k]!, outcome.error] as const] : [])),
      )
      const ownTexts = texts.status === 'fulfilled' ? texts.value : { error: texts.reason as unknown }
      const sets = staged.filter((outcome): outcome is StagedCcd => !('error' in outcome))
      const own =
        failed.size > 0
          ? ownTexts
          : await stageOwn(exposure, left, sets, ownTexts, `${ofRound}-e`).catch((error: unknown) => ({ error }))
      const flushed = await Promise.all(sets.map(({ flushed }) => flushed))
      if (failed.size === 0)
        flushed.forEach((outcome, k) => (outcome ? failed.set(left[k]!, outcome.error) : undefined))
      if (failed.size === 0) {
        const [ownFiles, removed] = 'error' in own ? [[], Object.values(exposureProductNames(list.name))] : [own, []]
        const all = [...sets.map(({ files }) => files), ownFiles]
        const unfit = await commitSets(outdir, all, { removed, stem: ofRound })
        if (unfit.length === 0) {
          if ('error' in own) failures.push(own)
          return {
            ccds: solved.results,
            ...(solved.solution ? { solution: solved.solution } : {}),
            failures,
            json: (cost) => resultText(exposure, left, solved, failedCcds(exposure, failures), cost),
          }
        }
        for (const { set, error } of unfit) {
          if (set < left.length) failed.set(left[set]!, error)
          else if (!('error' in own)) ownFailure = { error }
          // Old products of the exposure that contradict the CCDs, and can be neither replaced nor removed.
          else left.forEach((ccd) => failed.set(ccd, error))
        }
      } else {
        await Promise.all(sets.map(({ files }) => discardFiles(outdir, files)))
        if (!('error' in own)) await discardFiles(outdir, own)
      }
      for (const ccd of left) if (failed.has(ccd)) failures.push({ ccd: ccd.row.ccd, error: failed.get(ccd) })
      left = left.filter((ccd) => !failed.has(ccd))
    }
    return { ccds: [], failures }
  } catch (error) {
    await discardStem(outdir, stem)
    throw error
  }
}

interface Solved {
  readonly results: readonly SolvedResult[]
  readonly solution?: ExposureSolution
}

function solve({ several, list }: WrittenExposure, ccds: readonly ReadyCcd[]): Solved {
  const own = ccds.map(({ result }) => result)
  if (!several) return { results: own }
  // The focal plane's origin is the mean of all sound centres in the list, so that it does not move with the CCDs
  // asked for.
  const pointing = meanDirection(list.rows.filter(isSound).map(({ centre }) => centre))
  const together = solveTogether(
    own,
    ccds.map(({ row }) => row.centre),
    pointing,
  )
  return {
    solution: together.solution,
    results: together.ccds.map((result, k) => ({ ...result, own: ownResult(own[k]!) })),
  }
}

/** The exposure's small products under temporary names; none for a CCD that was asked for alone. */
async function stageTexts(
  exposure: WrittenExposure,
  ccds: readonly ReadyCcd[],
  solved: Solved,
  failed: readonly FailedCcd[],
  stem: string,
): Promise<readonly StagedFile[]> {
  const { outdir, expnum, list, catalogName, system } = exposure
  if (!solved.solution) return []
  const { zeropoint, zeropointErr } = solved.solution
  const count = (key: 'matched' | 'used') => solved.results.reduce((total, { cuts }) => total + cuts[key], 0)
  const summary = {
    matched: count('matched'),
    used: count('used'),
    zeropoint,
    zeropointErr,
    system,
    catalog: catalogName,
    scope: 'exposure' as const,
  }
  const names = exposureProductNames(list.name)
  const text = (name: string, content: string) => ({ name, bytes: new TextEncoder().encode(content) })
  return stageFiles(
    outdir,
    [
      text(names.allZp, allZpCsv(expnum, list.name, summary)),
      text(names.json, resultText(exposure, ccds, solved, failed)),
    ],
    stem,
  )
}

/** All of the exposure's own products, on the disk under temporary names. */
async function stageOwn(
  { outdir, list, pool }: WrittenExposure,
  ccds: readonly ReadyCcd[],
  sets: readonly StagedCatalogue[],
  texts: readonly StagedFile[] | Failed,
  stem: string,
): Promise<readonly StagedFile[]> {
  if ('error' in texts) throw texts.error
  if (texts.length === 0) return []
  const names = exposureProductNames(list.name)
  const order = mergedOrder(sets.map(({ raDeg }) => raDeg))
  const combine = (form: 'csv' | 'fits', by: CcdThread) => {
    const key = form === 'csv' ? 'zpCsv' : 'zpFits'
    const parts = sets.map(({ files }, k) =>
      files.find(({ name }) => name === ccdProductNames(list.name, ccds[k]!.row.ccd)[key])!,
    )
    return by.combine({ outdir, name: names[key], form, parts, order, stem: `${stem}-${form}` })
  }
  const [another] = pool.threadsFor(ccds.length)
  const staged = await Promise.allSettled([combine('csv', another!), combine('fits', pool.here)])
  try {
    const own = [
      ...texts,
      ...staged.flatMap((part) => {
        if (part.status === 'rejected') throw part.reason
        return part.value
      }),
    ]
    await flushFiles(outdir, own)
    return own
  } catch (error) {
    await discardStem(outdir, stem)
    throw error
  }
}

/** Those that failed before the writing, and while it was tried. */
function failedCcds({ failed }: WrittenExposure, failures: readonly RunFailure[]): FailedCcd[] {
  const further = failures.flatMap(({ ccd, error }) =>
    ccd === undefined ? [] : [{ ccd, reason: reasonWithoutPath(error) }],
  )
  return [...failed, ...further].sort((a, b) => a.ccd - b.ccd)
}

function resultText(
  exposure: WrittenExposure,
  ccds: readonly ReadyCcd[],
  { results, solution }: Solved,
  failed: readonly FailedCcd[],
  cost: Parameters<typeof resultJson>[3] = {},
): string {
  const extras = solution ? { solution, failed, missing: exposure.missing } : {}
  return resultJson(exposureFacts(exposure, ccds), results, provenanceOf(exposure, ccds), { ...extras, ...cost })
}
