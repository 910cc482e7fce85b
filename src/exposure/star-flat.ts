import { InputError } from '../errors.js'
import { asFloat64, findColumn, type Column, type Table } from '../table/columns.js'

/** What is inside a CCD: what magnitudes have too much at each place, its mean over the CCD 0 [mag]. */
export interface StarFlatCcd {
  readonly ccd: number
  /** Corner of the grid and its extent [pixel]. */
  readonly left: number
  readonly bottom: number
  readonly width: number
  readonly height: number
  readonly columns: number
  readonly lines: number
  /** Of the cells, lines from the bottom, and their errors [mag]. */
  readonly map: Float64Array
  readonly mapErr: Float64Array
  /** The same of two amplifiers beside the map: of that up to a column, and of that beyond it; absent if alike. */
  readonly amplifiers?: { readonly column: number; readonly a: number; readonly b: number; readonly err: number }
}

/** Star flat of a camera in a band. */
export interface StarFlat {
  readonly camera: string
  readonly band: string
  /** FILTER of the exposures; null if they did not say it. */
  readonly filter: string | null
  /** Name of the tie that it is from, its exposures, and when these were. */
  readonly tie: string
  readonly exposures: number
  readonly epochsYr: readonly [first: number, last: number] | null
  readonly version: string
  readonly ccds: readonly StarFlatCcd[]
}

/** Value at a pixel [mag]: linear between the centres of cells, constant beyond the outer ones. */
export function starFlatAt(flat: StarFlatCcd, x: number, y: number): number {
  const { left, bottom, width, height, columns, lines, map, amplifiers } = flat
  const [i, s] = cellBefore((columns * (x - left)) / width - 0.5, columns)
  const [j, t] = cellBefore((lines * (y - bottom)) / height - 0.5, lines)
  const at = (k: number, l: number) => map[Math.min(l, lines - 1) * columns + Math.min(k, columns - 1)]!
  const smooth = (1 - t) * ((1 - s) * at(i, j) + s * at(i + 1, j)) + t * ((1 - s) * at(i, j + 1) + s * at(i + 1, j + 1))
  return smooth + (amplifiers === undefined ? 0 : x > amplifiers.column + 0.5 ? amplifiers.b : amplifiers.a)
}

/** The cell below a place, and how far beyond its centre it is, from 0 to 1. */
function cellBefore(place: number, count: number): readonly [number, number] {
  const within = Math.min(count - 1, Math.max(0, place))
  const cell = Math.min(count - 1, Math.floor(within))
  return [cell, within - cell]
}

/** What an image is, that a star flat has to be of. */
export interface FlattenedImage {
  readonly camera: string | undefined
  readonly band: string
  readonly filter: string | undefined
  readonly ccd: number
}

/** Fluxes and their errors, but for what SExtractor calls so and is none. */
const FLUX = /^FLUX(?:ERR)?_(?!RADIUS|MAX|GROWTH)/

/**
 * A table of detections with its fluxes on the scale of the CCD's mean: flux x 10^(0.4 F), F what magnitudes have too
 * much at the detection's pixel.
 *
 * @param file of the detections, for messages
 * @throws InputError if the star flat is of another camera, band, filter, or has not the CCD; if the table has no
 *   pixels
 */
export function flattened(
  table: Table,
  flat: StarFlat & { readonly file: string },
  image: FlattenedImage,
  file: string,
): Table {
  for (const what of ['camera', 'band', 'filter'] as const) {
    const [found, expected] = [flat[what], image[what]]
    if (found === expected || (what === 'filter' && (found === null || expected === undefined))) continue
    throw new InputError('other-star-flat', `the star flat is of another ${what} than ${file}`, {
      file: flat.file,
      found: found ?? 'none',
      expected: expected ?? 'none',
    })
  }
  const own = flat.ccds.find(({ ccd }) => ccd === image.ccd)
  if (own === undefined)
    throw new InputError('other-star-flat', `the star flat has nothing of the CCD of ${file}`, {
      file: flat.file,
      found: `CCDs ${flat.ccds.map(({ ccd }) => ccd).join(', ')}`,
      expected: `CCD ${image.ccd}`,
    })
  const pixels = [['XWIN_IMAGE', 'YWIN_IMAGE'] as const, ['X_IMAGE', 'Y_IMAGE'] as const]
    .map(([x, y]) => [findColumn(table, x), findColumn(table, y)] as const)
    .find(([x, y]) => x !== undefined && y !== undefined)
  if (pixels === undefined)
    throw new InputError('missing-column', 'a star flat needs the pixels of the detections', {
      file,
      column: 'X_IMAGE, Y_IMAGE',
    })
  const [x, y] = pixels.map((column) => asFloat64(column!)!) as [Float64Array, Float64Array]
  const factor = x.map((column, row) => {
    const value = starFlatAt(own, column, y[row]!)
    return Number.isFinite(value) ? 10 ** (0.4 * value) : 1
  })
  return {
    ...table,
    columns: table.columns.map((column) => (FLUX.test(column.name) ? scaled(column, factor) : column)),
  }
}

function scaled(column: Column, factor: Float64Array): Column {
  const { width = 1, offsets } = column
  const values = asFloat64(column)
  if (values === undefined) return column
  const rowOf = offsets === undefined ? (i: number) => Math.floor(i / width) : rowsByOffsets(offsets)
  const { name, unit, doc, shape } = column
  const facts = {
    name,
    ...(unit === undefined ? {} : { unit }),
    ...(doc === undefined ? {} : { doc }),
    ...(shape === undefined ? {} : { shape }),
    ...(offsets === undefined ? (width === 1 ? {} : { width }) : { offsets }),
  }
  const changed = values.map((value, i) => value * factor[rowOf(i)]!)
  return column.type === 'f32'
    ? { ...facts, type: 'f32', values: Float32Array.from(changed) }
    : { ...facts, type: 'f64', values: changed }
}

/** Row of each element of a column whose rows differ in length. */
function rowsByOffsets(offsets: Uint32Array): (element: number) => number {
  const rows = new Uint32Array(offsets.at(-1) ?? 0)
  for (let row = 0; row + 1 < offsets.length; row++) rows.fill(row, offsets[row]!, offsets[row + 1]!)
  return (element) => rows[element]!
}
