import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import {
  gaiaCsvFile,
  simulateExposure,
  workFiles,
  type Cloud,
  type SimulatedExposure,
} from '../../src/simulate/index.js'
import { asFloat64, findColumn } from '../../src/table/columns.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'

/** A field that several exposures see, each with its own zeropoints and noise, and the catalogue of it. */
export interface DitheredField {
  readonly catalog: string
  /** Builds another one, whose magnitudes are all larger by so much. */
  catalogOff(mag: number): Promise<string>
  /** Simulates an exposure of the field. */
  observe(plan: Visit): SimulatedExposure
  /** Simulates and calibrates one, all CCDs of it or some; gives the directory of its products. */
  calibrate(plan: Visit, words?: readonly string[], ccd?: string, on?: string): Promise<string>
  /** Simulates one; gives the directory of its list and catalogues. */
  work(plan: Visit): string
}

export interface Visit {
  readonly expnum: number
  readonly ditherDeg?: readonly [number, number]
  readonly band?: string
  readonly zeropoint?: number
  readonly cloud?: Cloud
  /** What magnitudes right of the middle column have more than those left of it, on one CCD. */
  readonly amplifierStep?: { readonly ccd: number; readonly mag: number }
  /** What magnitudes have too much at a pixel of any CCD. */
  readonly inside?: (x: number, y: number) => number
}

const gaia = describeCatalogue('gaia_dr3')

/** A field of `ccds`, with Gaia DR3 of it. */
export async function ditheredField(ccds: readonly number[], densityPerSqDeg = 6000): Promise<DitheredField> {
  const observe = (plan: Visit) => {
    // Two exposures of one camera at one time would be one.
    const mjdObs = 57_983 + (plan.expnum % 1000) / 1000
    const options = { ccds, columns: 'slim', densityPerSqDeg, mjdObs, ...plan, skySeed: 5 } as const
    return simulateExposure(options, gaia, seededRandom(plan.expnum))
  }
  const raw = gaiaCsvFile(observe({ expnum: 1 }))
  const build = async (bytes: Uint8Array) => {
    const home = temporaryDirectory()
    const [from, to] = [join(home, raw.name), join(home, 'catalog')]
    writeFileSync(from, bytes)
    const words = ['catalog', 'build', '--from', from, '--to', to, '--release', 'gaia_dr3', '--quiet']
    expect(await run(words)).toMatchObject({ exitCode: 0 })
    return to
  }
  const catalog = await build(raw.bytes)
  const work = (plan: Visit) => {
    const directory = temporaryDirectory()
    const simulated = observe(plan)
    const { amplifierStep, inside } = plan
    if (amplifierStep) dim(simulated, (ccd, x) => (ccd === amplifierStep.ccd && x > 1024.5 ? amplifierStep.mag : 0))
    if (inside) dim(simulated, (_, x, y) => inside(x, y))
    for (const { name, bytes } of workFiles(simulated)) writeFileSync(join(directory, name), bytes)
    return directory
  }
  return {
    catalog,
    catalogOff: (mag) => build(withMagnitudesOff(raw.bytes, mag)),
    observe,
    work,
    async calibrate(plan, further = [], ccd = 'all', on = catalog) {
      const products = temporaryDirectory()
      const where = ['--workdir', work(plan), '--outdir', products, '--catalog', on, '--quiet']
      const { exitCode, err } = await run(['--expnum', `${plan.expnum}`, '--ccd', ccd, ...where, ...further])
      expect([exitCode, err]).toEqual([0, ''])
      return products
    },
  }
}

/** Rows of Gaia with all magnitudes larger. */
function withMagnitudesOff(csv: Uint8Array, mag: number): Uint8Array {
  const [header, ...lines] = new TextDecoder().decode(csv).trimEnd().split('\n') as [string, ...string[]]
  const isMagnitude = header.split(',').map((name) => /^phot_(g|bp|rp)_mean_mag$/.test(name))
  const moved = lines.map((line) =>
    line
      .split(',')
      .map((cell, k) => (isMagnitude[k] && Number.isFinite(parseFloat(cell)) ? `${parseFloat(cell) + mag}` : cell))
      .join(','),
  )
  return new TextEncoder().encode(`${[header, ...moved].join('\n')}\n`)
}

/** Dims fluxes by place. */
function dim({ ccds }: SimulatedExposure, magAt: (ccd: number, x: number, y: number) => number): void {
  for (const { ccd, table } of ccds) {
    const [x, y] = ['X_IMAGE', 'Y_IMAGE'].map((name) => asFloat64(findColumn(table, name)!)!)
    for (const column of table.columns)
      if (/^FLUX_(PSF|AUTO)$/.test(column.name))
        x!.forEach((at, row) => {
          ;(column.values as Float64Array)[row]! *= 10 ** (-0.4 * magAt(ccd, at, y![row]!))
        })
  }
}
