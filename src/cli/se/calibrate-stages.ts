import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, worstOf, type ExitCode } from '../../errors.js'
import { whileLocked } from '../../node/disk/lock.js'
import { readNamedList } from '../../node/input/read-exposure.js'
import { packageVersion } from '../../node/package.js'
import { ccdMarker } from '../../node/se/measure-ccd.js'
import type { CcdImage, ExposureImages } from '../../node/se/find-images.js'
import {
  digestsOf,
  isUnchanged,
  keyOf,
  readStages,
  writeStages,
  type StageRecords,
} from '../../node/se/stage-marker.js'
import { chooseList, type ListName } from '../../exposure/catalogue-list.js'
import { allZpName, ccdProductNames, exposureProductNames } from '../../products/names.js'
import { calibrate } from '../calibrate/run.js'
import { merge } from '../merge/run.js'
import type { Io } from '../terminal/io.js'
import type { Calibration } from './calibration.js'
import type { SeOptions } from './options.js'

/** Outcome of the stages: their exit code, and whether there was anything to do. */
interface StagesEnd {
  readonly exitCode: ExitCode
  readonly ran: boolean
}

/**
 * The stages calibrate and exposure: zeropoints of the CCDs that were measured, and the exposure as a whole once all of
 * its CCDs are there.
 */
export async function calibrateStages(
  options: SeOptions,
  directory: string,
  images: readonly CcdImage[],
  { name, list, catalog, starFlat }: Calibration,
  io: Io,
  note: (text: string) => void,
): Promise<StagesEnd> {
  const { expnum, reqnum, attnum, magsType, system, estimator, keepBorrowed, acceptBorrowed, overwrite } = options
  const catalogues = images.map(({ stem }) => `${stem}_fullcat.fits`)
  const key = keyOf({
    stage: 'calibrate',
    version: packageVersion(),
    list: list.sha256,
    catalogues: await digestsOf(directory, catalogues),
    catalog: catalog.hash,
    options: { magsType, system, estimator, keepBorrowed, acceptBorrowed },
    ...(starFlat ? { starFlat: starFlat.sha256 } : {}),
  })
  const exposureStages = await readStages(directory, exposureMarker(name))
  const own = await Promise.all(images.map(({ stem }) => readStages(directory, ccdMarker(stem))))
  const isCcdDone = async (stages: StageRecords, { ccd }: CcdImage) =>
    stages['calibrate']?.key === key &&
    ((await isUnchanged(directory, stages['calibrate'])) ||
      (await standsAsMerged(directory, name, ccd, exposureStages)))
  const states = await Promise.all(own.map((stages, k) => isCcdDone(stages, images[k]!)))
  const allZp = await digestsOf(directory, [allZpName(name)])
  const isDone = !overwrite && allZp !== undefined && states.every(Boolean)
  const several = images.length > 1
  let exitCode = worstOf(own.map((stages) => exitCodeIn(stages['calibrate']?.result)))
  if (!isDone) {
    const ccd = several ? images.map((image) => image.ccd).join(',') : String(images[0]!.ccd)
    const common = { expnum, reqnum, attnum, magsType, system, estimator, keepBorrowed, acceptBorrowed }
    const more = { workdir: directory, outdir: directory, force: overwrite, verbose: 0, json: false, plots: false }
    const { report, quiet, single, referencePriority } = options
    const rest = {
      legacy: false,
      referencePriority,
      sexMagZeropoint: 25,
      report,
      methods: false,
      quiet,
      ...(single ? { workers: 1 } : {}),
    }
    const named = {
      ...(options.catalog === undefined ? {} : { catalog: options.catalog }),
      ...(options.starflat === undefined ? {} : { starflat: options.starflat }),
    }
    exitCode = await calibrate({ ...common, ...more, ...rest, ...named, ccd }, io)
    for (const [k, { ccd: of, stem }] of images.entries()) {
      const names = ccdProductNames(name, of)
      const files = await digestsOf(directory, [names.zero, names.zpCsv])
      const { calibrate: _before, ...measured } = own[k]!
      const record = files && { calibrate: { key, files, result: { exitCode } } }
      await writeStages(directory, ccdMarker(stem), { ...measured, ...record })
    }
  }
  if (options.template || several || list.rows.length < 2) return { exitCode, ran: !isDone }
  const ccds = list.rows.map((row) => row.ccd)
  const merged = await exposureStage({ ...options, join: false }, directory, name, ccds, { isDone, io, note })
  return { exitCode: worstOf([exitCode, merged.exitCode]), ran: !isDone || merged.ran }
}

/**
 * `--join`: the exposure as a whole from the CCDs that are calibrated, whatever is missing.
 *
 * @throws InputError `missing-file` if none is
 */
export async function joinStage(
  options: SeOptions,
  directory: string,
  found: ExposureImages,
  io: Io,
  note: (text: string) => void,
): Promise<StagesEnd> {
  const { expnum, reqnum, attnum } = options
  const name = chooseList([found.list.fileName], { expnum, reqnum, attnum }, directory)
  const { rows } = await readNamedList(directory, name)
  const ccds = rows.map((row) => row.ccd)
  return exposureStage({ ...options, join: true }, directory, name, ccds, { isDone: true, io, note })
}

/** The exposure as a whole, once every CCD of the list has been calibrated; with `--join` in any case. */
async function exposureStage(
  options: SeOptions,
  directory: string,
  name: ListName,
  ccds: readonly number[],
  { isDone, io, note }: { readonly isDone: boolean; readonly io: Io; readonly note: (text: string) => void },
): Promise<StagesEnd> {
  const productsOf = (of: readonly number[]) =>
    of.flatMap((ccd) => [ccdProductNames(name, ccd).zero, ccdProductNames(name, ccd).zpCsv])
  const products = productsOf(ccds)
  const there = await Promise.all(
    products.map((file) =>
      access(join(directory, file)).then(
        () => true,
        () => false,
      ),
    ),
  )
  const missing = ccds.filter((_, k) => !there[2 * k] || !there[2 * k + 1])
  if (missing.length > 0) {
    const which = missing.length > 6 ? `${missing.length} CCDs` : `CCD ${missing.join(', ')}`
    if (!options.join) {
      note(`the exposure is solved as a whole once all its CCDs are calibrated: ${which} to come`)
      return { exitCode: 0, ran: false }
    }
    if (missing.length === ccds.length) {
      const expected = `${products[0]} and the like`
      const place = { file: join(directory, name.fileName), found: `${ccds.length} CCDs without products`, expected }
      throw new InputError('missing-file', 'no CCD of the exposure is calibrated: there is nothing to join', place)
    }
    note(`the exposure is solved without ${which}, which ${missing.length > 1 ? 'have' : 'has'} no products`)
  }
  const marker = exposureMarker(name)
  const own = exposureProductNames(name)
  const names = [...productsOf(ccds.filter((ccd) => !missing.includes(ccd))), own.allZp, own.zpCsv]
  // Two jobs may both be the last.
  return whileLocked(directory, `.bliss-lock-${marker}`, async (waited): Promise<StagesEnd> => {
    const record = (await readStages(directory, marker))['exposure']
    const isOfThese = record !== undefined && names.every((file) => record.files[file] !== undefined)
    if ((isDone || waited) && isOfThese && (await isUnchanged(directory, record)))
      return { exitCode: exitCodeIn(record.result), ran: false }
    const { expnum, reqnum, attnum, acceptBorrowed, quiet, overwrite: force } = options
    const job = { expnum, reqnum, attnum, acceptBorrowed, force, workdir: directory, outdir: directory }
    const exitCode = await merge({ ...job, json: false, quiet, ...(options.single ? { workers: 1 } : {}) }, io)
    const files = await digestsOf(directory, names)
    if (files) await writeStages(directory, marker, { exposure: { key: keyOf(files), files, result: { exitCode } } })
    return { exitCode, ran: true }
  })
}

/** Whether the products of a CCD are those written with the exposure's solution. */
async function standsAsMerged(directory: string, name: ListName, ccd: number, stages: StageRecords): Promise<boolean> {
  const { zero, zpCsv } = ccdProductNames(name, ccd)
  const files = stages['exposure']?.files ?? {}
  const now = await digestsOf(directory, [zero, zpCsv])
  return now !== undefined && [zero, zpCsv].every((file) => files[file] !== undefined && files[file] === now[file])
}

const exposureMarker = ({ expnumText, reqnum, attnum }: ListName): string =>
  `D${expnumText}_r${reqnum}p${attnum}_se.json`

function exitCodeIn(result: unknown): ExitCode {
  const { exitCode } = (result ?? {}) as { exitCode?: unknown }
  return exitCode === 4 ? 4 : 0
}
