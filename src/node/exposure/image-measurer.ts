import { refuseUnwritable } from './standing-products.js'
import type { MeasureFile } from '../input/given-files.js'
import type { ProgramControl } from '../processes/run-program.js'
import type { MeasureEngine, MeasureGrade } from '../programs/measure-engines.js'
import type { MeasuredCcd } from '../programs/measured-ccds.js'

/** How images of files are measured. */
export interface MeasurerControl extends ProgramControl {
  readonly outdir: string
  readonly engine?: MeasureEngine
  readonly grade?: MeasureGrade
  readonly vignet?: number
  /** Limits how many are measured at a time. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** Names of the products of an image, by its stem and whether it is alone in its file. */
  readonly productsOf?: (stem: string, alone: boolean) => readonly string[]
  readonly onBegin?: (path: string) => void
  readonly onMeasured?: (path: string, ccds: readonly MeasuredCcd[]) => void
}

/** Measures the images of files; what measures is loaded with the first. */
export function imageMeasurer(control: MeasurerControl): MeasureFile {
  const { outdir, engine, grade, vignet, inTurn, productsOf, onBegin, onMeasured, env, signal } = control
  return (path, hdus, cameras, onUnfit) =>
    inTurn(async () => {
      signal?.throwIfAborted()
      await refuseUnwritable(outdir)
      const { measuredCcds } = await import('../programs/measured-ccds.js')
      onBegin?.(path)
      const ccds = await measuredCcds(path, hdus, outdir, {
        ...{ env, signal, cameras, onUnfit },
        ...(engine ? { engine } : {}),
        ...(grade ? { grade } : {}),
        ...(vignet === undefined ? {} : { vignet }),
        ...(productsOf ? { productsOf } : {}),
      })
      onMeasured?.(path, ccds)
      return ccds
    })
}
