import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { StarColumns } from '../../src/catalog/stars.js'
import { parseListName } from '../../src/exposure/catalogue-list.js'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsTable } from '../../src/formats/fits/index.js'
import {
  nestedIndices,
  rangesAreaSqDeg,
  rangesAtOrder,
  rangesFromCells,
  ring2nested,
  containsCell,
  subtractRanges,
  type CellRanges,
} from '../../src/healpix/index.js'
import type { LegacyInputs, LegacyOptions, ReferenceStore } from '../../src/legacy/contract.js'

export const shared = resolve(import.meta.dirname, '../../../shared')
export const golden = join(shared, 'golden')
export const hasGolden = existsSync(golden)

/** One run of the original over a golden case. */
export interface GoldenRun {
  readonly name: string
  readonly arguments: readonly string[]
  readonly alone: boolean
  readonly intended: boolean
  readonly exitCode: number
}

interface RunRecord {
  readonly run: string
  readonly arguments: readonly string[]
  readonly alone: boolean
  readonly intended: boolean
  readonly exit_code: number
}

export const goldenCases = (): string[] =>
  hasGolden ? readdirSync(golden).filter((name) => existsSync(join(golden, name, 'runs.json'))) : []

export function goldenRuns(name: string): GoldenRun[] {
  const records = JSON.parse(readFileSync(join(golden, name, 'runs.json'), 'utf8')) as RunRecord[]
  return records.map(({ run, exit_code, ...rest }) => ({ ...rest, name: run, exitCode: exit_code }))
}

/** Files of a folder by name, unpacked. */
export function filesOf(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) for (const [inner, bytes] of filesOf(path)) files.set(inner, bytes)
    else
      files.set(name.replace(/\.gz$/, ''), name.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path))
  }
  return files
}

/** The original's store read straight from its CSV files: what a catalogue built from them must give. */
export function csvStore(files: ReadonlyMap<string, Uint8Array>): ReferenceStore {
  const ids: bigint[] = []
  const raDeg: number[] = []
  const decDeg: number[] = []
  const mag: number[] = []
  const cells: number[] = []
  for (const [name, bytes] of files) {
    const pixel = /^GaiaOut(\d{5})\.csv$/.exec(name)?.[1]
    if (pixel === undefined) continue
    cells.push(Number(ring2nested(5, Number(pixel))))
    for (const line of new TextDecoder().decode(bytes).trimEnd().split('\n').slice(1)) {
      const [id, ra, dec, g] = line.split(',')
      ids.push(BigInt(id!))
      raDeg.push(Number(ra))
      decDeg.push(Number(dec))
      mag.push(g === '' ? NaN : Number(g))
    }
  }
  const all = {
    sourceId: BigInt64Array.from(ids),
    raDeg: Float64Array.from(raDeg),
    decDeg: Float64Array.from(decDeg),
    mag: Float64Array.from(mag),
  }
  const coverage = rangesFromCells(5, cells)
  return {
    location: 'memory',
    name: 'golden store',
    read: (footprint: CellRanges): Promise<StarColumns> => {
      const inside = nestedIndices(footprint.order, all.raDeg, all.decDeg)
      const kept = Array.from(inside.keys()).filter((i) => containsCell(footprint, inside[i]!))
      return Promise.resolve({
        sourceId: BigInt64Array.from(kept, (i) => all.sourceId[i]!),
        raDeg: Float64Array.from(kept, (i) => all.raDeg[i]!),
        decDeg: Float64Array.from(kept, (i) => all.decDeg[i]!),
        mag: Float64Array.from(kept, (i) => all.mag[i]!),
        epochYr: 2015.5,
      })
    },
    missingSqDeg: (footprint) => {
      const order = Math.max(5, footprint.order)
      return rangesAreaSqDeg(subtractRanges(rangesAtOrder(footprint, order), rangesAtOrder(coverage, order)))
    },
  }
}

/** The inputs of a run from files in memory; `change` may alter what is read. */
export function memoryInputs(work: ReadonlyMap<string, Uint8Array>, stars: ReferenceStore, list: string): LegacyInputs {
  return {
    stars,
    readList: () => Promise.resolve(list),
    readDetections: async (fileName, wanted) => {
      const bytes = work.get(fileName)
      return bytes === undefined ? undefined : readFitsTable(memorySource(fileName, bytes), { hdu: 2, wanted })
    },
  }
}

/** Inputs and options of a golden run, as check_all.py would start it. */
export function goldenInputs(name: string, run: GoldenRun): { inputs: LegacyInputs; options: LegacyOptions } {
  const work = filesOf(join(golden, name, 'work'))
  const listName = [...work.keys()].find((file) => file.endsWith('red_catlist.csv'))!
  const option = (key: string) => run.arguments[run.arguments.indexOf(key) + 1]!
  const exposure = run.arguments.includes('--exposure-mode')
  let list = new TextDecoder().decode(work.get(listName)!)
  if (run.alone) {
    const [header, ...rows] = list.trimEnd().split('\n')
    list = [header, ...rows.filter((row) => row.split(',')[4] === option('--ccd'))].join('\n') + '\n'
  }
  return {
    inputs: memoryInputs(work, csvStore(filesOf(join(golden, name, 'store'))), list),
    options: {
      list: parseListName(listName)!,
      ccd: exposure ? 'all' : option('--ccd'),
      magType: run.arguments.includes('--magType') ? option('--magType') : 'mag_psf',
      sexMagZeropoint: run.arguments.includes('--sex_mag_zeropoint') ? Number(option('--sex_mag_zeropoint')) : 25,
    },
  }
}

export function writeAll(folder: string, files: readonly { name: string; bytes: Uint8Array }[]): void {
  mkdirSync(folder, { recursive: true })
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes)
}
