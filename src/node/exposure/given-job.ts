import { selectCcds } from '../../exposure/catalogue-list.js'
import type { OpenedExposure } from '../input/given-files.js'
import type { ExposureJob, OpenedJob } from './exposure-job.js'

/**
 * What is asked of an exposure of files.
 *
 * @param said options that decide the result beside those of the job: --band, --columns, --name and the like
 * @param files what messages call them
 * @throws CommandError for CCDs that cannot be read
 */
export function givenJob(
  { list, magsType }: OpenedExposure,
  job: Omit<ExposureJob, 'magsType'>,
  said: Readonly<Record<string, string | undefined>>,
  files: string,
): OpenedJob {
  const { rows, absent } = selectCcds(list.rows, job.ccd, files)
  const named = Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const several = list.rows.length > 1
  return { job: { ...job, magsType }, list, rows, absent, several, said: Object.fromEntries(named) }
}
