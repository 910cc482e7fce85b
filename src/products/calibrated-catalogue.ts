import { positionNames } from '../exposure/fullcat.js'
import { gather, sortingOrder } from '../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import { asFloat64, findColumn, tableOf, type Column, type Table } from '../table/columns.js'
import { NO_ZEROPOINT } from './zero.js'

/** A magnitude that could not be calibrated: difference imaging cuts on it and reads no flag. */
const NO_MAGNITUDE = -9999

/** The zeropoint that a CCD's objects get; null if they get none. */
export interface AppliedZeropoint {
  readonly expnum: number
  readonly ccd: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly flag: number
  /** The zeropoint at a place, if it is not the same all over the CCD. */
  readonly at?: (raDeg: number, decDeg: number) => number
}

/** Columns of the SExtractor catalogue that the calibrated one carries over, and their units if they tell none. */
const CARRIED = {
  NUMBER: '',
  FLUX_AUTO: 'count',
  FLUXERR_AUTO: 'count',
  FLUX_PSF: 'count',
  FLUXERR_PSF: 'count',
  SPREAD_MODEL: '',
  SPREADERR_MODEL: '',
  FWHM_WORLD: 'deg',
  FWHMPSF_IMAGE: 'pixel',
  FWHMPSF_WORLD: 'deg',
  CLASS_STAR: '',
  FLAGS: '',
  IMAFLAGS_ISO: '',
} as const

/** What the calibrated catalogue reads from the SExtractor catalogue; of these, absent ones end up blank. */
export const CARRIED_COLUMNS = Object.keys(CARRIED)

/** The calibrated catalogue's columns: the original's, in its order, which readers go by. */
export const CALIBRATED_COLUMNS: readonly string[] = [
  ...[
    'ID',
    'EXPNUM',
    'CCDNUM',
    'NUMBER',
    'ALPHAWIN_J2000',
    'DELTAWIN_J2000',
    'FLUX_AUTO',
    'FLUXERR_AUTO',
    'FLUX_PSF',
    'FLUXERR_PSF',
  ],
  ...[
    'MAG_AUTO',
    'MAGERR_AUTO',
    'MAG_PSF',
    'MAGERR_PSF',
    'SPREAD_MODEL',
    'SPREADERR_MODEL',
    'FWHM_WORLD',
    'FWHMPSF_IMAGE',
    'FWHMPSF_WORLD',
  ],
  ...['CLASS_STAR', 'FLAGS', 'IMAFLAGS_ISO', 'ZeroPoint', 'ZeroPoint_rms', 'ZeroPoint_FLAGS'],
]

type CarriedName = keyof typeof CARRIED

/**
 * What a calibrated catalogue takes over from a SExtractor catalogue as it is: rows by right ascension, those without
 * one last.
 */
export interface CarriedCatalogue {
  readonly rowCount: number
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly columns: Readonly<Record<CarriedName, Column>>
  /** Columns that the SExtractor catalogue lacks: they are NaN here and blank in the products. */
  readonly blank: readonly CarriedName[]
}

/**
 * Sorts what is carried over; integers stay integers of 32 or 64 bits if every row has one, doubles stay doubles, all
 * else is float32.
 */
export function carriedCatalogue(table: Table): CarriedCatalogue {
  const [raName, decName] = positionNames(table) ?? ['ALPHAWIN_J2000', 'DELTAWIN_J2000']
  const nothing = new Float64Array(table.rowCount).fill(NaN)
  const values = (name: string): ArrayLike<number> => {
    const column = findColumn(table, name)
    if (!isScalar(column)) return nothing
    return column.type === 'f32' ? column.values : (asFloat64(column) ?? nothing)
  }
  const ra = values(raName)
  const order = sortingOrder(ra)
  const carried = (name: CarriedName): Column => {
    const column = findColumn(table, name)
    const unit = unitOf(name, column)
    if (INTEGERS.has(name)) return { ...integers(name, column, gather(values(name), order), order), ...unit }
    if (column?.type === 'f64') return { name, type: 'f64', values: gather(values(name), order), ...unit }
    return { name, type: 'f32', values: gather(values(name), order, new Float32Array(order.length)), ...unit }
  }
  const names = CARRIED_COLUMNS as CarriedName[]
  return {
    rowCount: table.rowCount,
    raDeg: gather(ra, order),
    decDeg: gather(values(decName), order),
    columns: Object.fromEntries(names.map((name) => [name, carried(name)])) as Record<CarriedName, Column>,
    blank: names.filter((name) => !isScalar(findColumn(table, name))),
  }
}

/** A vector has no place in the calibrated catalogue, not even that of the chosen flux. */
const isScalar = (column: Column | undefined): column is Column =>
  column !== undefined && column.offsets === undefined && (column.width ?? 1) === 1

const INTEGERS: ReadonlySet<CarriedName> = new Set(['NUMBER', 'FLAGS', 'IMAFLAGS_ISO'])
/** The unit of the input's column; if it tells none, that of SExtractor. */
function unitOf(name: CarriedName, column: Column | undefined): { unit?: string } {
  const own = isScalar(column) ? column.unit : undefined
  const unit = own !== undefined && /^[ -~]+$/.test(own) ? own : CARRIED[name]
  return unit === '' ? {} : { unit }
}

/**
 * Whole numbers as 32-bit integers if they fit, else as 64-bit ones with all their digits; as doubles if one is missing
 * or is none.
 */
function integers(name: string, column: Column | undefined, sorted: Float64Array, order: Uint32Array): Column {
  if (sorted.every(isInt32)) return { name, type: 'i32', values: new Int32Array(sorted) }
  if (column?.type === 'i64' || column?.type === 'u64') {
    const { values, nullValue } = column
    const exact = Array.from(order, (row) => values[row]!)
    if (!exact.some((value) => value === nullValue)) {
      return exact.every((value) => value === BigInt.asIntN(64, value))
        ? { name, type: 'i64', values: BigInt64Array.from(exact) }
        : { name, type: 'u64', values: BigUint64Array.from(exact) }
    }
  }
  if (!sorted.every(Number.isSafeInteger)) return { name, type: 'f64', values: sorted }
  return { name, type: 'i64', values: BigInt64Array.from(sorted, (value) => BigInt(value)) }
}

/** The same for values in the order of their column. */
export const wholeNumbers = (name: string, column: Column | undefined, values: Float64Array): Column =>
  integers(name, column, values, Uint32Array.from(values.keys()))

const isInt32 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 31

/**
 * Magnitudes of fluxes in float32, and their errors: `NO_MAGNITUDE` if the flux is not positive or there is no
 * zeropoint, NaN if there is no flux column.
 */
export function calibratedMagnitudes(
  flux: ArrayLike<number>,
  fluxErr: ArrayLike<number>,
  zeropoint: number | null | ArrayLike<number>,
  absent: boolean,
): { readonly mag: Float32Array; readonly magErr: Float32Array } {
  const mag = new Float32Array(flux.length).fill(absent ? NaN : NO_MAGNITUDE)
  const magErr = mag.slice()
  if (absent || zeropoint === null) return { mag, magErr }
  for (let i = 0; i < flux.length; i++) {
    const f = flux[i]!
    if (!(f > 0 && f < Infinity)) continue
    mag[i] = -2.5 * Math.log10(f) + (typeof zeropoint === 'number' ? zeropoint : zeropoint[i]!)
    if (Number.isFinite(fluxErr[i]!)) magErr[i] = (MAG_PER_RELATIVE_FLUX * fluxErr[i]!) / f
  }
  return { mag, magErr }
}

/** To a micromagnitude. */
export const micromag = (value: number): number => Math.round(value * 1e6) / 1e6

/** The zeropoint as the catalogue's columns hold it: the original's sign, to a micromagnitude, and its error. */
export function zeropointColumns({ zeropoint, zeropointErr }: AppliedZeropoint): {
  readonly zeropoint: number
  readonly zeropointErr: number
} {
  if (zeropoint === null) return { zeropoint: NO_ZEROPOINT, zeropointErr: NO_ZEROPOINT }
  return { zeropoint: micromag(-zeropoint), zeropointErr: micromag(zeropointErr ?? NO_ZEROPOINT) }
}

/**
 * The calibrated catalogue of one CCD, exactly the original's 25 columns in its order, rows by right ascension, ID =
 * 1..n.
 *
 * MAG_x = -2.5 log10(FLUX_x) + zeropoint in float32 if the flux is positive, else -9999; ZeroPoint with the
 * original's sign.
 */
export function calibratedCatalogue(carried: CarriedCatalogue, applied: AppliedZeropoint): Table {
  const { rowCount: n, columns, blank } = carried
  const f64 = (name: string, values: Float64Array, unit: string): Column => ({ name, type: 'f64', values, unit })
  const i32 = (name: string, values: Int32Array): Column => ({ name, type: 'i32', values })
  const numbers = (name: CarriedName) => columns[name].values as ArrayLike<number>
  const magnitudes = (kind: 'AUTO' | 'PSF'): [Column, Column] => {
    const absent = blank.includes(`FLUX_${kind}`)
    const { mag, magErr } = calibratedMagnitudes(
      numbers(`FLUX_${kind}`),
      numbers(`FLUXERR_${kind}`),
      applied.zeropoint,
      absent,
    )
    return [
      { name: `MAG_${kind}`, type: 'f32', values: mag, unit: 'mag' },
      { name: `MAGERR_${kind}`, type: 'f32', values: magErr, unit: 'mag' },
    ]
  }
  const { zeropoint, zeropointErr } = zeropointColumns(applied)
  return tableOf([
    i32(
      'ID',
      new Int32Array(n).map((_, i) => i + 1),
    ),
    i32('EXPNUM', new Int32Array(n).fill(applied.expnum)),
    i32('CCDNUM', new Int32Array(n).fill(applied.ccd)),
    columns.NUMBER,
    f64('ALPHAWIN_J2000', carried.raDeg, 'deg'),
    f64('DELTAWIN_J2000', carried.decDeg, 'deg'),
    columns.FLUX_AUTO,
    columns.FLUXERR_AUTO,
    columns.FLUX_PSF,
    columns.FLUXERR_PSF,
    ...magnitudes('AUTO'),
    ...magnitudes('PSF'),
    columns.SPREAD_MODEL,
    columns.SPREADERR_MODEL,
    columns.FWHM_WORLD,
    columns.FWHMPSF_IMAGE,
    columns.FWHMPSF_WORLD,
    columns.CLASS_STAR,
    columns.FLAGS,
    columns.IMAFLAGS_ISO,
    f64('ZeroPoint', new Float64Array(n).fill(zeropoint), 'mag'),
    f64('ZeroPoint_rms', new Float64Array(n).fill(zeropointErr), 'mag'),
    i32('ZeroPoint_FLAGS', new Int32Array(n).fill(applied.flag)),
  ])
}

/**
 * FITS form of the calibrated catalogue: 32-bit integers (64-bit ones if a number needs them), every other column as
 * double, as its readers expect.
 */
export const FITS_FORM = { doubles: true } as const
