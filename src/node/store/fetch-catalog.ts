import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { BuildReport } from '../../catalog/build/build.js'
import { unionAtFinest } from '../../catalog/coverage.js'
import type { CatalogDescription, TapService } from '../../catalog/description.js'
import { coneQuery, type Cone } from '../../catalog/region/cone-query.js'
import { CommandError } from '../../errors.js'
import { printableUrl } from '../../printable.js'
import { refuseLinkedTarget, refuseOccupied } from '../disk/build-place.js'
import { unwritable } from '../disk/staged-files.js'
import { httpClient } from '../http/http-client.js'
import type { HttpPatience } from '../http/patience.js'
import { buildCatalogDirectory, type DirectoryBuildOptions } from './catalog-build.js'
import { fetchedAnswer, type Answer } from './fetched-answer.js'

interface FetchOptions extends Pick<DirectoryBuildOptions, 'force' | 'onNote' | 'onProgress'> {
  readonly signal?: AbortSignal
  readonly patience?: HttpPatience
  /** First pause between two questions for the phase of a job [ms]. */
  readonly pollMs?: number
}

/** Where answers are until the catalogue is built of them. */
const workOf = (target: string): string => join(dirname(target), `.bliss-fetch-${basename(target)}`)

/**
 * Fetches the stars of some cones from a TAP service and builds a catalogue of them, which covers all cells that meet
 * a cone. It is put in place whole or not at all. What was fetched stays in a directory beside the target until then,
 * so that the same command goes on where it was interrupted.
 *
 * @throws InputError if the service refuses, keeps failing, cuts an answer at a limit of rows or sends damaged answers,
 *   or as `buildCatalogDirectory` does
 */
export async function fetchCatalogDirectory(
  cones: readonly Cone[],
  description: CatalogDescription,
  service: TapService,
  to: string,
  options: FetchOptions = {},
): Promise<BuildReport> {
  if (cones.length === 0) throw new CommandError('bad-option', 'no part of the sky is named', { option: '--cone' })
  const { force, signal, onNote, onProgress, patience, pollMs } = options
  const target = resolve(to)
  await refuseLinkedTarget(target)
  await refuseOccupied(target, force === true)
  const work = workOf(target)
  await mkdir(work, { recursive: true }).catch((cause: unknown) =>
    Promise.reject(unwritable(dirname(work), basename(work), cause)),
  )
  const access = {
    url: service.url,
    client: httpClient(service.url),
    ...(signal === undefined ? {} : { signal }),
    ...(patience === undefined ? {} : { patience }),
    ...(pollMs === undefined ? {} : { pollMs }),
  }
  const all = cones.map((cone) => coneQuery(cone, service))
  const queries = [...new Map(all.map((query) => [query.adql, query]))]
  const answers: Answer[] = []
  for (const [i, [adql, { asked }]] of queries.entries()) {
    const { raDeg, decDeg, radiusDeg } = asked
    const label = `${radiusDeg} deg round RA ${raDeg}, Dec ${decDeg}`
    const of = queries.length === 1 ? '' : `${i + 1} of ${queries.length}, `
    const head = `${new URL(service.url).host}: ${of}${label}`
    const key = createHash('sha256').update(`${service.url}\n${service.maxRows}\n${adql}`).digest('hex').slice(0, 16)
    const note = (what: string) => onNote?.(`${head}: ${what}`)
    answers.push(await fetchedAnswer(access, service, { adql, label, path: join(work, key) }, note))
  }
  const report = await buildCatalogDirectory(
    answers.map(({ file }) => file),
    to,
    {
      release: description.name,
      coverage: queries.map(([, { cells }]) => cells).reduce(unionAtFinest),
      source: {
        url: printableUrl(service.url),
        answers: answers.map(({ query, at, rows }) => ({ query, at, rows })),
      },
      ...(force === undefined ? {} : { force }),
      ...(onNote === undefined ? {} : { onNote }),
      ...(onProgress === undefined ? {} : { onProgress }),
    },
  )
  await rm(work, { recursive: true, force: true })
  return report
}
