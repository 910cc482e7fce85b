import { basename, join, relative, resolve } from 'node:path'
import {
  keyChange,
  markerText,
  parseMarker,
  type FileMark,
  type Marker,
  type MeasuredMark,
} from '../../batch/marker.js'
import { isOfTheInputs } from '../../batch/passing.js'
import { recordOf, type ExposureRecord, type FailureRecord } from '../../batch/record.js'
import { InputError } from '../../errors.js'
import { ccdProductNames, exposureProductNames } from '../../products/names.js'
import { markOf, sameContent, sha256OfFile, stampOf } from '../disk/file-marks.js'
import { writeFilesWhole } from '../disk/files.js'
import { readWholeText } from '../disk/regular-file.js'
import type { ExposureRun, OpenedJob, RunControl } from '../exposure/exposure-job.js'
import { givenJob } from '../exposure/given-job.js'
import { openGivenFiles, type MeasuredCatalogue, type UnfitFile } from '../input/given-files.js'
import { siblingPlanes } from '../programs/sibling-planes.js'
import type { BatchBench, FilesBench, FinishedExposure } from './batch-bench.js'
import { attempted, failureRecord, workKey } from './batch-exposure.js'
import { taskMarkerName, type FilesTask } from './batch-task.js'
import { removeSuperseded, supersededMarkers } from './superseded.js'

const NO_FILES: FilesBench = {
  given: { columns: {} },
  said: {},
  measure: () => () => Promise.reject(new TypeError('no way to measure images was given')),
}

/**
 * Calibrates an exposure of files as the command would that is given these files, unless it is done already, and marks
 * it as done. Images that were measured before by the same programs are not measured again.
 *
 * @throws the signal's reason if it was stopped
 */
export async function finishFiles(
  task: FilesTask,
  bench: BatchBench,
  control: RunControl = {},
): Promise<FinishedExposure> {
  const files = bench.files ?? NO_FILES
  const key = filesKey(task, bench, files)
  const path = join(task.outdir, taskMarkerName(task))
  const before = parseMarker(await readWholeText(path, 'jsonBytes').catch(() => ''))
  const inputs = await inputsOf(task)
  const found = before === undefined ? { why: 'not done yet' } : await confirmed(task, before, inputs, bench.rehash)
  const why = 'why' in found ? found.why : keyChange(before!.key, key)
  if (before !== undefined && why === undefined && 'marker' in found) {
    if (found.refreshed) await writeMarker(task, found.marker).catch(() => undefined)
    return { how: 'unchanged', record: found.marker.record, marked: true, errors: [] }
  }
  const measured = new Map<string, readonly MeasuredMark[]>()
  const keep = (marker: Marker) => {
    if (measuringKey(marker.key) !== measuringKey(key)) return
    for (const [name, ccds] of Object.entries(marker.measured ?? {})) measured.set(name, ccds)
  }
  if (before !== undefined && 'marker' in found) keep(before)
  const superseded = await supersededMarkers(task, inputsOf)
  for (const { marker, inputs: some } of superseded)
    if ('marker' in (await confirmed(task, marker, some, bench.rehash))) keep(marker)
  const finished = await calibrated(task, { ...bench, files }, key, inputs, measured, control)
  if (finished.marked && superseded.length > 0) {
    const now = parseMarker(await readWholeText(path, 'jsonBytes').catch(() => ''))
    const outputs = new Set(Object.keys(now?.outputs ?? {}))
    if (now !== undefined) for (const one of superseded) await removeSuperseded(one, task.outdir, outputs)
  }
  return { ...finished, why: why! }
}

/** What decides the measuring, beside the image. */
const measuringKey = ({ version, options: { programs, camera } }: Marker['key']): string =>
  JSON.stringify([version, programs, camera])

function filesKey(task: FilesTask, bench: BatchBench, { given, said, programs }: FilesBench): Marker['key'] {
  const { options, ...key } = workKey(task, bench)
  const { magsType: _ofLists, ...others } = options
  const named = Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    ...key,
    options: {
      ...others,
      ...Object.fromEntries(named),
      magsType: given.magsType ?? '',
      ...(task.hasImages && programs !== undefined ? { programs } : {}),
    },
  }
}

/** Names in the marker: the directory of the products may move together with the files. */
const nameIn = ({ outdir }: FilesTask, path: string): string => relative(resolve(outdir), resolve(path))

/** The files that decide the products: those of the task, masks and weights beside them; name in the marker -> path. */
async function inputsOf(task: FilesTask): Promise<Map<string, string>> {
  const planes = await Promise.all(task.files.map(siblingPlanes))
  return new Map([...task.files, ...planes.flat()].map((path) => [nameIn(task, path), path]))
}

/** Whether inputs and outputs are as the marker says. */
async function confirmed(
  task: FilesTask,
  marker: Marker,
  inputs: ReadonlyMap<string, string>,
  rehash: boolean,
): Promise<{ readonly marker: Marker; readonly refreshed: boolean } | { readonly why: string }> {
  const gone = Object.keys(marker.inputs).find((name) => !inputs.has(name))
  if (gone !== undefined) return { why: `${gone} is gone` }
  let refreshed = false
  const confirm = async (path: string, mark: FileMark) => {
    const now = await sameContent(path, mark, rehash)
    refreshed ||= now !== undefined && now.stamp !== mark.stamp
    return now
  }
  const standing: { inputs: Record<string, FileMark>; outputs: Record<string, FileMark> } = { inputs: {}, outputs: {} }
  for (const [name, path] of inputs) {
    const mark = marker.inputs[name]
    if (mark === undefined || mark === null) return { why: `${name} is new` }
    const now = await confirm(path, mark)
    if (now === undefined) return { why: `${name} changed` }
    standing.inputs[name] = now
  }
  for (const [name, mark] of Object.entries(marker.outputs)) {
    const now = await confirm(join(task.outdir, name), mark)
    if (now === undefined) return { why: `${name} is gone or changed` }
    standing.outputs[name] = now
  }
  return { marker: { ...marker, ...standing }, refreshed }
}

async function calibrated(
  task: FilesTask,
  bench: BatchBench & { readonly files: FilesBench },
  key: Marker['key'],
  inputs: ReadonlyMap<string, string>,
  measuredBefore: ReadonlyMap<string, readonly MeasuredMark[]>,
  control: RunControl,
): Promise<FinishedExposure> {
  const { outdir } = task
  const seen = new Map<string, Seen>()
  for (const path of inputs.values()) seen.set(path, await seenBefore(path))
  const measured = new Map<string, readonly MeasuredMark[]>()
  let opened: OpenedJob | undefined
  let unfit: readonly UnfitFile[] = []
  const run = await attempted(outdir, async () => {
    const measure = bench.files.measure(outdir, control)
    const read = await openGivenFiles(task.files, {
      ...bench.files.given,
      async measure(path, hdus, cameras, onUnfit) {
        const name = nameIn(task, path)
        const kept = measuredBefore.get(name)
        if (kept) {
          measured.set(name, kept)
          return kept.map((ccd) => inDirectory(ccd, outdir))
        }
        let isWhole = true
        const ccds = await measure(path, hdus, cameras, (error) => {
          isWhole = false
          onUnfit(error)
        })
        // A file of which an image failed is measured again, so that the failure is said again.
        if (isWhole) measured.set(name, ccds.map(markOfMeasured))
        return ccds
      },
    })
    unfit = read.unfit
    if (read.exposures.length === 0) throw unfit[0]?.error ?? nothingIn(task)
    if (read.exposures.length > 1) throw severalIn(task, read.exposures.length)
    const job = { ...bench.job, ccd: task.ccd, workdir: outdir, outdir }
    opened = givenJob(read.exposures[0]!, job, bench.files.said, task.files.join(', '))
    return bench.calibrate(opened, bench.catalog, control)
  })
  const others = unfit.filter(({ error }) => !run.failures.some((failure) => failure.error === error))
  const failures = [...others.map(({ error }) => ({ error })), ...run.failures]
  const record = recordOfFiles(task, opened, run, failures)
  const errors = failures.map(({ error }) => error)
  const names = new Set([...inputs.values()].map((path) => basename(path)))
  const isMarked =
    errors.every((error) => isOfTheInputs(error, names)) &&
    (await mark(task, { key, record, measured: Object.fromEntries(measured) }, { opened, run, inputs, seen }))
  return { how: 'calibrated', record, marked: isMarked, errors }
}

/** What tells whether a file is still the one that was there before the reading: its stamp, else its content. */
type Seen = { readonly stamp: string } | { readonly sha256: string | undefined }

async function seenBefore(path: string): Promise<Seen> {
  const stamp = await stampOf(path).catch(() => null)
  return typeof stamp === 'string' ? { stamp } : { sha256: await sha256OfFile(path).catch(() => undefined) }
}

const markOfMeasured = ({ catalogue, hdu, ...more }: MeasuredCatalogue & { readonly psf?: string }): MeasuredMark => ({
  catalogue: basename(catalogue),
  ...(more.psf === undefined ? {} : { psf: basename(more.psf) }),
  ...(hdu === undefined ? {} : { hdu }),
})

const inDirectory = ({ catalogue, hdu }: MeasuredMark, directory: string): MeasuredCatalogue => ({
  catalogue: join(directory, catalogue),
  ...(hdu === undefined ? {} : { hdu }),
})

type Outcome = Pick<ExposureRun, 'ccds' | 'failures' | 'missing' | 'json' | 'solution'>

function recordOfFiles(
  task: FilesTask,
  opened: OpenedJob | undefined,
  run: Outcome,
  failed: readonly { readonly error: unknown; readonly ccd?: number }[],
): ExposureRecord {
  const failures = failed.map(({ ccd, error }): FailureRecord => failureRecord(error, { ...task, workdir: '.' }, ccd))
  const name = opened?.list.name ?? { exposure: task.exposure, stems: {} }
  const rows = { listRows: opened?.list.rows ?? [], rows: opened?.rows ?? [] }
  const solution = run.solution ? { solution: run.solution } : {}
  return recordOf({ name, ...rows, results: run.ccds, ...solution, failures })
}

/** Writes the marker. False if it cannot be told what an input held when it was read. */
async function mark(
  task: FilesTask,
  { measured, ...kept }: Pick<Marker, 'key' | 'record' | 'measured'>,
  made: {
    readonly opened: OpenedJob | undefined
    readonly run: Outcome
    readonly inputs: ReadonlyMap<string, string>
    readonly seen: ReadonlyMap<string, Seen>
  },
): Promise<boolean> {
  const inputs: Record<string, FileMark> = {}
  for (const [name, path] of made.inputs) {
    const now = await markOf(path)
    const before = made.seen.get(path)!
    if (now === null || !('stamp' in before ? now.stamp === before.stamp : now.sha256 === before.sha256)) return false
    inputs[name] = now
  }
  const outputs: Record<string, FileMark> = {}
  const programs = Object.values(measured ?? {}).flatMap((ccds) =>
    ccds.flatMap(({ catalogue, psf }) => [catalogue, psf]),
  )
  for (const name of [...programs, ...productNames(made.opened, made.run)]) {
    if (name === undefined) continue
    const written = await markOf(join(task.outdir, name))
    if (written === null) return false
    outputs[name] = written
  }
  await writeMarker(task, { ...kept, inputs, outputs, ...(measured ? { measured } : {}) })
  return true
}

const writeMarker = (task: FilesTask, marker: Marker): Promise<void> =>
  writeFilesWhole(task.outdir, [{ name: taskMarkerName(task), bytes: new TextEncoder().encode(markerText(marker)) }])

function productNames(opened: OpenedJob | undefined, { ccds, solution }: Outcome): string[] {
  if (opened === undefined || ccds.length === 0) return []
  const { name } = opened.list
  const ofCcds = ccds.flatMap(({ ccd }) => Object.values(ccdProductNames(name, ccd)) as string[])
  const own = Object.values(exposureProductNames(name)) as string[]
  return opened.several && solution !== undefined ? [...ofCcds, ...own] : ofCcds
}

const nothingIn = ({ files }: FilesTask): InputError =>
  new InputError('no-objects', 'the files hold nothing that can be calibrated', { file: files[0]! })

const severalIn = ({ files }: FilesTask, found: number): InputError =>
  new InputError('several-exposures', 'a file holds images of several exposures: calibrate it by itself', {
    file: files[0]!,
    found: `${found} exposures`,
    expected: 'files of one exposure',
  })
