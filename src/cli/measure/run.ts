import { availableParallelism } from 'node:os'
import { CommandError, isBlissError, worstOf, type ExitCode } from '../../errors.js'
import { imageMeasurer } from '../../node/exposure/image-measurer.js'
import { imagesOfFile } from '../../node/exposure/images-of-file.js'
import { withoutSetAside } from '../../node/exposure/set-aside.js'
import { readCameraFile } from '../../node/input/camera-files.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { stemOf } from '../../node/programs/measure-image.js'
import type { MeasuredCcd } from '../../node/programs/measured-ccds.js'
import { inTurns } from '../../turns.js'
import { measuredLines, measuringLine, refuseUnfitGrade } from '../calibrate/measured-lines.js'
import type { Values } from '../options/option.js'
import { lineOf, reportFailure, type Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'
import type { MEASURE_OPTIONS } from './options.js'

type MeasureOptions = Values<typeof MEASURE_OPTIONS>

/** `bliss-calib measure`: a catalogue for each CCD of each image. Exit code 3 if one could not be measured. */
export function measure(options: MeasureOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => measured(options, io, signal))
}

async function measured(options: MeasureOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const { measure: engine, grade, outdir, workers = availableParallelism(), quiet, json, vignet } = options
  const note = (sentence: string) => (quiet ? undefined : io.err(lineOf(sentence)))
  refuseUnfitGrade(engine, grade)
  refuseUnfitVignet(engine, vignet)
  const { paths, notes } = await withoutSetAside(await expandPaths(options.images))
  notes.forEach(note)
  refuseEqualStems(paths)
  const camera = options.camera === undefined ? undefined : await readCameraFile(options.camera)
  const measureFile = imageMeasurer({
    ...{ outdir, engine, env: io.env, signal, inTurn: inTurns(workers) },
    ...(grade ? { grade } : {}),
    ...(vignet === undefined ? {} : { vignet }),
    onBegin: (path) => note(measuringLine(path, engine)),
    onMeasured: (path, ccds) => {
      measuredLines(ccds).forEach(note)
      if (json) for (const ccd of ccds) io.out(`${JSON.stringify(jsonOf(path, ccd))}\n`)
    },
  })
  const codes = await Promise.all(
    paths.map(async (path): Promise<ExitCode> => {
      try {
        const { hdus, cameras } = await imagesOfFile(path, camera?.description)
        let code: ExitCode = 0
        await measureFile(path, hdus, cameras, (error) => (code = reportFailure(error, io)))
        return code
      } catch (error) {
        signal.throwIfAborted()
        if (isBlissError(error) && error.family === 'command') throw error
        return reportFailure(error, io)
      }
    }),
  )
  return worstOf(codes)
}

function refuseUnfitVignet(engine: MeasureOptions['measure'], side: number | undefined): void {
  if (side === undefined) return
  const option = '--vignet'
  if (engine !== 'own') throw new CommandError('bad-option', '--vignet belongs to --measure own', { option })
  if (side % 2 === 0) {
    const found = String(side)
    throw new CommandError('bad-option', '--vignet must be odd: the object is in the middle', { option, found })
  }
}

const jsonOf = (image: string, { catalogue, objects, fwhmArcsec, fwhmPixels, notes, hdu }: MeasuredCcd) => ({
  ...{ image, ...(hdu === undefined ? {} : { hdu }), catalogue, objects, fwhmArcsec, fwhmPixels, notes },
})

/** Catalogues are named after the files: two of one stem would write over each other. */
function refuseEqualStems(paths: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const path of paths) {
    const other = seen.get(stemOf(path))
    if (other !== undefined) {
      throw new CommandError('same-stem', 'the catalogues of two images would have one name: measure them apart', {
        found: `${other} and ${path}, both ${stemOf(path)}_...`,
        expected: 'files of different names, or a run with an --outdir of its own for each',
      })
    }
    seen.set(stemOf(path), path)
  }
}
