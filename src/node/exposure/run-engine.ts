import { tmpdir } from 'node:os'
import { asFloat64, findColumn } from '../../table/columns.js'
import { LDAC_OBJECTS, readFitsTable } from '../../formats/fits/index.js'
import type { MeasuredObjects } from '../../compare/measured-objects.js'
import { fileSource } from '../disk/files.js'
import { cpuTimeMs } from '../processes/cpu-time.js'
import type { MeasureEngine, MeasureGrade } from '../programs/measure-engines.js'
import type { MeasuredCcd } from '../programs/measured-ccds.js'
import { inWorkFolder } from '../programs/work-folder.js'
import { imageMeasurer } from './image-measurer.js'
import type { ImagesOfFile } from './images-of-file.js'

/** What an engine took for the images of a file, and what it measured. */
export interface EngineRun {
  readonly engine: MeasureEngine
  readonly grade: MeasureGrade
  /** Of the run that took the least CPU; from the file to the catalogues. */
  readonly cpuMs: number
  readonly wallMs: number
  /** Of the first run, with whatever was not loaded and compiled yet. */
  readonly firstCpuMs: number
  readonly firstWallMs: number
  /** Of each image, in the order of the file. */
  readonly ccds: readonly MeasuredObjects[]
}

/**
 * Measures the images of a file by an engine, in a folder that goes.
 *
 * @throws as `measureImage`
 */
export async function runEngine(
  path: string,
  { hdus, cameras }: ImagesOfFile,
  { engine, grade, runs }: Pick<EngineRun, 'engine' | 'grade'> & { readonly runs: number },
): Promise<EngineRun> {
  const times: { readonly cpuMs: number; readonly wallMs: number }[] = []
  let ccds: MeasuredObjects[] = []
  for (let run = 0; run < runs; run++) {
    await inWorkFolder(tmpdir(), async (outdir) => {
      const measure = imageMeasurer({
        outdir,
        engine,
        inTurn: (work) => work(),
        ...(engine === 'own' ? { grade } : {}),
      })
      const [started, before] = [performance.now(), await cpuTimeMs()]
      const measured = await measure(path, hdus, cameras, (error) => {
        throw error
      })
      times.push({ cpuMs: (await cpuTimeMs()) - before, wallMs: performance.now() - started })
      ccds = []
      for (const ccd of measured) ccds.push(await objectsOf(ccd))
    })
  }
  const best = times.reduce((least, one) => (one.cpuMs < least.cpuMs ? one : least))
  return { engine, grade, ...best, firstCpuMs: times[0]!.cpuMs, firstWallMs: times[0]!.wallMs, ccds }
}

async function objectsOf({ catalogue }: Pick<MeasuredCcd, 'catalogue'>): Promise<MeasuredObjects> {
  const file = await fileSource(catalogue)
  try {
    const table = await readFitsTable(file, { hdu: LDAC_OBJECTS })
    const column = (name: string) => {
      const found = findColumn(table, name)
      return found && asFloat64(found)
    }
    const [fluxPsf, fluxPsfErr] = [column('FLUX_PSF'), column('FLUXERR_PSF')]
    return {
      raDeg: column('ALPHAWIN_J2000')!,
      decDeg: column('DELTAWIN_J2000')!,
      fluxAuto: column('FLUX_AUTO')!,
      fluxAutoErr: column('FLUXERR_AUTO')!,
      ...(fluxPsf && fluxPsfErr ? { fluxPsf, fluxPsfErr } : {}),
      flags: column('FLAGS')!,
    }
  } finally {
    await file.close()
  }
}
