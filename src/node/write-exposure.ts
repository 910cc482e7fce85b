import { join } from 'node:path'
import type { CatalogueListRow, ListName } from '../exposure/catalogue-list.js'
import { meanDirection } from '../photometry/apply-solution.js'
import type { ExposureSolution } from '../photometry/exposure-solution.js'
import type { CcdResult } from '../photometry/result.js'
import { solveTogether } from '../pipeline.js'
import { exposureProducts } from '../products/exposure-products.js'
import { ccdProductNames } from '../products/names.js'
import { ownResult, resultJson, type ExposureFacts, type OwnResult, type Provenance, type SolvedResult } from '../products/result-json.js'
import type { ReadList } from './read-exposure.js'
import { shareOut, type CcdPool, type CcdThread } from './ccd-pool.js'
import type { RunControl, RunFailure } from './exposure-job.js'
import { fileSource } from './files.js'
import { temporaryStem } from './temporary-names.js'
import { commitFiles, discardFiles, discardStem, stageFiles, type StagedFile } from './staged-files.js'

/** A CCD that is ready to be solved with the others and written. */
export interface ReadyCcd {
  readonly row: CatalogueListRow
  /** As it stands by itself. */
  readonly result: CcdResult
  /** File name -> SHA-256 of its SExtractor catalogue. */
  readonly input: Readonly<Record<string, string>>
  /** The thread that can stage it best. */
  readonly thread: CcdThread
  /** Writes its products under temporary names. */
  stage(thread: CcdThread, staging: Staging): Promise<StagedFile[]>
}

/** What the products of a CCD are made of, beside what the CCD itself holds. */
export interface Staging {
  readonly result: CcdResult
  readonly own?: OwnResult
  readonly provenance: Provenance
  readonly stem: string
}

/** The exposure that CCDs are written for. */
export interface WrittenExposure {
  readonly outdir: string
  readonly expnum: number
  readonly list: ReadList
  readonly catalogName: string
  readonly system: string
  /** Solve the CCDs together and write the exposure's own products. */
  readonly several: boolean
  /** Of the list only; each CCD adds its own input. */
  readonly provenance: Provenance
  readonly pool: CcdPool
}

/** What stands after writing. */
export interface WrittenCcds {
  readonly ccds: readonly SolvedResult[]
  readonly solution?: ExposureSolution
  readonly failures: readonly RunFailure[]
  readonly json?: (cost?: Parameters<typeof resultJson>[3]) => string
}

/**
 * Solves the CCDs together and writes all products: first everything under temporary names, then, when all of it is on the disk, each CCD's set under its
 * own. A CCD that cannot be written fails and takes no part: the others are solved and written without it, so that what stands is always the solution of
 * the CCDs that stand. The exposure's own products come last; where they alone cannot be written, the CCDs' stay.
 */
export async function writeExposure(exposure: WrittenExposure, ccds: readonly ReadyCcd[], { signal, onProgress }: RunControl): Promise<WrittenCcds> {
  const { outdir } = exposure
  const stem = temporaryStem()
  const failures: RunFailure[] = []
  try {
    for (let round = 0, left = ccds; left.length > 0; round++) {
      const solved = solve(exposure, left)
      const staged = await stageAll(exposure, left, solved, `${stem}-${round}`, { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) })
      const failed = new Map(staged.flatMap(({ outcome }, k) => ('error' in outcome ? [[left[k]!, outcome.error] as const] : [])))
      const sets = staged.flatMap(({ outcome }) => ('files' in outcome ? [outcome.files] : []))
      if (failed.size > 0) {
        await Promise.all(sets.map((set) => discardFiles(outdir, set)))
      } else {
        const own = await stageOwn(exposure, left, sets, solved, `${stem}-${round}-e`).catch((error: unknown) => ({ error }))
        await Promise.all(sets.map((set, k) => commitFiles(outdir, set).catch((error: unknown) => void failed.set(left[k]!, error))))
        if (failed.size === 0) {
          const ownFailure = 'error' in own ? own : await commitFiles(outdir, own).then(() => undefined, (error: unknown) => ({ error }))
          if (ownFailure) failures.push(ownFailure)
          return { ccds: solved.results, ...(solved.solution ? { solution: solved.solution } : {}), failures, json: (cost) => resultText(exposure, left, solved, cost) }
        }
        if (!('error' in own)) await discardFiles(outdir, own)
      }
      failures.push(...left.flatMap((ccd) => (failed.has(ccd) ? [{ ccd: ccd.row.ccd, error: failed.get(ccd) }] : [])))
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
  // The focal plane's origin is the mean of all centres in the list, so that it does not move with the CCDs asked for.
  const pointing = meanDirection(list.rows.map(({ centre }) => centre))
  const together = solveTogether(own, ccds.map(({ row }) => row.centre), pointing)
  return { solution: together.solution, results: together.ccds.map((result, k) => ({ ...result, own: ownResult(own[k]!) })) }
}

type Outcome = { readonly files: StagedFile[] } | { readonly error: unknown }

async function stageAll(exposure: WrittenExposure, ccds: readonly ReadyCcd[], { results }: Solved, stem: string, { signal, onProgress }: RunControl): Promise<{ outcome: Outcome }[]> {
  const { outdir, pool } = exposure
  const outcomes: { outcome: Outcome }[] = []
  let done = 0
  const stage = async (k: number, thread: CcdThread): Promise<void> => {
    const { own, ...result } = results[k]!
    const ofCcd = `${stem}-${ccds[k]!.row.ccd}`
    try {
      outcomes[k] = { outcome: { files: await ccds[k]!.stage(thread, { result, ...(own ? { own } : {}), provenance: provenanceOf(exposure, [ccds[k]!]), stem: ofCcd }) } }
    } catch (error) {
      // A thread that died leaves what it had begun.
      if (!thread.alive) await discardStem(outdir, ofCcd)
      outcomes[k] = { outcome: { error } }
    }
    onProgress?.({ stage: 'written', done: ++done, of: ccds.length })
  }
  const left = new Set(ccds.keys())
  const take = async (k: number, thread: CcdThread) => {
    left.delete(k)
    await stage(k, thread)
  }
  const threads = [...new Set(ccds.map(({ thread }) => thread))]
  const settled = await Promise.allSettled(threads.map((thread) => shareOut([...ccds.keys()].filter((k) => ccds[k]!.thread === thread), [thread], take, signal)))
  const stopped = settled.find((outcome) => outcome.status === 'rejected')
  if (stopped) throw stopped.reason
  // What a thread that died has not begun.
  await shareOut([...left], [pool.here], take, signal)
  return outcomes
}

/** The exposure's own products, under temporary names; none for a CCD that was asked for alone. */
async function stageOwn(exposure: WrittenExposure, ccds: readonly ReadyCcd[], sets: readonly (readonly StagedFile[])[], solved: Solved, stem: string): Promise<StagedFile[]> {
  const { outdir, expnum, list, catalogName, system } = exposure
  if (!solved.solution) return []
  const { zeropoint, zeropointErr } = solved.solution
  const count = (key: 'matched' | 'used') => solved.results.reduce((total, { cuts }) => total + cuts[key], 0)
  const summary = { matched: count('matched'), used: count('used'), zeropoint, zeropointErr, system, catalog: catalogName, scope: 'exposure' as const }
  const source = (set: readonly StagedFile[], name: string) => fileSource(join(outdir, set.find((file) => file.name === name)!.temporary))
  const parts = await Promise.all(
    sets.map(async (set, k) => {
      const { zpCsv, zpFits } = ccdProductNames(list.name, ccds[k]!.row.ccd)
      return { csv: await source(set, zpCsv), fits: await source(set, zpFits) }
    }),
  )
  try {
    return await stageFiles(outdir, await exposureProducts(list.name, expnum, summary, parts, resultText(exposure, ccds, solved)), stem)
  } finally {
    await Promise.all(parts.flatMap(({ csv, fits }) => [csv.close(), fits.close()]))
  }
}

function resultText(exposure: WrittenExposure, ccds: readonly ReadyCcd[], { results, solution }: Solved, extras: Parameters<typeof resultJson>[3] = {}): string {
  return resultJson(exposureFacts(exposure.expnum, exposure.list.name, ccds[0]!), results, provenanceOf(exposure, ccds), { ...(solution ? { solution } : {}), ...extras })
}

const exposureFacts = (expnum: number, { reqnum, attnum }: ListName, { row, result }: ReadyCcd): ExposureFacts => ({
  expnum,
  band: row.band,
  reqnum,
  attnum,
  epochYr: result.epochYr,
  epochFrom: result.epochFrom,
})

function provenanceOf({ provenance }: WrittenExposure, ccds: readonly ReadyCcd[]): Provenance {
  return { ...provenance, inputs: Object.assign({}, provenance.inputs, ...ccds.map(({ input }) => input)) as Provenance['inputs'] }
}
