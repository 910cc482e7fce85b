import { cpus } from 'node:os'
import { compareObjects, type FluxAgreement, type SignalToNoiseBin } from '../../compare/measured-objects.js'
import { isBlissError } from '../../errors.js'
import type { ImagesOfFile } from '../../node/exposure/images-of-file.js'
import { runEngine, type EngineRun } from '../../node/exposure/run-engine.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import { alignedRows } from './aligned-rows.js'

/**
 * Measures an image by the own engine, in both grades, and by source-extractor and psfex if they are installed; shows
 * what each took, and the objects of the one beside those of the other.
 */
export async function benchImage(
  path: string,
  images: ImagesOfFile,
  { radiusArcsec, runs, json }: { readonly radiusArcsec: number; readonly runs: number; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const own = await runEngine(path, images, { engine: 'own', grade: 'full', runs })
  const calibration = await runEngine(path, images, { engine: 'own', grade: 'calibration', runs })
  const chain = await runEngine(path, images, { engine: 'source-extractor', grade: 'full', runs }).catch(
    (error: unknown) => {
      if (!(isBlissError(error) && error.tag === 'program-missing')) throw error
      io.err(lineOf(`only the own engine: ${error.message}`))
      return undefined
    },
  )
  const engines = [own, calibration, ...(chain ? [chain] : [])]
  const compared = chain ? own.ccds.map((ccd, k) => compareObjects(ccd, chain.ccds[k]!, radiusArcsec)) : []
  const peakMemoryMb = process.resourceUsage().maxRSS / 1024
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`
  if (json) {
    const times = engines.map(({ ccds, ...one }) => ({ ...one, objects: objectsIn(ccds) }))
    const result = { machine, image: path, runs, radiusArcsec, engines: times, compared, peakMemoryMb }
    io.out(`${JSON.stringify(result, null, 2)}\n`)
    return 0
  }
  const lines = [machine, ...timesTable(engines)]
  compared.forEach((bins, k) => {
    const which = compared.length > 1 ? ` of image ${k + 1}` : ''
    lines.push('', `objects${which} in both within ${radiusArcsec} arcsec, by signal to noise:`, ...binsTable(bins))
  })
  io.out([...lines, `peak memory ${peakMemoryMb.toFixed(0)} MB`, ''].join('\n'))
  return 0
}

const objectsIn = (ccds: EngineRun['ccds']): number => ccds.reduce((sum, { raDeg }) => sum + raDeg.length, 0)

function timesTable(engines: readonly EngineRun[]): string[] {
  const chain = engines.find(({ engine }) => engine === 'source-extractor')
  return alignedRows([
    ['engine', 'grade', 'objects', 'first CPU s', 'CPU s', 'wall s', ...(chain ? ['ratio of CPU'] : [])],
    ...engines.map(({ engine, grade, cpuMs, wallMs, firstCpuMs, ccds }) => [
      engine,
      grade,
      String(objectsIn(ccds)),
      (firstCpuMs / 1000).toFixed(2),
      (cpuMs / 1000).toFixed(2),
      (wallMs / 1000).toFixed(2),
      ...(chain ? [(cpuMs / chain.cpuMs).toFixed(3)] : []),
    ]),
  ])
}

function binsTable(bins: readonly SignalToNoiseBin[]): string[] {
  const heads = [
    'S/N',
    'own',
    'in the other',
    'other',
    'in the own',
    'AUTO ratio',
    'scatter',
    'PSF ratio',
    'scatter',
    'FLAGS',
  ]
  return alignedRows([
    heads,
    ...bins.map(({ from, to, own, ownInOther, other, otherInOwn, auto, psf, equalFlags }) => [
      to === Infinity ? `${from} and more` : `${from} to ${to}`,
      String(own),
      share(ownInOther, own),
      String(other),
      share(otherInOwn, other),
      ...agreementCells(auto),
      ...agreementCells(psf),
      equalFlags === undefined ? '-' : equalFlags.toFixed(3),
    ]),
  ])
}

const share = (found: number, of: number): string => (of === 0 ? '-' : (found / of).toFixed(3))

const agreementCells = (one: FluxAgreement | undefined): string[] =>
  one === undefined ? ['-', '-'] : [one.ratio.toFixed(4), one.scatterErrors.toFixed(2)]
