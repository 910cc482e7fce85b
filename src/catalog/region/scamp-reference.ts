import { card } from '../../formats/fits/card-text.js'
import { writeFitsLdac } from '../../formats/fits/write-ldac.js'
import { indicesWhere } from '../../math/select.js'
import { tableOf, type Column } from '../../table/columns.js'
import type { Catalog } from '../catalog.js'
import { gatherDoubles } from '../gather.js'
import type { OptionalStarColumn, ReadStars } from '../stars.js'
import { readInPieces } from './region-pieces.js'
import type { SkyRegion } from './sky-region.js'

/** What is read of the catalogue for it. */
const SCAMP_COLUMNS: readonly OptionalStarColumn[] = ['magErr', 'pmRaCosDecMasYr', 'pmDecMasYr']

/**
 * Error of a position [deg]: 1 mas. Stores do not hold it; Gaia's is 0.01 to 0.5 mas down to G 20 (Lindegren et al.
 * 2021), and SCAMP needs one above 0.
 */
const POSITION_ERR_DEG = 1 / 3.6e6

/**
 * The stars of a catalogue as an astrometric reference that SCAMP reads (ASTREF_CATALOG FILE, ASTREFCAT_NAME): a
 * FITS_LDAC file with the columns that SCAMP 2.10 looks for by default. Proper motions that are missing are 0; stars
 * without a magnitude are left out.
 */
export async function scampReference(
  catalog: Catalog,
  region: SkyRegion,
): Promise<{ bytes: Uint8Array; rowCount: number }> {
  const columns = SCAMP_COLUMNS.filter((star) => catalog.columns.has(star))
  const parts: { one: ReadStars; rows: Uint32Array }[] = []
  for await (const one of readInPieces(catalog, region.cells, columns)) {
    const isWanted = (row: number) =>
      !Number.isNaN(one.mag[row]!) && (region.contains?.(one.raDeg[row]!, one.decDeg[row]!) ?? true)
    parts.push({ one, rows: indicesWhere(one.mag.length, isWanted) })
  }
  const rowCount = parts.reduce((total, { rows }) => total + rows.length, 0)
  const joined = (of: (one: ReadStars) => Float64Array | Float32Array | undefined): Float64Array => {
    const all = new Float64Array(rowCount)
    let at = 0
    for (const { one, rows } of parts) {
      const values = of(one)
      if (values !== undefined) all.set(gatherDoubles(values, rows), at)
      at += rows.length
    }
    return all
  }
  const known = (values: Float64Array): Float32Array =>
    Float32Array.from(values, (value) => (value > -Infinity ? value : 0))
  const constant = (value: number) => new Float32Array(rowCount).fill(value)
  const double = (name: string, values: Float64Array, unit: string): Column => ({ name, type: 'f64', values, unit })
  const float = (name: string, values: Float32Array, unit: string): Column => ({ name, type: 'f32', values, unit })
  const objects = tableOf([
    double(
      'X_WORLD',
      joined(({ raDeg }) => raDeg),
      'deg',
    ),
    double(
      'Y_WORLD',
      joined(({ decDeg }) => decDeg),
      'deg',
    ),
    float('ERRA_WORLD', constant(POSITION_ERR_DEG), 'deg'),
    float('ERRB_WORLD', constant(POSITION_ERR_DEG), 'deg'),
    float('ERRTHETA_WORLD', constant(0), 'deg'),
    float('MAG', known(joined(({ mag }) => mag)), 'mag'),
    float('MAGERR', known(joined(({ magErr }) => magErr)), 'mag'),
    float('PMALPHA_J2000', known(joined(({ pmRaCosDecMasYr }) => pmRaCosDecMasYr)), 'mas/yr'),
    float('PMDELTA_J2000', known(joined(({ pmDecMasYr }) => pmDecMasYr)), 'mas/yr'),
    double('OBSDATE', new Float64Array(rowCount).fill(catalog.description.epochYr), 'yr'),
  ])
  const imageCards = [
    card('SIMPLE', true),
    card('BITPIX', 8),
    card('NAXIS', 0),
    card('EQUINOX', 2000),
    card('RADESYS', 'ICRS'),
  ]
  return { bytes: writeFitsLdac({ imageCards, objects }), rowCount }
}
