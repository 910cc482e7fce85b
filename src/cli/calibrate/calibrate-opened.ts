import type { Catalog } from '../../catalog/catalog.js'
import type { ExitCode } from '../../errors.js'
import { exposureTitle, isFilesName, type ExposureName } from '../../exposure/exposure-name.js'
import { idsAmong } from '../../photometry/match/suspects.js'
import { calibrateFiles } from '../../node/exposure/calibrate-files.js'
import type { HeaderFiles } from '../../node/exposure/header-files.js'
import type { DrawFiles, OpenedJob } from '../../node/exposure/exposure-job.js'
import { packagedPlanes, readCameraFile, type ReadCamera } from '../../node/input/camera-files.js'
import type { ReadStarFlat } from '../../node/input/read-star-flat.js'
import type { ReadSuspects } from '../../node/input/read-suspects.js'
import type { CcdPool } from '../../node/threads/ccd-pool.js'
import type { CcdResult } from '../../photometry/result.js'
import type { TargetSearch } from '../../photometry/targets/target.js'
import { DEFAULT_SCALED_ZEROPOINT } from '../../products/header-form.js'
import type { RunFacts } from '../../products/result-json.js'
import { areElsewhere } from '../../exposure/elsewhere.js'
import { lineOf, failuresOfCcds, type Io } from '../terminal/io.js'
import { progressLine } from '../terminal/progress.js'
import { ccdLine, closingLines, cutLines, lackingFluxes, solutionLines } from '../terminal/summary-lines.js'
import { paintFor } from '../terminal/terminal-text.js'
import type { TargetRow } from '../../report/target-table.js'
import type { CommonOptions } from './options.js'
import { olderProducts } from './older-products.js'
import { pagesAndFigures } from './pages-and-figures.js'

/** What all exposures of a run share. */
export interface CalibrateBench {
  readonly options: CommonOptions
  readonly catalog: Catalog
  readonly pool: CcdPool
  readonly suspects: ReadSuspects | undefined
  readonly signal: AbortSignal
  readonly io: Io
  /** When the run began, by `performance.now()`. */
  readonly started: number
  /** Receives the rows of the requested targets. */
  readonly onTargets?: (rows: readonly TargetRow[]) => void
}

/** The list of variables that --suspects names. */
export async function suspectsOf(
  { suspectsFile }: CommonOptions,
  note: (text: string) => void,
): Promise<ReadSuspects | undefined> {
  if (suspectsFile === undefined) return undefined
  const suspects = await (await import('../../node/input/read-suspects.js')).readSuspects(suspectsFile)
  if (!suspects.sourceId?.length && !suspects.raDeg?.length) note(`${suspects.fileName}: the list names no object\n`)
  return suspects
}

/** The star flat that --starflat names. */
export async function starFlatNamed({ starflat }: CommonOptions): Promise<ReadStarFlat | undefined> {
  if (starflat === undefined) return undefined
  return (await import('../../node/input/read-star-flat.js')).readStarFlatFile(starflat)
}

/** The camera that --camera describes. */
export async function cameraNamed({ cameraFile }: CommonOptions): Promise<ReadCamera | undefined> {
  if (cameraFile === undefined) return undefined
  return readCameraFile(cameraFile)
}

/** What is read for all exposures of a run. */
interface ReadForRun {
  readonly suspects: ReadSuspects
  readonly camera: ReadCamera
  readonly starFlat: ReadStarFlat
  readonly search: TargetSearch
}

/** Of what is read for a run, what the options have named. */
export const namedOf = (read: { readonly [K in keyof ReadForRun]: ReadForRun[K] | undefined }): Partial<ReadForRun> =>
  Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))

/** Reports it if none of the list's positions is near the exposure. */
export function noteElsewhere(
  suspects: ReadSuspects | undefined,
  { rows }: OpenedJob,
  note: (text: string) => void,
): void {
  if (suspects === undefined || !areElsewhere(suspects, rows)) return
  note(`${suspects.fileName}: none of its ${suspects.raDeg!.length} positions lies within a degree of a CCD\n`)
}

/**
 * Calibrates one exposure, writes its products and prints the result.
 *
 * @param json receives the result
 */
export async function calibrateOpened(
  opened: OpenedJob,
  { options, catalog, pool, suspects, signal, io, started, onTargets }: CalibrateBench,
  json: (text: string) => void,
): Promise<ExitCode> {
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const { name } = opened.list
  if (opened.absent.length > 0) note(`CCDs not in ${exposureTitle(name)}: ${opened.absent.join(', ')}\n`)

  const pictures = pagesAndFigures(options, opened, { env: io.env, signal })
  const headers = await headersWanted(options, opened, note)
  const progress = progressLine(io, options.quiet)
  const said = (say: () => void) => (progress.clear(), say())
  const failures = failuresOfCcds(io)
  const run = await calibrateFiles(opened, catalog, {
    pool,
    signal,
    ...drawnTogether([headers, pictures.draw].flatMap((draw) => draw ?? [])),
    onProgress: progress.show,
    onNote: (sentence) => said(() => note(lineOf(sentence))),
    onFailure: ({ error }) => said(() => failures.tell(error)),
  }).finally(progress.clear)
  failures.end()
  if (suspects?.sourceId?.length && run.ccds.length > 0) {
    const found = idsAmong(
      suspects.sourceId,
      run.ccds.map(({ matches }) => matches),
    )
    const of =
      `${found === 0 ? 'none' : found} of its ${suspects.sourceId.length} ids ` +
      `${found === 1 || found === 0 ? 'is that of a matched star' : 'are those of matched stars'}`
    if (found === 0 || options.verbose > 0)
      note(`${suspects.fileName}: ${of}${found === 0 ? `; ids have to be those of ${catalog.name}` : ''}\n`)
  }
  if (options.cal !== undefined) for (const result of run.ccds) note(lackingFluxes(result, labelOf(name, result)))
  const paint = paintFor(io)
  const say = options.quiet || options.json ? () => undefined : io.out
  for (const result of run.ccds) {
    const label = labelOf(name, result)
    say(ccdLine(result, paint, label))
    if (options.verbose > 0) io.err(cutLines(result, label))
  }
  if (options.json && run.json) json(run.json(runFacts(catalog, started)))
  if (!options.quiet && !options.json) say(closingLines(run, await packagedPlanes(), paint))
  if (opened.job.search) {
    const { rowsOfRun } = await import('./light-curves.js')
    const rows = rowsOfRun(opened.job.search, opened, run)
    say((await import('../terminal/target-lines.js')).targetLines(rows))
    onTargets?.(rows)
  }
  if (run.ccds.length > 0) note(await olderProducts(options, opened, headers?.unwritten()))
  if (run.solution && run.ccds.length > 0 && options.verbose > 0) io.err(solutionLines(run.solution))
  headers?.lines().forEach(say)
  pictures.lines().forEach(say)
  return run.exitCode
}

/** Names that pages, figures, tables and headers of an exposure's run may have. */
export async function namesBeside(options: CommonOptions, opened: OpenedJob, io: Io): Promise<readonly string[]> {
  const headers = await headersWanted(options, opened, () => undefined)
  const pictures = pagesAndFigures(options, opened, { env: io.env })
  return [...(headers?.names ?? []), ...(pictures.draw?.names ?? [])]
}

/** What `--header` adds to the products. */
async function headersWanted(
  { header, headerZeropoint }: CommonOptions,
  opened: OpenedJob,
  note: (text: string) => void,
): Promise<HeaderFiles | undefined> {
  if (header === undefined) return undefined
  const { headerFiles } = await import('../../node/exposure/header-files.js')
  const scaledZeropoint = headerZeropoint ?? DEFAULT_SCALED_ZEROPOINT
  return headerFiles(opened, { form: header, scaledZeropoint, note: (sentence) => note(`${sentence}\n`) })
}

/** Files of several kinds in one commit. */
function drawnTogether(all: readonly DrawFiles[]): { readonly draw?: DrawFiles } {
  if (all.length === 0) return {}
  return {
    draw: {
      names: all.flatMap(({ names }) => names),
      draw: async (exposure) => {
        const drawn = []
        for (const one of all) drawn.push(...(await one.draw(exposure)))
        return drawn
      },
      onCommitted: (names) => all.forEach((one) => one.onCommitted(names)),
    },
  }
}

/** Name of a CCD, or of a given file. */
const labelOf = (name: ExposureName, { ccd }: CcdResult): string =>
  isFilesName(name) ? name.stems[ccd]! : `CCD ${String(ccd).padStart(2, '0')}`

function runFacts({ counters: { starsRead, bytesRead, requests } }: Catalog, started: number): RunFacts {
  return { starsRead, bytesRead, requests, ms: { total: Math.round(performance.now() - started) } }
}
