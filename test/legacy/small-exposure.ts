import type { StarColumns } from '../../src/catalog/stars.js'
import {
  ang2pix,
  containsCell,
  nestedIndices,
  queryDiscInclusive,
  rangesAreaSqDeg,
  rangesAtOrder,
  rangesFromCells,
  ring2nested,
  subtractRanges,
  type CellRanges,
} from '../../src/healpix/index.js'
import type { LegacyInputs, LegacyOptions, ReferenceStore } from '../../src/legacy/contract.js'
import { parseListName } from '../../src/exposure/catalogue-list.js'
import { seededRandom } from '../../src/math/random.js'
import { tableOf, type Column, type Table } from '../../src/table/columns.js'

export const LIST_HEADER =
  'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4'

/** Stars of one magnitude offset round (30, -5), measured by every CCD of the list. */
export interface SmallExposure {
  readonly list: string
  readonly tables: ReadonlyMap<string, Table>
  readonly stars: StarColumns
}

export const fileName = (ccd: number) => `D00668439_i_${String(ccd).padStart(2, '0')}_r4p5_fullcat.fits`

/**
 * CCDs side by side along RA, 0.3 deg wide and 0.15 deg high, `starsPerCcd` matched stars each; flux such that ZP is
 * `offset`.
 */
export function smallExposure({ ccds = [1, 2], starsPerCcd = 40, offset = -30.25, seed = 1 } = {}): SmallExposure {
  const random = seededRandom(seed)
  const sourceId: bigint[] = []
  const raDeg: number[] = []
  const decDeg: number[] = []
  const mag: number[] = []
  const tables = new Map<string, Table>()
  const rows = ccds.map((ccd, k) => {
    const centre = 30 + 0.32 * k
    const n = starsPerCcd
    const ra = new Float64Array(n)
    const dec = new Float64Array(n)
    const flux = new Float32Array(n)
    for (let i = 0; i < n; i++) {
      ra[i] = centre - 0.14 + 0.28 * random.uniform()
      dec[i] = -5.07 + 0.14 * random.uniform()
      const g = Math.fround(16 + 3 * random.uniform())
      flux[i] = 10 ** (-0.4 * (g + offset))
      // As Gaia's: the order-12 cell, and a number within it.
      sourceId.push((ang2pix(12, ra[i]!, dec[i]!) << 35n) + BigInt(1 + 128 * sourceId.length))
      raDeg.push(ra[i]!)
      decDeg.push(dec[i]!)
      mag.push(Number(g.toPrecision(8)))
    }
    tables.set(fileName(ccd), detectionTable(ra, dec, flux))
    const [west, east] = [centre - 0.15, centre + 0.15]
    return [
      668439,
      fileName(ccd),
      20170817,
      'i',
      ccd,
      1.23,
      '90.',
      centre,
      -5,
      east,
      -5.075,
      east,
      -4.925,
      west,
      -4.925,
      west,
      -5.075,
    ].join(',')
  })
  return {
    list: [LIST_HEADER, ...rows].join('\n') + '\n',
    tables,
    stars: {
      sourceId: BigInt64Array.from(sourceId),
      raDeg: Float64Array.from(raDeg),
      decDeg: Float64Array.from(decDeg),
      mag: Float64Array.from(mag),
      epochYr: 2015.5,
    },
  }
}

/** A SExtractor catalogue of good stars. */
export function detectionTable(ra: Float64Array, dec: Float64Array, flux: Float32Array): Table {
  const n = ra.length
  const f32 = (name: string, value: (i: number) => number): Column => ({
    name,
    type: 'f32',
    values: Float32Array.from({ length: n }, (_, i) => value(i)),
  })
  return tableOf([
    { name: 'NUMBER', type: 'i32', values: Int32Array.from({ length: n }, (_, i) => i + 1) },
    { name: 'FLAGS', type: 'i16', values: new Int16Array(n) },
    { name: 'IMAFLAGS_ISO', type: 'i32', values: new Int32Array(n) },
    { name: 'ALPHAWIN_J2000', type: 'f64', values: ra },
    { name: 'DELTAWIN_J2000', type: 'f64', values: dec },
    ...['AUTO', 'PSF'].flatMap((kind) => [
      f32(`FLUX_${kind}`, (i) => flux[i]!),
      f32(`FLUXERR_${kind}`, (i) => flux[i]! / 100),
      f32(`MAG_${kind}`, () => 20),
      f32(`MAGERR_${kind}`, () => 0.01),
    ]),
    f32('SPREAD_MODEL', () => 0),
    f32('SPREADERR_MODEL', () => 0.001),
    f32('FWHM_WORLD', () => 0.00026),
    f32('FWHMPSF_IMAGE', () => 3.6),
    f32('FWHMPSF_WORLD', () => 0.00026),
    f32('CLASS_STAR', () => 0.98),
  ])
}

/** The same table with one column replaced or added. */
export function withColumn(table: Table, column: Column): Table {
  return tableOf([...table.columns.filter(({ name }) => name !== column.name), column])
}

/** A store of the stars that covers what the disc of every CCD touches, but for the pixels left out. */
export function memoryStore(stars: StarColumns, leftOut: readonly number[] = []): ReferenceStore {
  const rings = new Set(Array.from({ length: 20 }, (_, k) => queryDiscInclusive(5, 28 + 0.32 * k, -5, 0.2)).flat())
  for (const ring of leftOut) rings.delete(ring)
  const coverage = rangesFromCells(
    5,
    [...rings].map((ring) => Number(ring2nested(5, ring))),
  )
  return {
    name: 'a store in memory',
    location: 'a store in memory',
    read: (footprint: CellRanges) => {
      const cells = nestedIndices(footprint.order, stars.raDeg, stars.decDeg)
      const kept = Array.from(cells.keys()).filter((i) => containsCell(footprint, cells[i]!))
      return Promise.resolve({
        sourceId: BigInt64Array.from(kept, (i) => stars.sourceId[i]!),
        raDeg: Float64Array.from(kept, (i) => stars.raDeg[i]!),
        decDeg: Float64Array.from(kept, (i) => stars.decDeg[i]!),
        mag: Float64Array.from(kept, (i) => stars.mag[i]!),
        epochYr: stars.epochYr,
      })
    },
    missingSqDeg: (footprint) => {
      const order = Math.max(5, footprint.order)
      return rangesAreaSqDeg(subtractRanges(rangesAtOrder(footprint, order), rangesAtOrder(coverage, order)))
    },
  }
}

export function inputsOf(
  { list, tables, stars }: SmallExposure,
  changes: { tables?: ReadonlyMap<string, Table>; store?: ReferenceStore } = {},
): LegacyInputs {
  const read = changes.tables ?? tables
  return {
    stars: changes.store ?? memoryStore(stars),
    readList: () => Promise.resolve(list),
    readDetections: (name, wanted) => {
      const table = read.get(name)
      return Promise.resolve(table && tableOf(table.columns.filter((column) => wanted.includes(column.name))))
    },
  }
}

export function optionsOf(changes: Partial<LegacyOptions> = {}): LegacyOptions {
  return {
    list: parseListName('D00668439_r4p5_red_catlist.csv')!,
    ccd: '1',
    magType: 'mag_psf',
    sexMagZeropoint: 25,
    ...changes,
  }
}

/** Text of one file of an outcome. */
export function textOf(files: readonly { name: string; bytes: Uint8Array }[], name: string): string {
  const file = files.find((candidate) => candidate.name === name)
  if (file === undefined) throw new Error(`no file ${name} among ${files.map((candidate) => candidate.name).join(' ')}`)
  return new TextDecoder().decode(file.bytes)
}

/** Rows of a CSV as records. */
export function recordsOf(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split('\n')
  const names = header!.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, k) => [names[k]!, cell])))
}
