import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { retryWaits } from '../../batch/passing.js'
import { parseListName } from '../../exposure/catalogue-list.js'
import { isDetectionsName } from '../../exposure/given/detections-name.js'
import { taskTitle, type BatchTask } from '../../node/batch/batch-task.js'
import type { StopSignals } from '../../node/disk/stop-signals.js'
import { PATTERN } from '../../node/input/expand-paths.js'
import { fixedPart, sharedDirectory } from '../../node/input/shared-directory.js'
import type { Io } from '../terminal/io.js'
import type { Silence } from '../terminal/silence.js'
import type { ImageBench } from './files-bench.js'
import type { BatchOptions } from './options.js'

/** While one exposure waits for the disk, another uses the processor. */
export const IN_FLIGHT = 2

/** One call of the command. */
export interface Batch {
  readonly options: BatchOptions
  readonly io: Io
  /** Prints a message on stderr that is not a failure; silent with --quiet. */
  readonly note: (text: string) => void
  readonly bench: ImageBench
  readonly stop: StopSignals
  /** Shows the progress of the current exposure between the lines of two exposures. */
  readonly silence: Silence
}

/** A pattern in quotes, rather than a file whose own name looks like one. */
export const isPattern = (source: string): boolean => PATTERN.test(source) && !existsSync(source)

/** Images and catalogues themselves, rather than a directory or a manifest of them. */
export const areNamedFiles = (sources: readonly string[]): boolean =>
  sources.length > 1 ||
  isPattern(sources[0]!) ||
  (isDetectionsName(sources[0]!) && parseListName(basename(sources[0]!)) === undefined)

/** Where the tables of named files are: in one place whatever fits a pattern now, and fits it later. */
export const rootOfNamed = (sources: readonly string[]): string =>
  sharedDirectory(sources.map((source) => (isPattern(source) ? fixedPart(source) : source)))

/** What the exposures of a batch and of a watch have in common. */
export function common(options: BatchOptions, stop: StopSignals, note: Batch['note']) {
  return {
    retryWaitsMs: retryWaits(options.retries),
    signal: stop.signal,
    onNote: (task: BatchTask, sentence: string) => note(`${taskTitle(task)}: ${sentence}\n`),
    onRetry: (task: BatchTask, error: unknown, waitMs: number) =>
      note(`${taskTitle(task)}: ${(error as Error).message}; once more in ${waitMs / 1000} s\n`),
  }
}

/**
 * In the root of the products: `--outdir`, else the directory of the source, or the one that the named files share.
 * Tables of a manifest carry its name, because several manifests may share a directory.
 */
export function defaultSummary({ sources, outdir }: BatchOptions, root: string): string {
  const [source] = sources
  const isManifest = !areNamedFiles(sources) && root !== source
  const name = isManifest ? basename(source!).replace(/\.\w+$/, '') : 'batch'
  return join(outdir ?? root, `${name}_summary.parquet`)
}
