import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { CameraDescription } from '../../camera/description.js'
import { CommandError, InputError, worstOf, type ExitCode } from '../../errors.js'
import { selectCcds } from '../../exposure/catalogue-list.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { OWN_PRODUCT, parseNamedColumns } from '../../exposure/given/given-columns.js'
import { refuseForeignProducts } from '../../node/exposure/calibrate-files.js'
import type { OpenedJob } from '../../node/exposure/exposure-job.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { openGivenFiles, type MeasureFile, type OpenedExposure } from '../../node/input/given-files.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { lightCurveName, methodsNames, reportName, runProductNames, targetsName } from '../../products/names.js'
import type { TargetRow } from '../../report/target-table.js'
import { lineOf, reportFailure, type Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'
import { calibrateOpened, cameraNamed, namesBeside, noteElsewhere, suspectsOf } from './calibrate-opened.js'
import { refuseUnfitOption } from '../options/plain-name.js'
import { fieldOfExposures } from '../catalog/field-words.js'
import { chooseCatalog } from './choose-catalog.js'
import type { FilesOptions } from './options.js'
import { lightCurves, rowsOfFailure, rowsOfUnfit } from './light-curves.js'
import { searchOf } from './targets.js'

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
  if (name !== undefined) refuseUnfitOption('--name', name)
  const search = await searchOf(options)
  const expanded = await expandPaths(options.files)
  const planes = await planesAmong(expanded)
  for (const [plane, image] of planes) note(lineOf(`${plane}: a plane of ${image}, left out`))
  const measured = await measuredAmong(expanded)
  for (const [catalogue, image] of measured) note(lineOf(`${catalogue}: measured from ${image} before, left out`))
  const own = await productsAmong(expanded)
  for (const path of own) note(lineOf(`${path}: a product of bliss-calib, left out`))
  const paths = expanded.filter((path) => !planes.has(path) && !measured.has(path) && !own.has(path))
  const curves = search?.targets.map(({ name }) => lightCurveName(name)) ?? []
  if (paths.length > 1) await refuseForeignFiles(options.outdir, curves)
  const camera = await cameraNamed(options)
  const { exposures, unfit, products } = await openGivenFiles(paths, {
    columns,
    ...(camera ? { camera: camera.description } : {}),
    ...(band === undefined ? {} : { band }),
    ...(name === undefined ? {} : { name }),
    ...(magsType === undefined ? {} : { magsType }),
    measure: measurer(options, camera?.description, io, signal, note, stemNames(options, paths.length === 1)),
  })
  for (const path of products) note(lineOf(`${path}: a product of bliss-calib, left out`))
  const codes: ExitCode[] = unfit.map(({ error }) => reportFailure(error, io))
  if (exposures.length === 0) return worstOf([3, ...codes])
  const suspects = await suspectsOf(options, note)
  const jobs = exposures.map((exposure) =>
    jobOf(exposure, options, {
      ...(suspects ? { suspects } : {}),
      ...(camera ? { camera } : {}),
      ...(search ? { search } : {}),
    }),
  )
  const written = await Promise.all(jobs.map((opened) => namesBeside(options, opened, io)))
  refuseOverwriting(jobs, written, [
    ...paths.filter((path) => !products.includes(path)),
    ...((options.targets ?? '') ? [options.targets!] : []),
  ])
  for (const [k, opened] of jobs.entries()) await refuseForeignProducts(opened, written[k]!)
  if (jobs.length + unfit.length > 1) await refuseForeignFiles(options.outdir, curves)
  const pool = createCcdPool(options.workers)
  try {
    pool.start(Math.max(...jobs.map(({ rows }) => rows.length)))
    const catalog = await chooseCatalog(options, io.env, note, fieldOfExposures(jobs.map(({ rows }) => rows)))
    const rows = search ? unfit.flatMap((file) => rowsOfUnfit(search, file)) : []
    const onTargets = (more: readonly TargetRow[]) => void rows.push(...more)
    const bench = { options, catalog, pool, suspects, signal, io, started, onTargets }
    // Several results are one line each, so that they can be told apart.
    const json = (text: string) => io.out(jobs.length > 1 ? `${JSON.stringify(JSON.parse(text))}\n` : text)
    for (const [k, opened] of jobs.entries()) {
      signal.throwIfAborted()
      for (const sentence of exposures[k]!.notes) note(lineOf(sentence))
      noteElsewhere(suspects, opened, note)
      try {
        codes.push(await calibrateOpened(opened, bench, json))
      } catch (error) {
        signal.throwIfAborted()
        codes.push(reportFailure(error, io))
        if (search) rows.push(...rowsOfFailure(search, opened, error))
      }
    }
    if (search && jobs.length + unfit.length > 1) {
      await writeFilesWhole(options.outdir, lightCurves(search, rows))
      if (!options.quiet && !options.json)
        for (const { name } of search.targets) io.out(`light curve  ${join(options.outdir, lightCurveName(name))}\n`)
    }
    return worstOf(codes)
  } finally {
    await pool.close()
  }
}

/** Masks and weights of images that are given too, as a pattern finds them. */
async function planesAmong(paths: readonly string[]): Promise<Map<string, string>> {
  const given = new Set(paths)
  const planes = new Map<string, string>()
  for (const path of paths.filter((one) => one.includes('_ooi'))) {
    const { siblingPlanes } = await import('../../node/programs/sibling-planes.js')
    for (const plane of Object.values(await siblingPlanes(path))) if (given.has(plane)) planes.set(plane, path)
  }
  return planes
}

/** Catalogues that an earlier run has measured from images that are given too, as a pattern finds them. */
async function measuredAmong(paths: readonly string[]): Promise<Map<string, string>> {
  const catalogues = paths.filter((path) => path.endsWith(CATALOGUE))
  if (catalogues.length === 0 || catalogues.length === paths.length) return new Map()
  const [{ isOurs }, { stemOf }] = await Promise.all([
    import('../../node/disk/own-files.js'),
    import('../../node/programs/measure-image.js'),
  ])
  const images = paths.filter((path) => !path.endsWith(CATALOGUE)).map((path) => ({ path, stem: stemOf(path) }))
  const found = new Map<string, string>()
  for (const path of catalogues) {
    const of = basename(path, CATALOGUE)
    const image = images.find(({ stem }) => of === stem || of.startsWith(`${stem}_`))
    if (image !== undefined && (await isOurs(path))) found.set(path, image.path)
  }
  return found
}

const CATALOGUE = '_fullcat.fits'

/** What names of products end with: the result in JSON is beside them, or their header says whose they are. */
const PRODUCT = /^(.+?)(?:_exposure)?_(?:ZP\.(?:csv|fits)|Zero\.csv|zeropoint\.json|matches\.parquet|report\.html)$/
const MARKED_PRODUCT = /_(?:cal\.(?:fits|ecsv|vot)|magzero\.fits(?:\.fz)?)$/

/**
 * Our products among other files, as a pattern finds them.
 *
 * @throws InputError `own-product` if there is nothing else
 */
async function productsAmong(paths: readonly string[]): Promise<Set<string>> {
  const isProduct = async (path: string): Promise<boolean> => {
    if (MARKED_PRODUCT.test(path)) return (await import('../../node/disk/own-files.js')).isOurs(path).then(Boolean)
    const stem = PRODUCT.exec(basename(path))?.[1]
    return stem !== undefined && (await isThere(join(dirname(path), `${stem}_zeropoint.json`)))
  }
  const found = await Promise.all(paths.map(isProduct))
  const ours = paths.filter((_, k) => found[k])
  // One by itself is told by whoever reads it.
  if (ours.length === paths.length && ours.length > 1) {
    throw new InputError(OWN_PRODUCT, 'all of the files are products of bliss-calib', {
      file: ours[0]!,
      found: `${ours.length} products of earlier runs`,
      expected: 'images, or catalogues of detections, that they were made from',
    })
  }
  return new Set(ours.length === paths.length ? [] : ours)
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  )

/** Measures images by source-extractor and psfex, as many at a time as there are workers. */
function measurer(
  { outdir, workers }: FilesOptions,
  camera: CameraDescription | undefined,
  { env }: Io,
  signal: AbortSignal,
  note: (text: string) => void,
  productsOf: (stem: string, alone: boolean) => readonly string[],
): MeasureFile {
  const turns: Promise<unknown>[] = Array.from({ length: workers }, () => Promise.resolve())
  let next = 0
  return (path, hdus) => {
    const turn = next++ % workers
    const measured = turns[turn]!.then(async () => {
      signal.throwIfAborted()
      await refuseUnwritable(outdir)
      const { measuredCcds } = await import('../../node/programs/measured-ccds.js')
      note(lineOf(`${path}: measuring by source-extractor and psfex`))
      const ccds = await measuredCcds(path, hdus, outdir, {
        ...{ env, signal, productsOf },
        ...(camera ? { camera } : {}),
      })
      for (const { stem, objects, fwhmArcsec, notes } of ccds) {
        note(lineOf(`${stem}: ${objects} objects, seeing ${fwhmArcsec.toFixed(2)} arcsec`))
        for (const sentence of notes) note(lineOf(`${stem}: ${sentence}`))
      }
      return ccds
    })
    turns[turn] = measured.catch(() => undefined)
    return measured
  }
}

/**
 * Names of the products of a measured image. Pages and tables have the image's name if it is the only one of the run;
 * else they are the exposure's, which is not known yet.
 */
const stemNames =
  ({ cal, report, methods, header, target, targets }: FilesOptions, onlyFile: boolean) =>
  (stem: string, alone: boolean): string[] => {
    const name = { exposure: stem, stems: { 1: stem } }
    const { zeropoints, fluxes } = runProductNames(name, [1], { together: false, cal })
    const beside = [
      ...(report ? [reportName(name, 1)] : []),
      ...(methods ? Object.values(methodsNames(name, 1)) : []),
      ...(target !== undefined || targets !== undefined ? [targetsName(name, 1)] : []),
      ...(header === 'head' ? [`${stem}.head`] : []),
    ]
    return [...zeropoints, ...fluxes, ...(onlyFile && alone ? beside : [])]
  }

function jobOf(
  { list, magsType }: OpenedExposure,
  options: FilesOptions,
  read: Pick<OpenedJob['job'], 'suspects' | 'camera' | 'search'>,
): OpenedJob {
  const { rows, absent } = selectCcds(list.rows, options.ccd, options.files.join(', '))
  const { band, columns, name } = options
  const said = Object.fromEntries(Object.entries({ band, columns, name }).filter(([, value]) => value !== undefined))
  const job = { ...options, magsType, ...read }
  return { job, list, rows, absent, several: list.rows.length > 1, said: said as Record<string, string> }
}

/** A product that has the name of an input would replace it. */
function refuseOverwriting(
  jobs: readonly OpenedJob[],
  beside: readonly (readonly string[])[],
  paths: readonly string[],
): void {
  const inputs = new Map(paths.map((path) => [resolve(path), path]))
  for (const [k, { job, list, rows }] of jobs.entries()) {
    const ccds = rows.map(({ ccd }) => ccd)
    const { zeropoints, fluxes } = runProductNames(list.name, ccds, { together: rows.length > 1, cal: job.cal })
    const asked = job.search ? job.search.targets.map(({ name }) => lightCurveName(name)) : []
    const found = [...zeropoints, ...fluxes, ...beside[k]!, ...asked].find((name) =>
      inputs.has(resolve(job.outdir, name)),
    )
    if (found === undefined) continue
    throw new CommandError('overwrites-input', 'a product would replace a file that is given', {
      option: '--outdir',
      found: join(job.outdir, found),
      expected: 'another --outdir, or the products of an earlier run left out',
    })
  }
}
