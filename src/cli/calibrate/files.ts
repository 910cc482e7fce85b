import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Catalog } from '../../catalog/catalog.js'
import { CommandError, worstOf, type ExitCode } from '../../errors.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { parseNamedColumns } from '../../exposure/given/given-columns.js'
import type { OpenedJob } from '../../node/exposure/exposure-job.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { refuseForeignProducts } from '../../node/exposure/calibrate-files.js'
import { givenJob } from '../../node/exposure/given-job.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { openGivenFiles } from '../../node/input/given-files.js'
import { productNote, withoutSetAside } from '../../node/exposure/set-aside.js'
import { imageMeasurer } from '../../node/exposure/image-measurer.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { lightCurveName, methodsNames, reportName, runProductNames, targetsName } from '../../products/names.js'
import type { TargetRow } from '../../report/target-table.js'
import { inTurns } from '../../turns.js'
import { lineOf, reportFailure, type Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'
import {
  calibrateOpened,
  cameraNamed,
  namesBeside,
  namedOf,
  noteElsewhere,
  starFlatNamed,
  suspectsOf,
} from './calibrate-opened.js'
import { refuseUnfitOption } from '../options/plain-name.js'
import { fieldOfExposures, placesOfImages, type PlacedRow } from '../catalog/field-words.js'
import { chooseCatalog, isCatalogNamed } from './choose-catalog.js'
import type { FilesOptions } from './options.js'
import { lightCurves, rowsOfFailure, rowsOfUnfit } from './light-curves.js'
import { measuredLines, measuringLine, refuseUnfitGrade } from './measured-lines.js'
import { searchOf } from './targets.js'

/**
 * `bliss-calib FILE...`: calibrates the CCDs whose detections are in files, those of one exposure together and one
 * exposure after the other. A file that cannot be calibrated is named, and the others go on. Returns the exit code.
 */
export function calibrateGiven(options: FilesOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => calibrated(options, io, signal))
}

async function calibrated(options: FilesOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const started = performance.now()
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const { band, name, magsType, mjd, exptime, measure: engine = 'source-extractor', grade } = options
  refuseUnfitGrade(engine, grade)
  const columns = options.columns === undefined ? {} : parseNamedColumns(options.columns)
  if (magsType !== undefined) fluxChoice(magsType)
  if (name !== undefined) refuseUnfitOption('--name', name)
  const search = await searchOf(options)
  const expanded = await expandPaths(options.files)
  const { paths, notes: leftOut } = await withoutSetAside(expanded)
  for (const sentence of leftOut) note(lineOf(sentence))
  const curves = search?.targets.map(({ name }) => lightCurveName(name)) ?? []
  if (paths.length > 1) await refuseForeignFiles(options.outdir, curves)
  const camera = await cameraNamed(options)
  const suspects = await suspectsOf(options, note)
  const starFlat = await starFlatNamed(options)
  let opening: Promise<Catalog> | undefined
  const catalogOf = (field?: readonly string[]) => (opening ??= chooseCatalog(options, io.env, note, field))
  const isOpen = async () => isCatalogNamed(options, io.env) && (await catalogOf().catch(() => undefined)) !== undefined
  const measure = imageMeasurer({
    outdir: options.outdir,
    engine,
    ...(grade ? { grade } : {}),
    inTurn: inTurns(options.workers ?? availableParallelism()),
    onBegin: (path) => note(lineOf(measuringLine(path, engine))),
    onMeasured: (_path, ccds) => measuredLines(ccds).forEach((line) => note(lineOf(line))),
    ...{ env: io.env, signal, productsOf: stemNames(options, paths.length === 1) },
  })
  /** Images that are not measured, because there is no catalogue that would calibrate them. */
  const unmeasured: PlacedRow[] = []
  const { exposures, unfit, products } = await openGivenFiles(paths, {
    columns,
    ...(camera ? { camera: camera.description } : {}),
    ...(band === undefined ? {} : { band }),
    told: { ...(mjd === undefined ? {} : { mjd }), ...(exptime === undefined ? {} : { exposureTimeSec: exptime }) },
    ...(name === undefined ? {} : { name }),
    ...(magsType === undefined ? {} : { magsType }),
    measure: async (path, hdus, cameras, onUnfit) => {
      if (await isOpen()) return measure(path, hdus, cameras, onUnfit)
      unmeasured.push(...placesOfImages(path, hdus))
      return []
    },
  })
  for (const path of products) note(lineOf(productNote(path)))
  const codes: ExitCode[] = unfit.map(({ error }) => reportFailure(error, io))
  const field = fieldOfExposures([...exposures.map(({ list }) => list.rows), unmeasured])
  // Fails, and says why.
  if (unmeasured.length > 0) await catalogOf(field)
  if (exposures.length === 0) return worstOf([3, ...codes])
  const { columns: columnsText } = options
  const read = namedOf({ suspects, camera, starFlat, search })
  const said = { band, columns: columnsText, name, mjd: mjd?.toString(), exptime: exptime?.toString() }
  const jobs = exposures.map((exposure) => givenJob(exposure, { ...options, ...read }, said, options.files.join(', ')))
  const written = await Promise.all(jobs.map((opened) => namesBeside(options, opened, io)))
  refuseOverwriting(jobs, written, [
    ...paths.filter((path) => !products.includes(path)),
    ...((options.targets ?? '') ? [options.targets!] : []),
  ])
  for (const [k, opened] of jobs.entries()) await refuseForeignProducts(opened, written[k]!)
  if (jobs.length + unfit.length > 1) await refuseForeignFiles(options.outdir, curves)
  const pool = createCcdPool(options.workers)
  try {
    const catalog = await catalogOf(field)
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
