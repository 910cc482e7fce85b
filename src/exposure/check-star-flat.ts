import { InputError } from '../errors.js'
import type { StarFlatCcd } from './star-flat.js'

/**
 * No star flat has more at a place, or of an amplifier [mag]: it is what a flat field has left, as a rule hundredths
 * (mapped by dithered fields for MegaCam: Regnault et al. 2009, A&A 506, 999). A factor of 1.6 is a wrong number.
 */
const MAX_FLAT_MAG = 0.5
/**
 * The mean over a CCD is 0 within this [mag]. Cells are written as 32-bit floats: of 0.5 mag that rounds by 3e-8 at
 * most, and the mean by no more.
 */
const MEAN_TOLERANCE_MAG = 1e-6
/** No CCD has more pixels along a side: the largest have 10,560 (STA1600). */
const MAX_SIDE_PIXELS = 20_000
/** Centres of objects that an edge cuts lie beyond it by a few pixels at most. */
const EDGE_PIXELS = 16

/** Columns and rows of an image [pixel]. */
interface Size {
  readonly columns: number
  readonly rows: number
}

const damaged = (
  file: string,
  row: { readonly row: number } | { readonly ccd: number },
  column: string,
  found: string | number,
  expected: string,
): InputError => {
  const of = 'ccd' in row ? `the star flat of CCD ${row.ccd} is damaged` : 'the star flat is damaged'
  return new InputError('damaged-star-flat', of, {
    ...{ file, column, found, expected },
    ...('row' in row ? { row: row.row } : {}),
  })
}

/**
 * Refuses a star flat that no tie writes.
 *
 * @throws InputError `damaged-star-flat` with the row and column
 */
export function checkStarFlat(ccds: readonly StarFlatCcd[], file: string): void {
  if (ccds.length === 0)
    throw new InputError('damaged-star-flat', 'the star flat is empty', {
      file,
      found: '0 rows',
      expected: '1 or more',
    })
  ccds.forEach((own, k) => {
    const fault = faultOf(own) ?? numberFault(own.ccd, ccds.slice(0, k))
    if (fault !== undefined) throw damaged(file, { row: k + 1 }, ...fault)
  })
}

type Fault = readonly [column: string, found: string | number, expected: string]

function numberFault(ccd: number, before: readonly StarFlatCcd[]): Fault | undefined {
  if (!Number.isInteger(ccd)) return ['CCD', ccd, 'a whole number']
  const other = before.findIndex((one) => one.ccd === ccd)
  return other < 0 ? undefined : ['CCD', `CCD ${ccd}, also in row ${other + 1}`, 'each CCD in one row']
}

const faultOf = (own: StarFlatCcd): Fault | undefined => placeFault(own) ?? mapFault(own) ?? amplifierFault(own)

function placeFault({ left, bottom, width, height }: StarFlatCcd): Fault | undefined {
  const sides = [['WIDTH', width] as const, ['HEIGHT', height] as const]
  for (const [name, side] of sides)
    if (!(side > 0 && side <= MAX_SIDE_PIXELS)) return [name, side, `above 0, at most ${MAX_SIDE_PIXELS} pixels`]
  const corners = [['X_FIRST', left] as const, ['Y_FIRST', bottom] as const]
  for (const [name, at] of corners)
    if (!(at >= -EDGE_PIXELS && at <= MAX_SIDE_PIXELS)) return [name, at, `from ${-EDGE_PIXELS} to ${MAX_SIDE_PIXELS}`]
  return undefined
}

function mapFault({ columns, map, mapErr }: StarFlatCcd): Fault | undefined {
  const cell = (k: number, value: number) => `${value} in cell (${(k % columns) + 1}, ${Math.floor(k / columns) + 1})`
  const large = map.findIndex((value) => !isFlatMag(value))
  if (large >= 0) return ['MAP', cell(large, map[large]!), WITHIN]
  const negative = mapErr.findIndex((err) => !(err >= 0 && err < Infinity))
  if (negative >= 0) return ['MAP_ERR', cell(negative, mapErr[negative]!), 'errors of 0 or more']
  const mean = map.reduce((sum, value) => sum + value, 0) / map.length
  return Math.abs(mean) <= MEAN_TOLERANCE_MAG ? undefined : ['MAP', `mean ${mean.toPrecision(3)}`, MEAN_0]
}

function amplifierFault({ left, width, amplifiers }: StarFlatCcd): Fault | undefined {
  if (amplifiers === undefined) return undefined
  const { column, a, b, err } = amplifiers
  const values = [
    ['AMP_COLUMN', column] as const,
    ['AMP_A', a] as const,
    ['AMP_B', b] as const,
    ['AMP_ERR', err] as const,
  ]
  const lone = values.find(([, value]) => !Number.isFinite(value))
  if (lone !== undefined) return [...lone, 'AMP_COLUMN, AMP_A, AMP_B, AMP_ERR all numbers, or all NaN']
  if (!(Number.isInteger(column) && column > left && column < left + width))
    return ['AMP_COLUMN', column, `a whole number inside ${left} to ${left + width}, X_FIRST to X_FIRST + WIDTH`]
  for (const [name, value] of values.slice(1, 3)) if (!isFlatMag(value)) return [name, value, WITHIN]
  if (err < 0) return ['AMP_ERR', err, 'an error of 0 or more']
  const share = (left + width - column) / width
  const mean = a * (1 - share) + b * share
  const isBalanced = Math.abs(mean) <= MEAN_TOLERANCE_MAG
  return isBalanced ? undefined : ['AMP_A, AMP_B', `mean by area ${mean.toPrecision(3)}`, MEAN_0]
}

const isFlatMag = (value: number): boolean => Math.abs(value) <= MAX_FLAT_MAG
const WITHIN = `magnitudes within ${MAX_FLAT_MAG}`
const MEAN_0 = `0 within ${MEAN_TOLERANCE_MAG} mag: the mean belongs to the zeropoint`

/**
 * Refuses a CCD's star flat that is larger than the image, or whose amplifiers meet elsewhere than the camera's.
 *
 * @param amplifierColumns last columns of the amplifiers in such an image, if they are known
 * @throws InputError `damaged-star-flat`
 */
export function refuseOtherSize(
  { ccd, left, bottom, width, height, amplifiers }: StarFlatCcd,
  { columns, rows }: Size,
  amplifierColumns: readonly number[] | undefined,
  file: string,
): void {
  const axes = [
    ['X_FIRST, WIDTH', left, left + width, columns] as const,
    ['Y_FIRST, HEIGHT', bottom, bottom + height, rows] as const,
  ]
  for (const [column, first, last, size] of axes)
    if (first < 0.5 - EDGE_PIXELS || last > size + 0.5 + EDGE_PIXELS)
      throw damaged(
        file,
        { ccd },
        column,
        `pixels ${first} to ${last}`,
        `those of an image of ${columns} x ${rows} pixels`,
      )
  const [border] = amplifierColumns ?? []
  if (amplifiers !== undefined && border !== undefined && !amplifierColumns!.includes(amplifiers.column))
    throw damaged(file, { ccd }, 'AMP_COLUMN', amplifiers.column, `${border}, where the camera's amplifiers meet`)
}

/**
 * Refuses objects outside a star flat by more than one of its cells.
 *
 * @param image file of the objects, for the message
 * @throws InputError `damaged-star-flat`
 */
export function refuseOutside(
  { ccd, left, bottom, width, height, columns, lines }: StarFlatCcd,
  x: Float64Array,
  y: Float64Array,
  file: string,
  image: string,
): void {
  const axes = [
    ['X_FIRST, WIDTH', x, left, width, width / columns] as const,
    ['Y_FIRST, HEIGHT', y, bottom, height, height / lines] as const,
  ]
  for (const [column, places, first, extent, cell] of axes) {
    const row = places.findIndex((at) => at < first - cell || at > first + extent + cell)
    if (row < 0) continue
    const expected = `an object at most one cell (${cell.toFixed(1)} pixels) outside ${first} to ${first + extent}`
    throw damaged(file, { ccd }, column, `${places[row]!} in row ${row + 1} of ${image}`, expected)
  }
}
