import type { ExposureRecord } from '../../batch/record.js'
import type { Catalog } from '../../catalog/catalog.js'
import type { ExposureJob, ExposureRun, OpenedJob, RunControl } from '../exposure/exposure-job.js'
import type { GivenOptions } from '../input/given-files.js'

/** The options that all exposures of a batch share. */
export type BatchJob = Omit<ExposureJob, 'ccd' | 'workdir' | 'outdir' | 'search' | 'cal'>

/** Calibrates one exposure; the command's own, or a test's. */
export type CalibrateExposureFiles = (opened: OpenedJob, catalog: Catalog, control: RunControl) => Promise<ExposureRun>

/** What a batch works with. */
export interface BatchBench {
  readonly job: BatchJob
  readonly catalog: Catalog
  readonly calibrate: CalibrateExposureFiles
  /** Compare by content even if a file's stamp says that it is the one that was seen. */
  readonly rehash: boolean
  /** What images and catalogues need further; absent for lists alone. */
  readonly files?: FilesBench
}

/** An exposure after its turn. */
export interface FinishedExposure {
  /** `unchanged`: the existing products are up to date. `calibrated`: it was calibrated now. */
  readonly how: 'unchanged' | 'calibrated'
  readonly record: ExposureRecord
  /** It has a marker; without one a rerun tries again. */
  readonly marked: boolean
  /** What failed, for retrying: nothing of an unchanged exposure. */
  readonly errors: readonly unknown[]
  /** Why it was not unchanged. */
  readonly why?: string
}

/** What a batch of images and catalogues works with. */
export interface FilesBench {
  readonly given: Omit<GivenOptions, 'measure' | 'name'>
  /** Options of it as they were typed, for the provenance and the marker. */
  readonly said: Readonly<Record<string, string | undefined>>
  /** Digest of the programs that measure images, and of their settings; absent without images. */
  readonly programs?: string
  /** Measures images into a directory. */
  readonly measure: (outdir: string, control: RunControl) => NonNullable<GivenOptions['measure']>
}
