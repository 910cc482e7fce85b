import { InputError } from '../errors.js'
import type { ImageSize } from '../formats/fits/index.js'
import { asFloat64, findColumn, type Column, type Table } from '../table/columns.js'
import { refuseOtherSize, refuseOutside } from './check-star-flat.js'
import { starFlatAt, type StarFlat } from './star-flat.js'

/** What an image is, that a star flat has to be of. */
export interface FlattenedImage {
  readonly camera: string | undefined
  readonly band: string
  readonly filter: string | undefined
  readonly ccd: number
  /** Absent if nothing tells it. */
  readonly size?: ImageSize
  /** Last column of each amplifier but the last; absent if they are not known. */
  readonly amplifierColumns?: readonly number[]
}

/** Fluxes and their errors, but for what SExtractor calls so and is none. */
const FLUX = /^FLUX(?:ERR)?_(?!RADIUS|MAX|GROWTH)/

/**
 * A table of detections with its fluxes on the scale of the CCD's mean: flux x 10^(0.4 F), F what magnitudes have too
 * much at the detection's pixel.
 *
 * @param file of the detections, for messages
 * @throws InputError if the star flat is of another camera, band, filter, or has not the CCD, or contradicts the
 *   image's size; if the table has no pixels, or objects outside the star flat by more than a cell
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
  if (image.size !== undefined) refuseOtherSize(own, image.size, image.amplifierColumns, flat.file)
  const pixels = [['XWIN_IMAGE', 'YWIN_IMAGE'] as const, ['X_IMAGE', 'Y_IMAGE'] as const]
    .map(([x, y]) => [findColumn(table, x), findColumn(table, y)] as const)
    .find(([x, y]) => x !== undefined && y !== undefined)
  if (pixels === undefined)
    throw new InputError('missing-column', 'a star flat needs the pixels of the detections', {
      file,
      column: 'X_IMAGE, Y_IMAGE',
    })
  const [x, y] = pixels.map((column) => asFloat64(column!)!) as [Float64Array, Float64Array]
  refuseOutside(own, x, y, flat.file, file)
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
