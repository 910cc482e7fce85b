import { readdir, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileMarkerName, parseMarker, type FileMark, type Marker } from '../../batch/marker.js'
import { sameContent } from '../disk/file-marks.js'
import { readWholeText } from '../disk/regular-file.js'
import type { FilesTask } from './batch-task.js'

/** A done-marker of some of an exposure's files, from before the others were there. */
export interface SupersededMarker {
  readonly path: string
  readonly marker: Marker
  /** What it was made from, as it is now: name in the marker -> path. */
  readonly inputs: ReadonlyMap<string, string>
}

const isOfPart = (name: string, exposure: string): boolean =>
  name.startsWith(fileMarkerName(exposure).replace(/\.json$/, '')) &&
  name.endsWith('.json') &&
  name !== fileMarkerName(exposure)

/**
 * The markers, in the task's output directory, of exposures that were made from some of its files under another name:
 * the name of an exposure is what its files have in common, so that it changes as further files arrive.
 */
export async function supersededMarkers(
  task: FilesTask,
  inputsOf: (task: FilesTask) => Promise<ReadonlyMap<string, string>>,
): Promise<SupersededMarker[]> {
  // Of one file there is no part; and what a part's names have in common begins with what all have.
  if (task.files.length < 2) return []
  const names = await readdir(task.outdir).catch(() => [])
  const own = new Map(task.files.map((path) => [resolve(path), path]))
  const found: SupersededMarker[] = []
  for (const name of names) {
    if (!isOfPart(name, task.exposure)) continue
    const path = join(task.outdir, name)
    const marker = parseMarker(await readWholeText(path, 'jsonBytes').catch(() => ''))
    if (marker === undefined) continue
    const files = Object.keys(marker.inputs).flatMap((input) => own.get(resolve(task.outdir, input)) ?? [])
    if (files.length === 0) continue
    const inputs = await inputsOf({ ...task, files })
    if (Object.keys(marker.inputs).every((input) => inputs.has(input))) found.push({ path, marker, inputs })
  }
  return found
}

/** Removes a superseded marker, and of its products those that are as it left them and are not written anew. */
export async function removeSuperseded(
  { path, marker }: SupersededMarker,
  outdir: string,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (const [name, mark] of Object.entries(marker.outputs) as [string, FileMark][]) {
    if (kept.has(name) || name !== basename(name)) continue
    if ((await sameContent(join(outdir, name), mark, false)) !== undefined) await rm(join(outdir, name))
  }
  await rm(path, { force: true })
}
