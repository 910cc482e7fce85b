import { fileMarkerName, markerName } from '../../batch/marker.js'
import type { ListName } from '../../exposure/catalogue-list.js'
import { exposureLabel } from '../../exposure/exposure-name.js'

/** What tasks of a batch have in common. */
interface Task {
  /** Where its products go. */
  readonly outdir: string
  readonly ccd: string
}

/** An exposure that has a list. */
export interface ListTask extends Task {
  readonly listPath: string
  readonly name: ListName
  /** Where its SExtractor catalogues are. */
  readonly workdir: string
}

/** An exposure of files: images, or catalogues of detections. */
export interface FilesTask extends Task {
  readonly files: readonly string[]
  /** What the files have in common, as in the names of the exposure's products. */
  readonly exposure: string
  /** Some have to be measured first. */
  readonly hasImages: boolean
}

/** One exposure of a batch. */
export type BatchTask = ListTask | FilesTask

export const isFilesTask = (task: BatchTask): task is FilesTask => 'files' in task

/** What an exposure is called on the terminal. */
export const taskTitle = (task: BatchTask): string => (isFilesTask(task) ? task.exposure : exposureLabel(task.name))

/** The list of an exposure, or the first of its files. */
export const taskSource = (task: BatchTask): string => (isFilesTask(task) ? task.files[0]! : task.listPath)

/** The name of its done-marker. */
export const taskMarkerName = (task: BatchTask): string =>
  isFilesTask(task) ? fileMarkerName(task.exposure) : markerName(task.name)
