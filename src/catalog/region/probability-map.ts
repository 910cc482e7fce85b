import { InputError } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import { fitsColumns, readFitsHeaders, readFitsTable, type FitsHdu, type FitsHeader } from '../../formats/fits/index.js'
import {
  MAX_NUMBER_ORDER,
  orderOf,
  rangesAtOrder,
  rangesFromCells,
  ring2nested,
  unionRanges,
  type CellRanges,
} from '../../healpix/index.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import { greedyThreshold } from './greedy-threshold.js'

/** The part of the sky that holds a given probability. */
export interface CredibleRegion {
  readonly cells: CellRanges
  /** Probability in the cells, of a whole of 1. */
  readonly probability: number
  /** Sum of the map as it is in the file: 1 but for rounding. */
  readonly mapSum: number
}

/** healpy's mark of a pixel without a value. */
const UNSEEN = -1.6375e30
const FLAT_COLUMNS = ['PROB', 'PROBABILITY', 'PROBABILIT', 'TEMPERATURE', 'T', 'I_STOKES'] as const

/**
 * The smallest region of a sky-probability map that holds `level` of its probability: the cells as dense as the last
 * one that is needed, the densest first; cells of one density go in together, so that a map gives one region however it
 * is pixelised.
 *
 * Reads what LIGO, Virgo and KAGRA publish: flat maps (a pixel a row, column PROB, NSIDE, ORDERING NESTED or RING,
 * whole sky or EXPLICIT with a PIXEL column) and multi-order maps (columns UNIQ = 4^(order + 1) + cell and PROBDENSITY,
 * in 1 / sr).
 *
 * @param level above 0 and at most 1
 * @throws InputError if the file is no such map, is not in equatorial coordinates, or holds a probability that is
 *   none
 */
export async function credibleRegion(source: ByteSource, level: number): Promise<CredibleRegion> {
  const hdus = await readFitsHeaders(source)
  const tables = hdus.filter(({ kind }) => kind === 'binary table')
  const columnOf = (hdu: FitsHdu, names: readonly string[]) =>
    fitsColumns(hdu).find(({ name }) => names.includes(name.trim().toUpperCase()))?.name
  for (const hdu of tables) {
    const uniq = columnOf(hdu, ['UNIQ'])
    const density = columnOf(hdu, ['PROBDENSITY'])
    if (uniq !== undefined && density !== undefined) return multiOrderRegion(source, hdus, hdu, [uniq, density], level)
  }
  for (const hdu of tables) {
    const probability = columnOf(hdu, FLAT_COLUMNS)
    if (probability !== undefined && hdu.header.has('NSIDE'))
      return flatRegion(source, hdus, hdu, [columnOf(hdu, ['PIXEL']), probability], level)
  }
  const found =
    tables.length === 0
      ? 'no binary table'
      : fitsColumns(tables[0]!)
          .map(({ name }) => name)
          .join(', ')
  throw new InputError('no-skymap', 'the file is no sky-probability map', {
    file: source.name,
    found,
    expected: 'columns UNIQ and PROBDENSITY, or PROB and the keyword NSIDE',
  })
}

async function multiOrderRegion(
  source: ByteSource,
  hdus: readonly FitsHdu[],
  hdu: FitsHdu,
  [uniqName, densityName]: readonly [string, string],
  level: number,
): Promise<CredibleRegion> {
  requireEquatorial(hdu.header, source.name)
  const table = await readFitsTable(source, { hdus, hdu: hdu.index, columns: [uniqName, densityName] })
  const density = soundValues(asFloat64(findColumn(table, densityName)!), source.name, densityName)
  const uniq = asFloat64(findColumn(table, uniqName)!)
  const order = new Uint8Array(density.length)
  const areas = new Float64Array(density.length)
  for (let row = 0; row < density.length; row++) {
    const k = uniq === undefined ? NaN : Math.floor(Math.log2(uniq[row]! / 4) / 2)
    // Beyond order 24 doubles no longer hold the number of a cell.
    if (!(k >= 0 && k <= MAX_NUMBER_ORDER && uniq![row]! < 16 * 4 ** k)) {
      throw new InputError('bad-skymap', 'the number of a cell is not one', {
        file: source.name,
        row,
        column: uniqName,
        found: uniq?.[row] ?? 'text',
        expected: `4^(order + 1) + cell, order 0 to ${MAX_NUMBER_ORDER}`,
      })
    }
    order[row] = k
    areas[row] = steradians(k)
  }
  const { threshold, total } = thresholdOf(density, areas, level, source.name, densityName)
  const byOrder = new Map<number, number[]>()
  let held = 0
  for (let row = 0; row < density.length; row++) {
    if (density[row]! < threshold) continue
    const cells = byOrder.get(order[row]!) ?? []
    cells.push(uniq![row]! - 4 * 4 ** order[row]!)
    byOrder.set(order[row]!, cells)
    held += density[row]! * areas[row]!
  }
  const finest = Math.max(...byOrder.keys())
  const cells = unionRanges(
    rangesFromCells(finest, []),
    ...[...byOrder].map(([k, list]) => rangesAtOrder(rangesFromCells(k, list), finest)),
  )
  return { cells, probability: held / total, mapSum: total }
}

async function flatRegion(
  source: ByteSource,
  hdus: readonly FitsHdu[],
  hdu: FitsHdu,
  [pixelName, name]: readonly [string | undefined, string],
  level: number,
): Promise<CredibleRegion> {
  const { header } = hdu
  requireEquatorial(header, source.name)
  const nside = header.requireInteger('NSIDE', 1, 2 ** MAX_NUMBER_ORDER)
  const ordering = header.requireText('ORDERING').toUpperCase()
  const isNested = ordering === 'NESTED' || ordering === 'NEST'
  if (!isNested && ordering !== 'RING') header.refuse('ORDERING', 'NESTED or RING')
  if (!Number.isInteger(Math.log2(nside))) header.refuse('NSIDE', 'a power of 2')
  const order = orderOf(nside)
  const isPartial = header.text('INDXSCHM')?.toUpperCase() === 'EXPLICIT' && pixelName !== undefined
  const table = await readFitsTable(source, { hdus, hdu: hdu.index, columns: isPartial ? [pixelName, name] : [name] })
  const values = soundValues(asFloat64(findColumn(table, name)!), source.name, name)
  const pixels = isPartial ? asFloat64(findColumn(table, pixelName)!) : undefined
  const count = 12 * nside * nside
  if (
    isPartial
      ? pixels?.length !== values.length ||
        !pixels.every((pixel) => Number.isInteger(pixel) && pixel >= 0 && pixel < count)
      : values.length !== count
  ) {
    throw new InputError(
      'bad-skymap',
      'the map has another number of pixels than NSIDE says, or pixels that do not exist',
      { file: source.name, column: name, found: values.length, expected: `${count} of nside ${nside}` },
    )
  }
  const { threshold, total } = thresholdOf(values, undefined, level, source.name, name)
  const chosen: number[] = []
  let held = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < threshold) continue
    const pixel = pixels?.[i] ?? i
    chosen.push(isNested ? pixel : Number(ring2nested(order, pixel)))
    held += values[i]!
  }
  return { cells: rangesFromCells(order, chosen), probability: held / total, mapSum: total }
}

const steradians = (order: number): number => Math.PI / (3 * 4 ** order)

/** Probabilities with healpy's UNSEEN as 0; anything else below 0, and what is no number, is refused. */
function soundValues(values: Float64Array | undefined, file: string, column: string): Float64Array {
  if (values === undefined) throw new InputError('bad-skymap', 'the column holds no numbers', { file, column })
  const sound = values.map((value) => (Math.abs(value / UNSEEN - 1) < 1e-5 ? 0 : value))
  const bad = sound.findIndex((value) => !(value >= 0 && value < Infinity))
  if (bad >= 0)
    throw new InputError('bad-skymap', 'a probability is negative or no number', {
      file,
      row: bad,
      column,
      found: sound[bad]!,
      expected: '0 or more',
    })
  return sound
}

function thresholdOf(
  density: Float64Array,
  areas: Float64Array | undefined,
  level: number,
  file: string,
  column: string,
): { threshold: number; total: number } {
  const found = greedyThreshold(density, areas, level)
  if (!(found.total > 0))
    throw new InputError('bad-skymap', 'the map holds no probability', { file, column, found: found.total })
  return found
}

/** HEALPix maps call equatorial coordinates C; a map that says nothing is taken to be in them. */
function requireEquatorial(header: FitsHeader, file: string): void {
  const system = header.text('COORDSYS')?.trim().toUpperCase()
  if (system === undefined || system === '' || /^(C|CEL|CELEST|CELESTIAL|EQU|EQUATORIAL|ICRS|RADEC|Q)$/.test(system))
    return
  throw new InputError('unfit-skymap', 'the map is not in equatorial coordinates', {
    file,
    found: `COORDSYS ${system}`,
    expected: 'C',
  })
}
