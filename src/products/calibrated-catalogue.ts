import { positionNames } from '../exposure/fullcat.js'
import { gather, sortingOrder } from '../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import { asFloat64, findColumn, tableOf, type Column, type Table } from '../table/columns.js'
import { NO_ZEROPOINT } from './zero.js'

/** A magnitude that could not be calibrated: difference imaging cuts on it and reads no flag. */
export const NO_MAGNITUDE = -9999

/** The zeropoint that a CCD's objects get; null where they get none. */
export interface AppliedZeropoint {
  readonly expnum: number
  readonly ccd: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly flag: number
}

/** Columns of the SExtractor catalogue that the calibrated one carries over, and their units. */
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

/** Columns that are absent from a SExtractor catalogue and so are blank in the calibrated one. */
export function blankColumns(table: Table): string[] {
  return CARRIED_COLUMNS.filter((name) => !findColumn(table, name))
}

/**
 * The calibrated catalogue of one CCD, exactly the original's 25 columns in its order, rows by right ascension, ID = 1..n.
 *
 * MAG_x = -2.5 log10(FLUX_x) + zeropoint in float32 where the flux is positive, else -9999; ZeroPoint with the original's sign.
 */
export function calibratedCatalogue(table: Table, applied: AppliedZeropoint): Table {
  const [raName, decName] = positionNames(table) ?? ['ALPHAWIN_J2000', 'DELTAWIN_J2000']
  const n = table.rowCount
  const blank = new Float64Array(n).fill(NaN)
  const values = (name: string): Float64Array => {
    const column = findColumn(table, name)
    return (column && (column.width ?? 1) === 1 ? asFloat64(column) : undefined) ?? blank
  }
  const order = sortingOrder(values(raName))
  const sorted = (name: string) => gather(values(name), order)
  const known = applied.zeropoint !== null
  const constant = (value: number) => new Float64Array(n).fill(value)
  const f64 = (name: string, column: Float64Array, unit = ''): Column => ({ name, type: 'f64', values: column, ...(unit ? { unit } : {}) })
  const f32 = (name: string, column: Float64Array, unit = ''): Column => ({ name, type: 'f32', values: Float32Array.from(column), ...(unit ? { unit } : {}) })
  const i32 = (name: string, column: Float64Array): Column =>
    column.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31) ? { name, type: 'i32', values: Int32Array.from(column) } : f64(name, column)
  const carried = (name: keyof typeof CARRIED): Column => {
    const column = sorted(name)
    return findColumn(table, name)?.type === 'f64' ? f64(name, column, CARRIED[name]) : f32(name, column, CARRIED[name])
  }
  const magnitudes = (kind: 'AUTO' | 'PSF'): [Column, Column] => {
    const flux = sorted(`FLUX_${kind}`)
    const fluxErr = sorted(`FLUXERR_${kind}`)
    const absent = !findColumn(table, `FLUX_${kind}`)
    const positive = (f: number) => known && f > 0 && f < Infinity
    const mag = flux.map((f) => (absent ? NaN : positive(f) ? -2.5 * Math.log10(f) + applied.zeropoint! : NO_MAGNITUDE))
    const magErr = flux.map((f, i) => (absent ? NaN : positive(f) && Number.isFinite(fluxErr[i]!) ? (MAG_PER_RELATIVE_FLUX * fluxErr[i]!) / f : NO_MAGNITUDE))
    return [f32(`MAG_${kind}`, mag, 'mag'), f32(`MAGERR_${kind}`, magErr, 'mag')]
  }
  const micromag = (value: number) => Math.round(value * 1e6) / 1e6
  return tableOf([
    { name: 'ID', type: 'i32', values: Int32Array.from({ length: n }, (_, i) => i + 1) },
    { name: 'EXPNUM', type: 'i32', values: new Int32Array(n).fill(applied.expnum) },
    { name: 'CCDNUM', type: 'i32', values: new Int32Array(n).fill(applied.ccd) },
    i32('NUMBER', sorted('NUMBER')),
    f64('ALPHAWIN_J2000', sorted(raName), 'deg'),
    f64('DELTAWIN_J2000', sorted(decName), 'deg'),
    carried('FLUX_AUTO'),
    carried('FLUXERR_AUTO'),
    carried('FLUX_PSF'),
    carried('FLUXERR_PSF'),
    ...magnitudes('AUTO'),
    ...magnitudes('PSF'),
    carried('SPREAD_MODEL'),
    carried('SPREADERR_MODEL'),
    carried('FWHM_WORLD'),
    carried('FWHMPSF_IMAGE'),
    carried('FWHMPSF_WORLD'),
    carried('CLASS_STAR'),
    i32('FLAGS', sorted('FLAGS')),
    i32('IMAFLAGS_ISO', sorted('IMAFLAGS_ISO')),
    f64('ZeroPoint', constant(known ? micromag(-applied.zeropoint!) : NO_ZEROPOINT), 'mag'),
    f64('ZeroPoint_rms', constant(known ? micromag(applied.zeropointErr ?? NO_ZEROPOINT) : NO_ZEROPOINT), 'mag'),
    { name: 'ZeroPoint_FLAGS', type: 'i32', values: new Int32Array(n).fill(applied.flag) },
  ])
}

/** The catalogues of an exposure's CCDs as one, by right ascension, ID counted anew. */
export function combinedCatalogue(catalogues: readonly Table[]): Table {
  const first = catalogues[0]
  if (first === undefined) return tableOf([])
  const joined = first.columns.map((column): Column => {
    const parts = catalogues.map((catalogue) => findColumn(catalogue, column.name)!)
    const all = Float64Array.from(parts.flatMap((part) => Array.from(asFloat64(part)!)))
    const type = parts.every((part) => part.type === column.type) ? column.type : 'f64'
    const values = { i32: () => Int32Array.from(all), f32: () => Float32Array.from(all), f64: () => all }
    return { ...column, type, values: values[type as 'i32' | 'f32' | 'f64']() } as Column
  })
  const order = sortingOrder(asFloat64(joined.find((column) => column.name === 'ALPHAWIN_J2000')!)!)
  return tableOf(
    joined.map((column): Column => {
      const reordered = column.name === 'ID' ? order.map((_, i) => i + 1) : gather(asFloat64(column)!, order)
      if (column.type === 'i32') return { ...column, values: Int32Array.from(reordered) }
      if (column.type === 'f32') return { ...column, values: Float32Array.from(reordered) }
      return { ...column, values: Float64Array.from(reordered) } as Column
    }),
  )
}

/** FITS form of the calibrated catalogue: 32-bit integers, every other column as double, as its readers expect. */
export function fitsForm(catalogue: Table): Table {
  return tableOf(catalogue.columns.map((column): Column => (column.type === 'i32' ? column : { ...column, type: 'f64', values: asFloat64(column)! } as Column)))
}
