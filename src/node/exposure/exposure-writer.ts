import { join } from 'node:path'
import type { Catalog } from '../../catalog/catalog.js'
import type { ListName } from '../../exposure/catalogue-list.js'
import { isFilesName } from '../../exposure/exposure-name.js'
import type { NamedBytes } from '../../formats/bytes.js'
import type { Commit, ExposureFailure, ExposureWriter, SolvedCcd, SolvedExposure } from '../../pipeline.js'
import { mergedOrder } from '../../products/combined-catalogue.js'
import { allZpName, ccdProductNames, exposureProductNames } from '../../products/names.js'
import { allZpCsv, type ExposureZeropoint } from '../../products/zero.js'
import { commitSets } from '../disk/commit-files.js'
import { discardStem, flushFiles, stageFiles, type StagedFile } from '../disk/staged-files.js'
import { temporaryStem } from '../disk/temporary-names.js'
import type { RunThreads } from '../threads/run-threads.js'
import type { StagedCcd } from '../threads/thread-run.js'
import { exposureFacts, provenanceOf, resultText, solvedResult, type WrittenExposure } from './exposure-text.js'
import type { DrawFiles } from './exposure-job.js'
import type { FileCcd } from './file-ccd.js'
import { readIfThere } from './standing-products.js'

/**
 * Writes the products of an exposure in one commit: those of all CCDs, after a run of several those of the exposure,
 * and its figures and pages.
 */
export function exposureWriter(
  exposure: WrittenExposure,
  threads: RunThreads,
  pictures?: DrawFiles & { readonly catalog: Catalog },
): ExposureWriter<FileCcd, StagedCcd> {
  const { outdir, list, together } = exposure
  const names = exposureProductNames(list.name)
  const stem = temporaryStem()
  let round = 0
  /** Why the exposure's own products cannot take their place; they are not tried again. */
  let ownError: Failure | undefined

  /** The exposure's own products under temporary names; none for a CCD that was asked for alone. */
  async function stageOwn(
    solved: SolvedExposure<FileCcd>,
    staged: readonly StagedCcd[],
    failures: readonly ExposureFailure[],
    ownStem: string,
  ): Promise<readonly StagedFile[]> {
    const texts = [
      ...exposureAllZp(exposure, solved),
      { name: names.json, bytes: encoded(resultText(exposure, solved, failures)) },
    ]
    const order = mergedOrder(staged.map(({ raDeg }) => raDeg))
    const combine = (form: 'csv' | 'fits') => {
      const key = form === 'csv' ? 'zpCsv' : 'zpFits'
      const parts = staged.map(({ files }, k) => {
        const wanted = ccdProductNames(list.name, solved.ccds[k]!.result.ccd)[key]
        return files.find(({ name }) => name === wanted)!
      })
      return threads.freest().combine({ name: names[key], form, parts, order, stem: `${ownStem}-${form}` })
    }
    const parts = await Promise.allSettled([stageFiles(outdir, texts, ownStem), combine('csv'), combine('fits')])
    try {
      const own = parts.flatMap((part) => {
        if (part.status === 'rejected') throw part.reason
        return part.value
      })
      await flushFiles(outdir, own)
      return own
    } catch (error) {
      await discardStem(outdir, ownStem)
      throw error
    }
  }

  /** Figures and page under temporary names. */
  async function stageDrawn(
    { draw, names: drawnNames, catalog }: DrawFiles & { readonly catalog: Catalog },
    solved: SolvedExposure<FileCcd>,
    staged: readonly StagedFile[],
    failures: readonly ExposureFailure[],
    drawnStem: string,
  ): Promise<readonly StagedFile[]> {
    const files = await draw({
      list,
      catalog,
      ccds: solved.ccds.map((one) => solvedResult(one, together)),
      ...(solved.solution ? { solution: solved.solution } : {}),
      system: exposure.system,
      json: resultText(exposure, solved, failures),
      names: staged.map(({ name }) => name),
    })
    const unplanned = files.find(({ name }) => !drawnNames.includes(name))
    if (unplanned !== undefined) throw new Error(`${unplanned.name} is not among the names that were checked`)
    const drawn = await stageFiles(outdir, files, drawnStem)
    await flushFiles(outdir, drawn)
    return drawn
  }

  return {
    async stage(solved) {
      const { ccd, result, own } = solved
      const { row, magsType, keepBorrowed } = ccd
      const { own: ownPart } = solvedResult(solved, together)
      return ccd.write({
        result,
        context: {
          name: list.name,
          exposure: exposureFacts(exposure, [solved]),
          fileName: row.fileName,
          identity: { expnum: row.expnum, ccdnum: row.given?.ccdnum ?? row.ccd },
          magsType,
          provenance: provenanceOf(exposure, [ccd]),
          ...(ownPart ? { own: ownPart } : {}),
        },
        keepBorrowed,
        others: together ? [] : await allZpAlone(exposure, own),
        stem: `${stem}-${round}-${row.ccd}`,
      })
    },
    async commit(solved, staged, failures): Promise<Commit<FileCcd>> {
      const { ccds } = solved
      const ownStem = `${stem}-${round}-e`
      const own = !together ? [] : (ownError ?? (await orError(stageOwn(solved, staged, failures, ownStem))))
      // Without its own products of this run, those of an earlier one would contradict the CCDs beside them.
      const [ownFiles, removed] = 'error' in own ? [[], Object.values(names)] : [own, []]
      const ofCcds = staged.map(({ files }) => files)
      const drawn = !pictures
        ? []
        : await orError(stageDrawn(pictures, solved, [...ofCcds.flat(), ...ownFiles], failures, `${stem}-${round}-d`))
      if ('error' in drawn) {
        await discardStem(outdir, `${stem}-${round++}`)
        return { committed: false, ended: drawn.error }
      }
      // Files to be removed count as part of the last set.
      const sets = [...ofCcds, drawn, ownFiles]
      const unfit = await commitSets(outdir, sets, { removed, stem: `${stem}-${round++}` })
      if (unfit.length === 0) {
        pictures?.onCommitted(drawn.map(({ name }) => name))
        return { committed: true, failures: 'error' in own ? [own] : [] }
      }
      const [first] = unfit
      if (unfit.every(({ set }) => set === ccds.length)) return { committed: false, ended: first!.error }
      const unwritten = new Map<FileCcd, unknown>()
      for (const { set, error } of unfit) {
        if (set < ccds.length) unwritten.set(ccds[set]!.ccd, error)
        else if (set === ccds.length) continue
        else if (!('error' in own)) ownError = { error }
        // Old products of the exposure that contradict the CCDs, and can be neither replaced nor removed.
        else ccds.forEach(({ ccd }) => unwritten.set(ccd, error))
      }
      return { committed: false, unwritten: inOrder(unwritten, ccds) }
    },
    discard: () => discardStem(outdir, `${stem}-${round++}`),
  }
}

/** A set of files that could not be made. */
interface Failure {
  readonly error: unknown
}

const orError = <T>(made: Promise<T>): Promise<T | Failure> => made.catch((error: unknown) => ({ error }))

const encoded = (text: string) => new TextEncoder().encode(text)

const inOrder = (unwritten: ReadonlyMap<FileCcd, unknown>, ccds: readonly SolvedCcd<FileCcd>[]) =>
  new Map(ccds.flatMap(({ ccd }) => (unwritten.has(ccd) ? [[ccd, unwritten.get(ccd)] as const] : [])))

/** `allZP_` of an exposure that has a list. */
function exposureAllZp(
  { list: { name }, catalogName, system }: WrittenExposure,
  { ccds, solution }: SolvedExposure<FileCcd>,
): NamedBytes[] {
  if (isFilesName(name)) return []
  const { zeropoint, zeropointErr } = solution!
  const count = (key: 'matched' | 'used') => ccds.reduce((total, { result }) => total + result.cuts[key], 0)
  const counts = { matched: count('matched'), used: count('used') }
  const facts = { zeropoint, zeropointErr, system, catalog: catalogName, scope: 'exposure' as const }
  return [allZpFile(name, { ...counts, ...facts })]
}

/** `allZP_` of a run of one CCD of a list, unless the exposure's is there. */
async function allZpAlone(
  { outdir, list: { name }, catalogName }: WrittenExposure,
  { zeropoint, zeropointErr, system, cuts }: SolvedCcd<FileCcd>['own'],
): Promise<NamedBytes[]> {
  if (isFilesName(name)) return []
  const standing = await readIfThere(join(outdir, allZpName(name)))
  if (standing?.trimEnd().endsWith(',exposure')) return []
  const counts = { matched: cuts.matched, used: cuts.used }
  const facts = { zeropoint, zeropointErr, system, catalog: catalogName, scope: 'ccd' as const }
  return [allZpFile(name, { ...counts, ...facts })]
}

const allZpFile = (name: ListName, zeropoint: ExposureZeropoint): NamedBytes => ({
  name: allZpName(name),
  bytes: encoded(allZpCsv(Number(name.expnumText), name, zeropoint)),
})
