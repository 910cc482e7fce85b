import { largestOf } from '../../math/extremes.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { NamedBytes } from '../../formats/bytes.js'
import type { CcdResult } from '../../photometry/result.js'
import type { AppliedZeropoint } from '../../products/calibrated-catalogue.js'
import type { CatalogueFacts } from '../../products/catalogue-header.js'
import { appliedZeropoint, catalogueFacts } from '../../products/ccd-products.js'
import { CAMERA_SOURCES } from '../../camera/recognise.js'
import type { ExposureFacts, FailedCcd, Provenance, SolvedResult } from '../../products/result-json.js'
import type { CcdPool, CcdThread } from '../threads/ccd-pool.js'
import type { StagedCatalogue } from '../threads/ccd-tasks.js'
import type { RunControl } from './exposure-job.js'
import type { ReadList } from '../input/read-exposure.js'
import { rolesOf, shareOut } from '../threads/share-out.js'
import { discardFiles, discardStem, flushFiles } from '../disk/staged-files.js'

/** A CCD that is ready to be solved with the others and written. */
export interface ReadyCcd {
  readonly row: CatalogueListRow
  /** As it stands by itself. */
  readonly result: CcdResult
  /** File name -> SHA-256 of its SExtractor catalogue. */
  readonly input: Readonly<Record<string, string>>
  readonly magsType: string
  readonly keepBorrowed: boolean
  /** Further files of its set. */
  readonly others: readonly NamedBytes[]
  /** The thread that can write its calibrated catalogue best. */
  readonly reader: CcdThread
  /** Writes the calibrated catalogue under temporary names. */
  stageCatalogue(
    thread: CcdThread,
    applied: AppliedZeropoint,
    facts: CatalogueFacts,
    stem: string,
  ): Promise<StagedCatalogue>
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
  /** CCDs that belong to the run and have no result. */
  readonly failed: readonly FailedCcd[]
  /** CCDs that were not there to take part. */
  readonly missing: readonly number[]
  readonly pool: CcdPool
}

/** A CCD that is staged, and on its way to the disk. */
export interface StagedCcd extends StagedCatalogue {
  readonly flushed: Promise<Failed | undefined>
}

/** Or why it is not. */
type Outcome = StagedCcd | Failed

export interface Failed {
  readonly error: unknown
}

/**
 * Writes the products of all CCDs under temporary names: each one's catalogue in the thread that read it, its result in
 * those that calibrate. One that fails leaves no files; the others go on.
 */
export async function stageCcds(
  exposure: WrittenExposure,
  ccds: readonly ReadyCcd[],
  results: readonly SolvedResult[],
  stem: string,
  { signal, onProgress }: RunControl,
): Promise<Outcome[]> {
  const { outdir, expnum, list, pool } = exposure
  const { calibrators } = rolesOf(pool.threadsFor(ccds.length))
  const halves = ccds.map((): Partial<Record<'catalogue' | 'result', StagedHalf | Failed>> => ({}))
  const outcomes: Outcome[] = []
  let done = 0
  const stage = async (
    k: number,
    half: 'catalogue' | 'result',
    thread: CcdThread,
    work: (stem: string) => Promise<StagedHalf>,
  ) => {
    const ofHalf = `${stem}-${ccds[k]!.row.ccd}-${half}`
    halves[k]![half] = await work(ofHalf).catch(async (error: unknown) => {
      // A thread that died leaves what it had begun.
      if (!thread.alive) await discardStem(outdir, ofHalf)
      return { error }
    })
    const { catalogue, result } = halves[k]!
    if (!catalogue || !result) return
    outcomes[k] = await together(outdir, catalogue, result)
    onProgress?.({ stage: 'written', done: ++done, of: ccds.length })
  }
  const left = new Set(ccds.keys())
  const stageCatalogue = (k: number, thread: CcdThread) => {
    left.delete(k)
    const applied = appliedZeropoint(results[k]!, expnum, ccds[k]!.keepBorrowed)
    const facts = catalogueFacts(results[k]!, exposure.provenance)
    return stage(k, 'catalogue', thread, (ofHalf) => ccds[k]!.stageCatalogue(thread, applied, facts, ofHalf))
  }
  const stageResult = (k: number, thread: CcdThread) => {
    const { own, ...result } = results[k]!
    const { row, magsType, others } = ccds[k]!
    const context = {
      list: list.name,
      exposure: exposureFacts(exposure, [ccds[k]!]),
      fileName: row.fileName,
      magsType,
      provenance: provenanceOf(exposure, [ccds[k]!]),
      ...(own ? { own } : {}),
    }
    return stage(k, 'result', thread, async (ofHalf) => ({
      files: await thread.stageResult({ outdir, result, context, others, stem: ofHalf }),
    }))
  }
  const readers = [...new Set(ccds.map(({ reader }) => reader))]
  const settled = await Promise.allSettled([
    ...readers.map((reader) =>
      shareOut(
        [...ccds.keys()].filter((k) => ccds[k]!.reader === reader),
        [reader],
        stageCatalogue,
        signal,
      ),
    ),
    shareOut([...ccds.keys()], calibrators, stageResult, signal),
  ])
  const stopped = settled.find((outcome) => outcome.status === 'rejected')
  if (stopped) throw stopped.reason
  // What a thread that died has not begun.
  await shareOut([...left], [pool.here], stageCatalogue, signal)
  return outcomes
}

type StagedHalf = Pick<StagedCatalogue, 'files'> & Partial<StagedCatalogue>

/** Both halves of a CCD as one, or why there is none. */
async function together(outdir: string, catalogue: StagedHalf | Failed, result: StagedHalf | Failed): Promise<Outcome> {
  if (!('error' in catalogue || 'error' in result)) {
    const files = [...catalogue.files, ...result.files]
    return {
      files,
      raDeg: catalogue.raDeg!,
      flushed: flushFiles(outdir, files).then(
        () => undefined,
        (error: unknown) => ({ error }),
      ),
    }
  }
  for (const half of [catalogue, result]) if (!('error' in half)) await discardFiles(outdir, half.files)
  return { error: 'error' in catalogue ? catalogue.error : (result as Failed).error }
}

/**
 * What the CCDs say of their exposure; epoch and band are the first's. Of the camera no more is said than all of them
 * say.
 */
export function exposureFacts(
  {
    expnum,
    list: {
      name: { reqnum, attnum },
    },
  }: WrittenExposure,
  ccds: readonly ReadyCcd[],
): ExposureFacts {
  const { row, result } = ccds[0]!
  const { epochYr, epochFrom, camera, filter } = result
  const areOne = (key: 'camera' | 'filter') => ccds.every((ccd) => ccd.result[key] === result[key])
  const weakest = largestOf(ccds.map((ccd) => CAMERA_SOURCES.indexOf(ccd.result.cameraFrom)))
  return {
    expnum,
    band: row.band,
    reqnum,
    attnum,
    epochYr,
    epochFrom,
    camera: areOne('camera') ? camera : 'generic',
    cameraFrom: CAMERA_SOURCES[weakest]!,
    filter: areOne('filter') ? filter : null,
  }
}

export function provenanceOf({ provenance }: WrittenExposure, ccds: readonly ReadyCcd[]): Provenance {
  return {
    ...provenance,
    inputs: Object.assign({}, provenance.inputs, ...ccds.map(({ input }) => input)) as Provenance['inputs'],
  }
}
