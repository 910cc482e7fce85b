import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  keyChange,
  markerName,
  markerText,
  parseMarker,
  type FileMark,
  type Marker,
  type WorkKey,
} from '../../batch/marker.js'
import { isOfTheInputs } from '../../batch/passing.js'
import { recordOf, type ExposureRecord, type FailureRecord } from '../../batch/record.js'
import { exitCodeOf, InputError, isBlissError } from '../../errors.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { CcdResult } from '../../photometry/result.js'
import { ccdProductNames, exposureProductNames } from '../../products/names.js'
import type { BatchBench, BatchJob, FinishedExposure } from './batch-bench.js'
import type { ListTask } from './batch-task.js'
import { openedJob } from '../exposure/calibrate-files.js'
import type { ExposureRun, OpenedJob, RunControl } from '../exposure/exposure-job.js'
import { markOf, sameContent, stampOf } from '../disk/file-marks.js'
import { reasonOf, writeFilesWhole } from '../disk/files.js'
import { packageVersion } from '../package.js'
import { catalogueFile, readNamedList, type ReadList } from '../input/read-exposure.js'
import { readWholeText } from '../disk/regular-file.js'

type ListedExposure = OpenedJob<ReadList>

/** The exposure of a task with the present contents of its list. */
export async function openTask(task: ListTask, job: BatchJob): Promise<ListedExposure> {
  const list = await readNamedList(dirname(task.listPath), task.name)
  const { ccd, workdir, outdir } = task
  return openedJob({ ...job, ccd, workdir, outdir }, list)
}

/** What decides the bytes of an exposure's products beside its files. */
export function workKey({ ccd }: { readonly ccd: string }, { job, catalog }: BatchBench): WorkKey {
  // Options that only set directories, or the exit code, change no bytes.
  const { acceptBorrowed: _counted, force: _forced, suspects, camera, starFlat, ...options } = job
  return {
    version: packageVersion(),
    catalogHash: catalog.hash,
    ccd,
    options: {
      ...options,
      ...(suspects ? { suspects: suspects.sha256 } : {}),
      ...(camera ? { camera: camera.sha256 } : {}),
      ...(starFlat ? { starflat: starFlat.sha256 } : {}),
    },
  }
}

/** What is there of an exposure: its marker if everything is as the marker says, else why not. */
export async function standing(
  task: ListTask,
  opened: ListedExposure,
  bench: BatchBench,
): Promise<{ readonly marker: Marker } | { readonly why: string }> {
  const { workdir, outdir, name } = task
  const path = join(outdir, markerName(name))
  const marker = parseMarker(await readWholeText(path, 'jsonBytes').catch(() => ''))
  if (marker === undefined) return { why: 'not done yet' }
  const other = keyChange(marker.key, workKey(task, bench))
  if (other !== undefined) return { why: other }
  if (marker.inputs[name.fileName]?.sha256 !== opened.list.sha256) return { why: `${name.fileName} was another` }

  let refreshed = false
  const confirmed = async (file: string, mark: FileMark) => {
    const now = await sameContent(file, mark, bench.rehash)
    refreshed ||= now !== undefined && now.stamp !== mark.stamp
    return now
  }
  const inputs: Record<string, FileMark | null> = { [name.fileName]: marker.inputs[name.fileName]! }
  for (const row of opened.rows) {
    const file = await catalogueFile(workdir, row)
    const before = marker.inputs[file ?? row.fileName]
    if (before === undefined || (before === null) !== (file === undefined))
      return { why: `${row.fileName} ${file === undefined ? 'is gone' : 'is new'}` }
    const now = before === null ? null : await confirmed(join(workdir, file!), before)
    if (now === undefined) return { why: `${file!} changed` }
    inputs[file ?? row.fileName] = now
  }
  const outputs: Record<string, FileMark> = {}
  for (const [file, before] of Object.entries(marker.outputs)) {
    const now = await confirmed(join(outdir, file), before)
    if (now === undefined) return { why: `${file} is gone or changed` }
    outputs[file] = now
  }
  const known: Marker = { ...marker, inputs, outputs }
  // Next time the stamps tell; if they cannot be noted, the contents are compared again.
  if (refreshed) await writeFilesWhole(outdir, [markerFile(task, known)]).catch(() => undefined)
  return { marker: known }
}

const markerFile = ({ name }: ListTask, marker: Marker) => ({
  name: markerName(name),
  bytes: new TextEncoder().encode(markerText(marker)),
})

/**
 * Calibrates an exposure unless it is done already, and marks it as done. A failure that lies in the inputs is part of
 * what is done: it would come again. One of the machine leaves no marker.
 *
 * @throws InputError if the list cannot be read; the signal's reason if it was stopped
 */
export async function finishExposure(
  task: ListTask,
  bench: BatchBench,
  control: RunControl = {},
): Promise<FinishedExposure> {
  const opened = await openTask(task, bench.job)
  const found = await standing(task, opened, bench)
  if ('marker' in found) return { how: 'unchanged', record: found.marker.record, marked: true, errors: [] }
  return { ...(await calibrateRows(task, opened, opened.rows, bench, control)), why: found.why }
}

/** Calibrates those of an exposure's CCDs whose rows are given, and marks it as done if the others have no file. */
export async function calibrateRows(
  task: ListTask,
  opened: ListedExposure,
  rows: readonly CatalogueListRow[],
  bench: BatchBench,
  control: RunControl,
): Promise<FinishedExposure> {
  const { workdir, outdir } = task
  // Stamps from before the reading: a file that changes meanwhile then has another.
  const stamps = new Map<string, string | null | undefined>()
  for (const row of opened.rows) {
    const file = await catalogueFile(workdir, row)
    if (file !== undefined) stamps.set(file, await stampOf(join(workdir, file)).catch(() => null))
  }
  const run = await attempted(outdir, () => bench.calibrate({ ...opened, rows }, bench.catalog, control))
  const failures = run.failures.map(({ ccd, error }) => failureRecord(error, task, ccd))
  const record = recordOf({
    name: opened.list.name,
    listRows: opened.list.rows,
    rows: opened.rows,
    results: run.ccds,
    ...(run.solution ? { solution: run.solution } : {}),
    failures: run.ccds.length === 0 && failures.length === 0 ? [nothingThere(opened)] : failures,
  })
  const errors = run.failures.map(({ error }) => error)
  const inputs = new Set([opened.list.name.fileName, ...opened.rows.map(({ fileName }) => fileName), ...stamps.keys()])
  const marked =
    errors.every((error) => isOfTheInputs(error, inputs)) && (await mark(task, opened, run, stamps, record, bench))
  return { how: 'calibrated', record, marked, errors }
}

/**
 * Makes the output directory; a failure of the whole exposure, such as products of another system in the way, is a
 * failure like a CCD's.
 */
export async function attempted(
  outdir: string,
  calibrate: () => Promise<ExposureRun>,
): Promise<Pick<ExposureRun, 'ccds' | 'failures' | 'missing' | 'solution' | 'json'>> {
  try {
    await mkdir(outdir, { recursive: true }).catch((cause: unknown) => {
      throw new InputError(
        'unwritable-directory',
        `the directory cannot be made: ${reasonOf(cause)}`,
        { file: outdir },
        { cause },
      )
    })
    return await calibrate()
  } catch (error) {
    if (!isBlissError(error)) throw error
    return { ccds: [], failures: [{ error }], missing: [] }
  }
}

/** Messages name files by their place in the exposure's directories, so that they are the same wherever those stand. */
export function failureRecord(
  error: unknown,
  { workdir, outdir }: Pick<ListTask, 'workdir' | 'outdir'>,
  ccd?: number,
): FailureRecord {
  const sentence = isBlissError(error)
    ? error.message
    : `a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  const shorter = [outdir, workdir].reduce((text, dir) => text.replaceAll(join(dir, '/'), ''), sentence)
  return { ccd: ccd ?? null, exitCode: exitCodeOf(error), sentence: shorter }
}

const nothingThere = ({ rows, list }: ListedExposure): FailureRecord => ({
  ccd: null,
  exitCode: 3,
  sentence: `${list.name.fileName}: none of the ${rows.length} SExtractor catalogues exists`,
})

/**
 * Writes the marker. False if an input was left aside, or it cannot be told what it held, so that a rerun has to try
 * again.
 */
async function mark(
  task: ListTask,
  { list, rows, several }: ListedExposure,
  run: Pick<ExposureRun, 'ccds' | 'failures' | 'missing' | 'json' | 'solution'>,
  stamps: ReadonlyMap<string, string | null | undefined>,
  record: ExposureRecord,
  bench: BatchBench,
): Promise<boolean> {
  const { workdir, outdir } = task
  const read =
    run.json === undefined
      ? {}
      : (JSON.parse(run.json()) as { provenance: { inputs: Record<string, string> } }).provenance.inputs
  const inputs: Record<string, FileMark | null> = { [list.name.fileName]: { sha256: list.sha256, stamp: null } }
  for (const row of rows) {
    const file = fileOfRow(row, stamps)
    const sha256 = read[row.fileName]
    if (sha256 !== undefined)
      inputs[file ?? row.fileName] = { sha256, stamp: (file === undefined ? null : stamps.get(file)) ?? null }
    else if (file === undefined || run.missing.includes(row.ccd)) inputs[row.fileName] = null
    else if (!run.failures.some(({ ccd }) => ccd === row.ccd)) return false
    else {
      // A CCD that failed gave no hash. The present file is the one that failed only if it cannot have changed since:
      // it may be in the middle of being written.
      const now = await markOf(join(workdir, file))
      if (now === null || now.stamp === null || now.stamp !== stamps.get(file)) return false
      inputs[file] = now
    }
  }
  const outputs: Record<string, FileMark> = {}
  for (const file of productNames(list.name, run.ccds, several && run.solution !== undefined)) {
    const written = await markOf(join(outdir, file))
    if (written === null) return false
    outputs[file] = written
  }
  await writeFilesWhole(outdir, [markerFile(task, { key: workKey(task, bench), inputs, outputs, record })])
  return true
}

const fileOfRow = ({ fileName }: CatalogueListRow, stamps: ReadonlyMap<string, unknown>) =>
  [fileName, `${fileName}.gz`].find((file) => stamps.has(file))

/** Files that a finished exposure has; `allZP_` of a run of one CCD belongs to whichever run came last. */
function productNames(list: ListTask['name'], ccds: readonly CcdResult[], together: boolean): string[] {
  const ofCcds = ccds.flatMap(({ ccd }) => Object.values(ccdProductNames(list, ccd)))
  return together && ccds.length > 0 ? [...ofCcds, ...Object.values(exposureProductNames(list))] : ofCcds
}
