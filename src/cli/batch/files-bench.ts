import { parseNamedColumns } from '../../exposure/given/given-columns.js'
import type { BatchBench, FilesBench } from '../../node/batch/batch-bench.js'
import { imageMeasurer } from '../../node/exposure/image-measurer.js'
import type { ReadCamera } from '../../node/input/camera-files.js'
import { runProductNames } from '../../products/names.js'
import { inTurns } from '../../turns.js'
import type { Io } from '../terminal/io.js'
import type { BatchOptions } from './options.js'

/** How exposures are calibrated, files among them. */
export type ImageBench = BatchBench & { readonly files: FilesBench }

/** How images and catalogues are read and measured. */
export function filesBench(
  { band, columns, magsType, measure: engine, grade, workers }: BatchOptions,
  camera: ReadCamera | undefined,
  { env }: Io,
  note: (text: string) => void,
): FilesBench {
  const inTurn = inTurns(workers)
  return {
    given: {
      columns: columns === undefined ? {} : parseNamedColumns(columns),
      ...(band === undefined ? {} : { band }),
      ...(magsType === undefined ? {} : { magsType }),
      ...(camera ? { camera: camera.description } : {}),
    },
    said: { band, columns },
    measure: (outdir, { signal }) =>
      imageMeasurer({
        ...{ outdir, inTurn, env, signal },
        ...(engine ? { engine } : {}),
        ...(grade ? { grade } : {}),
        productsOf: (stem) =>
          runProductNames({ exposure: stem, stems: { 1: stem } }, [1], { together: false }).zeropoints,
        onMeasured: (_path, ccds) => {
          for (const { stem, notes } of ccds) for (const sentence of notes) note(`${stem}: ${sentence}\n`)
        },
      }),
  }
}

/** With what else decides the catalogues of images: what measures them. Throws InputError if a program is missing. */
export async function withPrograms(
  bench: ImageBench,
  { measure, grade }: Pick<BatchOptions, 'measure' | 'grade'>,
  { env }: Io,
  signal: AbortSignal,
): Promise<ImageBench> {
  if (measure === 'own') return { ...bench, files: { ...bench.files, programs: `own ${grade ?? 'full'}` } }
  const [{ decidingOf }, { keyOf }] = await Promise.all([
    import('../../node/se/deciding.js'),
    import('../../node/se/stage-marker.js'),
  ])
  return { ...bench, files: { ...bench.files, programs: keyOf(await decidingOf('.', { env, signal })) } }
}
