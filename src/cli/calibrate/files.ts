import { join, resolve } from 'node:path'
import { CommandError, worstOf, type ExitCode } from '../../errors.js'
import { selectCcds } from '../../exposure/catalogue-list.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { parseNamedColumns } from '../../exposure/given/given-columns.js'
import type { OpenedJob } from '../../node/exposure/exposure-job.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { openGivenFiles, type OpenedExposure } from '../../node/input/given-files.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { ccdProductNames, exposureProductNames } from '../../products/names.js'
import { reportFailure, type Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'
import { calibrateOpened, cameraNamed, noteElsewhere, suspectsOf } from './calibrate-opened.js'
import { chooseCatalog } from './choose-catalog.js'
import type { FilesOptions } from './options.js'

/**
 * `bliss-calib FILE...`: calibrates the CCDs whose detections are in files, those of one exposure together and one
 * exposure after the other. A file that cannot be calibrated is named, and the others go on. Gives the exit code.
 */
export function calibrateGiven(options: FilesOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => calibrated(options, io, signal))
}

async function calibrated(options: FilesOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const started = performance.now()
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const { band, name, magsType } = options
  const columns = options.columns === undefined ? {} : parseNamedColumns(options.columns)
  if (magsType !== undefined) fluxChoice(magsType)
  const paths = await expandPaths(options.files)
  const camera = await cameraNamed(options)
  const { exposures, unfit, products } = await openGivenFiles(paths, {
    columns,
    ...(camera ? { camera: camera.description } : {}),
    ...(band === undefined ? {} : { band }),
    ...(name === undefined ? {} : { name }),
    ...(magsType === undefined ? {} : { magsType }),
  })
  for (const path of products) note(`${path}: a product of bliss-calib, left out\n`)
  const codes: ExitCode[] = unfit.map(({ error }) => reportFailure(error, io))
  if (exposures.length === 0) return worstOf([3, ...codes])
  const suspects = await suspectsOf(options, note)
  const jobs = exposures.map((exposure) =>
    jobOf(exposure, options, { ...(suspects ? { suspects } : {}), ...(camera ? { camera } : {}) }),
  )
  refuseOverwriting(
    jobs,
    paths.filter((path) => !products.includes(path)),
  )
  const pool = createCcdPool(options.workers)
  try {
    pool.start(Math.max(...jobs.map(({ rows }) => rows.length)))
    const catalog = await chooseCatalog(options, io.env, note)
    const bench = { options, catalog, pool, suspects, signal, io, started }
    // Several results are one line each, so that they can be told apart.
    const json = (text: string) => io.out(jobs.length > 1 ? `${JSON.stringify(JSON.parse(text))}\n` : text)
    for (const [k, opened] of jobs.entries()) {
      signal.throwIfAborted()
      for (const sentence of exposures[k]!.notes) note(`${sentence}\n`)
      noteElsewhere(suspects, opened, note)
      try {
        codes.push(await calibrateOpened(opened, bench, json))
      } catch (error) {
        signal.throwIfAborted()
        codes.push(reportFailure(error, io))
      }
    }
    return worstOf(codes)
  } finally {
    await pool.close()
  }
}

function jobOf(
  { list, magsType }: OpenedExposure,
  options: FilesOptions,
  read: Pick<OpenedJob['job'], 'suspects' | 'camera'>,
): OpenedJob {
  const { rows, absent } = selectCcds(list.rows, options.ccd, options.files.join(', '))
  const { band, columns, name } = options
  const said = Object.fromEntries(Object.entries({ band, columns, name }).filter(([, value]) => value !== undefined))
  const job = { ...options, magsType, ...read }
  return { job, list, rows, absent, several: list.rows.length > 1, said: said as Record<string, string> }
}

/** A product that has the name of an input would replace it. */
function refuseOverwriting(jobs: readonly OpenedJob[], paths: readonly string[]): void {
  const inputs = new Map(paths.map((path) => [resolve(path), path]))
  for (const { job, list, rows } of jobs) {
    const names = rows.flatMap(({ ccd }) => Object.values(ccdProductNames(list.name, ccd)) as string[])
    const own = rows.length > 1 ? (Object.values(exposureProductNames(list.name)) as string[]) : []
    const found = [...names, ...own].find((name) => inputs.has(resolve(job.outdir, name)))
    if (found === undefined) continue
    throw new CommandError('overwrites-input', 'a product would replace a file that is given', {
      option: '--outdir',
      found: join(job.outdir, found),
      expected: 'another --outdir, or the products of an earlier run left out',
    })
  }
}
