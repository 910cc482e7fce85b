import { nested2ring, nestedIndices, queryDiscInclusive } from '../healpix/index.js'
import { MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import { gather, sortingOrder } from '../math/select.js'
import { tableOf, type Column, type Table } from '../table/columns.js'
import type { SimulatedExposure } from './exposure.js'
import type { GaiaRows } from './gaia.js'

/** Vega zeropoints of the mean fluxes [mag for 1 e/s] by release (Evans et al. 2018; Riello et al. 2021). */
const FLUX_ZEROPOINTS = {
  gaia_dr2: { g: 25.6884, bp: 25.3514, rp: 24.7619 },
  gaia_dr3: { g: 25.6874, bp: 25.3385, rp: 24.7479 },
} as const

const f32 = (name: string, values: Float64Array, unit?: string): Column => ({
  name,
  type: 'f32',
  values: Float32Array.from(values),
  ...(unit ? { unit } : {}),
})
const f64 = (name: string, values: Float64Array, unit?: string): Column => ({
  name,
  type: 'f64',
  values,
  ...(unit ? { unit } : {}),
})

/**
 * The rows as the archive's `gaia_source` table names and types them, ascending in source_id: fluxes with their errors,
 * magnitudes without. DR2's table has no RUWE.
 *
 * @param booleans how the form writes truth: `bool` in FITS, text in CSV
 */
export function gaiaSourceTable(stars: GaiaRows, release: string, booleans: 'bool' | 'text'): Table {
  const isDr2 = release === 'gaia_dr2'
  const zeropoints = FLUX_ZEROPOINTS[isDr2 ? 'gaia_dr2' : 'gaia_dr3']
  const n = stars.mag.length
  const photometry = (band: keyof typeof zeropoints, mag: Float64Array, magErr: Float64Array): Column[] => {
    const flux = mag.map((value) => 10 ** (-0.4 * (value - zeropoints[band])))
    const fluxOverError = magErr.map((error) => MAG_PER_RELATIVE_FLUX / error)
    return [
      f64(`phot_${band}_mean_flux`, flux, 'electron/s'),
      f64(
        `phot_${band}_mean_flux_error`,
        flux.map((value, i) => value / fluxOverError[i]!),
        'electron/s',
      ),
      f32(`phot_${band}_mean_flux_over_error`, fluxOverError),
      f32(`phot_${band}_mean_mag`, mag, 'mag'),
    ]
  }
  const duplicated: Column =
    booleans === 'bool'
      ? { name: 'duplicated_source', type: 'bool', values: new Uint8Array(n) }
      : { name: 'duplicated_source', type: 'string', values: new Array<string>(n).fill(isDr2 ? 'false' : 'False') }
  return tableOf(
    [
      { name: 'source_id', type: 'i64', values: stars.sourceId },
      f64('ref_epoch', new Float64Array(n).fill(stars.epochYr), 'yr'),
      f64('ra', stars.raDeg, 'deg'),
      f64('dec', stars.decDeg, 'deg'),
      f64('parallax', stars.parallaxMas, 'mas'),
      f64('pmra', stars.pmRaCosDecMasYr, 'mas/yr'),
      f64('pmdec', stars.pmDecMasYr, 'mas/yr'),
      ...(isDr2 ? [] : [f32('ruwe', stars.ruwe)]),
      duplicated,
      ...photometry('g', stars.mag, stars.magErr),
      ...photometry('bp', stars.bpMag, stars.bpMagErr),
      ...photometry('rp', stars.rpMag, stars.rpMagErr),
      f32('phot_bp_rp_excess_factor', stars.bpRpExcess),
      f32(
        'bp_rp',
        stars.bpMag.map((bp, i) => bp - stars.rpMag[i]!),
        'mag',
      ),
    ],
    n,
  )
}

/** Order of nside 32, and the radius round a CCD's centre within which the original's store must have a file [deg]. */
const STORE_ORDER = 5
const STORE_RADIUS_DEG = 0.25

/**
 * One file of the original's store: RING pixel of nside 32, four columns, ascending in right ascension; it may be
 * empty.
 */
interface StoreFile {
  readonly pixel: number
  readonly table: Table
}

/** The original's store of the catalogue: every pixel with a star, and every pixel that a CCD's disc reaches. */
export function originalStore({ stars, ccds }: Pick<SimulatedExposure, 'stars' | 'ccds'>): StoreFile[] {
  const byPixel = new Map<number, number[]>()
  for (const { centre } of ccds) {
    for (const pixel of queryDiscInclusive(STORE_ORDER, centre.raDeg, centre.decDeg, STORE_RADIUS_DEG))
      byPixel.set(pixel, [])
  }
  const rings = new Map<number, number>()
  nestedIndices(STORE_ORDER, stars.raDeg, stars.decDeg).forEach((nested, row) => {
    const pixel = rings.get(nested) ?? Number(nested2ring(STORE_ORDER, nested))
    rings.set(nested, pixel)
    const rows = byPixel.get(pixel)
    if (rows === undefined) byPixel.set(pixel, [row])
    else rows.push(row)
  })
  return [...byPixel]
    .sort(([a], [b]) => a - b)
    .map(([pixel, rows]) => {
      const order = sortingOrder(gather(stars.raDeg, rows))
      const sorted = Array.from(order, (k) => rows[k]!)
      return {
        pixel,
        table: tableOf([
          { name: 'SOURCE_ID', type: 'i64', values: BigInt64Array.from(sorted, (row) => stars.sourceId[row]!) },
          f64('RA', gather(stars.raDeg, sorted)),
          f64('DEC', gather(stars.decDeg, sorted)),
          f32('PHOT_G_MEAN_MAG', gather(stars.mag, sorted)),
        ]),
      }
    })
}

/** `GaiaOut089XX/GaiaOut08914.csv` */
export function storeFileName(pixel: number): string {
  return `GaiaOut${String(Math.floor(pixel / 100)).padStart(3, '0')}XX/GaiaOut${String(pixel).padStart(5, '0')}.csv`
}
