import { edgeDistanceArcsec } from '../../exposure/ccd-shape.js'
import { isFilesName } from '../../exposure/exposure-name.js'
import { stemOfFile } from '../../exposure/given/given-rows.js'
import { reasonWithoutPath } from '../../node/disk/reason.js'
import type { ExposureRun, OpenedJob } from '../../node/exposure/exposure-job.js'
import type { UnfitFile } from '../../node/input/given-files.js'
import { packageVersion } from '../../node/package.js'
import type { TargetSearch } from '../../photometry/targets/target.js'
import { lightCurveName } from '../../products/names.js'
import { parseResultDocument } from '../../products/result-document.js'
import { failedRow, inTimeOrder, targetRows, targetTable, type TargetRow } from '../../report/target-table.js'

/** The rows of an exposure's targets: from its result, and of its CCDs that failed. */
export function rowsOfRun(
  { targets }: TargetSearch,
  { rows, list: { name } }: OpenedJob,
  { json, failures }: Pick<ExposureRun, 'json' | 'failures'>,
): TargetRow[] {
  const done = json === undefined ? [] : targetRows(parseResultDocument(json(), 'the result'))
  const failed = targets.flatMap((target) =>
    failures.flatMap(({ ccd, error }) => {
      const row = rows.find((one) => one.ccd === ccd)
      // If the corners of a CCD are unknown, a target may be within them.
      if (row === undefined || edgeDistanceArcsec(target, row.corners) < 0) return []
      const image = isFilesName(name) ? name.stems[row.ccd]! : stemOfFile(row.fileName)
      return [failedRow(target, image, reasonWithoutPath(error))]
    }),
  )
  // That a target is on no calibrated CCD says nothing if it is on one that failed.
  const isOnFailed = ({ target, status }: TargetRow) =>
    status === 'outside' && failed.some((row) => row.target.name === target.name)
  return [...done.filter((row) => !isOnFailed(row)), ...failed]
}

/** The rows of an exposure that could not be calibrated at all. */
export const rowsOfFailure = ({ targets }: TargetSearch, { rows, list: { name } }: OpenedJob, error: unknown) =>
  targets.flatMap((target) =>
    rows.map(({ ccd, fileName }) =>
      failedRow(target, isFilesName(name) ? name.stems[ccd]! : stemOfFile(fileName), reasonWithoutPath(error)),
    ),
  )

/** The rows of a file that could not be read. */
export const rowsOfUnfit = ({ targets }: TargetSearch, { path, error }: UnfitFile): TargetRow[] =>
  targets.map((target) => failedRow(target, stemOfFile(path), reasonWithoutPath(error)))

/** One table for each target, `{name}_lightcurve.ecsv`, by time. */
export function lightCurves({ targets }: TargetSearch, rows: readonly TargetRow[]) {
  return targets.map(({ name }) => {
    const own = inTimeOrder(rows.filter(({ target }) => target.name === name))
    return { name: lightCurveName(name), bytes: new TextEncoder().encode(targetTable(own, packageVersion())) }
  })
}
