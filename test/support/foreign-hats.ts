import { mkdirSync, readFileSync, rmSync, writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { ang2pix } from '../../src/healpix/index.js'
import type { ArchiveRow } from '../catalog/simulated-rows.js'

/** How the files of a foreign catalogue are to look. */
export interface ForeignOptions {
  /** Order of the HEALPix column; undefined for none. */
  readonly keyOrder?: number | undefined
  readonly keyName?: string
  readonly order?: number
  readonly copy?: string
  readonly suffix?: string
  /** Columns that nobody reads: with the others there are 152 by default. */
  readonly fillers?: number
}

/**
 * Columns beside those that are read, to the 152 of the public Gaia DR3: text, truth values, times, and numbers with
 * few values and with many.
 */
const FILLERS = Array.from({ length: 152 - 11 }, (_, i) => {
  const kind = i % 5
  if (kind === 0) return `(i % ${i + 2})::integer as filler_${i}`
  if (kind === 1) return `(random() * ${i + 1})::double as filler_${i}`
  if (kind === 2) return `case when i % 3 = 0 then null else 'class ' || (i % 7) end as filler_${i}`
  if (kind === 3) return `(i % 2 = 0) as filler_${i}`
  return `case when i % 4 = 0 then null else (i / ${i + 1}.0)::float end as filler_${i}`
})

/**
 * The files of a HATS catalogue in the layout of the public Gaia DR3: 152 nullable columns, ZSTD, one row group a file,
 * no page index, dictionaries where the writer likes them. Written by DuckDB; partitions are the cells of one order.
 */
export async function foreignHats(
  rows: readonly ArchiveRow[],
  options: ForeignOptions = {},
): Promise<Map<string, Uint8Array>> {
  const {
    keyOrder = 29,
    keyName = '_healpix_29',
    order = 0,
    copy = "compression 'zstd', row_group_size 1000000",
    suffix = '.parquet',
    fillers = FILLERS.length,
  } = options
  const folder = mkdtempSync(join(tmpdir(), 'bliss-foreign-hats-'))
  const files = new Map<string, Uint8Array>()
  try {
    const csv = join(folder, 'rows.csv')
    const key = rows.map(({ ra, dec }) => ang2pix(29, ra, dec))
    const lines = rows.map(({ id, ra, dec, g, bp, pmra }, i) =>
      [i, key[i], id, ra, dec, g, Number.isNaN(bp) ? '' : bp, pmra, key[i]! >> BigInt(58 - 2 * order)].join(','),
    )
    writeFileSync(csv, ['i,key,id,ra,dec,g,bp,pmra,cell', ...lines].join('\n'))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(
      `create table t as select * from read_csv('${csv}', types = {'i': 'bigint', 'key': 'bigint', 'id': ` +
        `'bigint', 'g': 'float', 'bp': 'float', 'pmra': 'double', 'ra': 'double', 'dec': 'double', 'cell': 'bigint'})`,
    )
    const columns = [
      ...(options.keyOrder === undefined && 'keyOrder' in options
        ? []
        : [`(key // ${4n ** BigInt(29 - keyOrder)})::bigint as "${keyName}"`]),
      'id as source_id',
      'ra',
      'dec',
      'g as phot_g_mean_mag',
      'bp as phot_bp_mean_mag',
      // The archive has fluxes over their errors, and no errors of magnitudes.
      '(100 + i % 50)::float as phot_g_mean_flux_over_error',
      'pmra',
      '2016.0::double as ref_epoch',
      "'Gaia DR3 ' || id as designation",
      ...FILLERS.slice(0, fillers),
    ]
    const cells = [...new Set(key.map((value) => Number(value >> BigInt(58 - 2 * order))))].sort((a, b) => a - b)
    for (const cell of cells) {
      const path = `dataset/Norder=${order}/Dir=${Math.floor(cell / 10_000) * 10_000}/Npix=${cell}${
        suffix === '/' ? '/part0.parquet' : suffix
      }`
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      await connection.run(
        `copy (select ${columns.join(', ')} from t where cell = ${cell} order ` +
          `by key) to '${file}' (format parquet, ${copy})`,
      )
      files.set(path, new Uint8Array(readFileSync(file)))
    }
    const properties = [
      '#HATS catalog',
      'obs_collection=gaia',
      'obs_title = Gaia\\ DR3\\u0020source',
      'dataproduct_type:object',
      `hats_nrows=${rows.length}`,
      'hats_col_ra=ra',
      'hats_col_dec=dec',
      ...(keyName === '_healpix_29' ? [] : [`hats_col_healpix=${keyName}`]),
      ...(keyOrder === 29 ? [] : [`hats_col_healpix_order=${keyOrder}`]),
      `hats_npix_suffix=${suffix}`,
      'hats_version=v1.0',
    ]
    files.set('hats.properties', new TextEncoder().encode(properties.join('\n')))
    files.set(
      'partition_info.csv',
      new TextEncoder().encode(['Norder,Npix', ...cells.map((cell) => `${order},${cell}`)].join('\n')),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return files
}
