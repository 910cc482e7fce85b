import { scampReference } from '../../catalog/region/scamp-reference.js'
import { coneRegion } from '../../catalog/region/sky-region.js'
import { CommandError, exitCodeOf, InputError, worstOf } from '../../errors.js'
import { findImages, type CcdImage, type ExposureImages, type JobExposure } from '../../node/se/find-images.js'
import { decidingOf } from '../../node/se/deciding.js'
import type { ReferenceNear } from '../../node/programs/solve-astrometry.js'
import { chooseCatalog } from '../calibrate/choose-catalog.js'
import { writeJobFiles } from '../../node/se/job-files.js'
import { measureCcd, type MeasureControl } from '../../node/se/measure-ccd.js'
import { recoverDirectory } from '../../node/disk/recover-directory.js'
import { lineOf, reportFailure, type ExitCode, type Io } from '../terminal/io.js'
import { progressLine } from '../terminal/progress.js'
import { refuseUnfitOption } from '../options/plain-name.js'
import { stoppable } from '../terminal/stoppable.js'
import { calibrateStages, joinStage } from './calibrate-stages.js'
import { openCalibration } from './calibration.js'
import type { SeOptions } from './options.js'
import { ccdsOf } from './process-ccd.js'

/** `bliss-calib se`: images to catalogues, and with -C to zeropoints. Gives the exit code. */
export function singleEpoch(options: SeOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => stages(options, io, signal))
}

async function stages(options: SeOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const { quiet, ccd } = options
  const wanted = ccdsOf(ccd, io.env['PROCESS'])
  if (options.vetoList !== undefined) refuseUnfitOption('-V', options.vetoList)
  if (options.starList !== undefined) refuseUnfitOption('-T', options.starList)
  const note = (text: string) => void (quiet ? undefined : io.err(lineOf(text)))
  const idle = idleFlags(options)
  if (idle.length > 0) note(`${idle.join(', ')}: accepted, without effect`)
  const directory = directoryOf(options)
  await recoverDirectory(directory, { onNote: note })
  const found = await findImages(directory, options satisfies JobExposure)
  found.notes.forEach(note)
  const images = chosenImages(found, wanted, directory, note)
  await writeJobFiles(directory, found, options)
  if (options.join) {
    const joined = await joinStage(options, directory, found, io, note)
    if (!joined.ran) note('all done')
    return joined.exitCode
  }
  const isCalibrated = options.calibrate || options.fromCalibrate
  const calibration = isCalibrated ? await openCalibration(options, directory, found, io) : undefined
  const measured = await measureImages(images, directory, options, io, signal)
  const codes: ExitCode[] = [measured.exitCode]
  let isAllDone = measured.ran === 0
  if (calibration && measured.there.length > 0) {
    const calibrated = await calibrateStages(options, directory, measured.there, calibration, io, note)
    codes.push(calibrated.exitCode)
    isAllDone &&= !calibrated.ran
  }
  if (options.season !== undefined) {
    const { templateStages } = await import('./template-stages.js')
    codes.push(await templateStages({ ...options, season: options.season }, directory, io, note))
  }
  if (isAllDone && measured.exitCode === 0) note('all done')
  return worstOf(codes)
}

/** The stars that scamp is given. */
async function astrometryOf(options: SeOptions, io: Io): Promise<NonNullable<MeasureControl['astrometry']>> {
  const catalog = await chooseCatalog(options, io.env, () => undefined)
  const reference: ReferenceNear = ({ raDeg, decDeg }, radiusDeg) =>
    scampReference(catalog, coneRegion(raDeg, decDeg, radiusDeg))
  return { catalogHash: catalog.hash, reference }
}

/** The job's flags that are accepted and have no effect. */
function idleFlags({ flagY, flagV, flagF }: SeOptions): string[] {
  return [...(flagY ? ['-Y'] : []), ...(flagV === undefined ? [] : [`-v ${flagV}`]), ...(flagF ? ['-F'] : [])]
}

/** The directory of the exposure, by the layout. */
function directoryOf({ layout, dest, schema, nite, expnum, band, reqnum, attnum }: SeOptions): string {
  const parts: Record<string, string | number> = { d: dest, m: schema, nite, expnum, band, reqnum, attnum }
  return layout.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (parts[name] !== undefined) return String(parts[name])
    const expected = Object.keys(parts)
      .map((part) => `{${part}}`)
      .join(', ')
    throw new CommandError('bad-option', `--layout has an unknown part ${whole}`, {
      option: '--layout',
      found: whole,
      expected,
    })
  })
}

function chosenImages(
  { images }: ExposureImages,
  wanted: number[] | 'all',
  directory: string,
  note: (text: string) => void,
): CcdImage[] {
  if (wanted === 'all') return [...images]
  const chosen = images.filter(({ ccd }) => wanted.includes(ccd))
  const absent = wanted.filter((ccd) => !images.some((image) => image.ccd === ccd))
  if (chosen.length === 0) {
    throw new InputError('no-images', `there is no reduced image of CCD ${absent.join(', ')}`, {
      file: directory,
      found: `CCDs ${images.map(({ ccd }) => ccd).join(', ')}`,
    })
  }
  if (absent.length > 0) note(`CCDs without an image: ${absent.join(', ')}`)
  return chosen
}

/** Measures images, some at a time; one that fails is reported, and the others go on. */
async function measureImages(
  images: readonly CcdImage[],
  directory: string,
  options: SeOptions,
  io: Io,
  signal: AbortSignal,
): Promise<{ exitCode: ExitCode; ran: number; there: CcdImage[] }> {
  if (options.fromCalibrate) return { exitCode: 0, ran: 0, there: [...images] }
  const { overwrite: redo, keep, segmentation, columns, magsType, quiet } = options
  const deciding = await decidingOf(directory, { env: io.env, signal, withScamp: options.scamp })
  const astrometry = options.scamp ? { astrometry: await astrometryOf(options, io) } : {}
  const mayLackPsf = magsType.trim().toLowerCase() !== 'mag_psf'
  const told = { idleFlags: idleFlags(options), ...(columns ? { columns } : {}), env: io.env, signal }
  const control = { directory, deciding, redo, keep, segmentation, mayLackPsf, ...astrometry, ...told }
  const progress = progressLine(io, quiet)
  const codes: ExitCode[] = []
  const failed = new Set<CcdImage>()
  let [done, ran] = [0, 0]
  const queue = [...images]
  const worker = async () => {
    for (let image = queue.shift(); image !== undefined; image = queue.shift()) {
      try {
        const { wasDone, notes } = await measureCcd(image, control)
        if (!wasDone) ran++
        progress.clear()
        if (!quiet) for (const sentence of notes) io.err(lineOf(`CCD ${image.ccd}: ${sentence}`))
      } catch (error) {
        if (signal.aborted) throw error
        progress.clear()
        reportFailure(error, io)
        codes.push(exitCodeOf(error))
        failed.add(image)
      }
      progress.show({ stage: 'measured', done: ++done, of: images.length })
    }
  }
  const atOnce = options.single ? 1 : Math.min(options.workers, images.length)
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  progress.clear()
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  return { exitCode: worstOf(codes), ran, there: images.filter((image) => !failed.has(image)) }
}
