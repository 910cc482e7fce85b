import { parquetMetadata } from 'hyparquet'
import { expect, test } from 'vitest'
import { Findings } from '../../../src/catalog/verify/findings.js'
import { verifyRows } from '../../../src/catalog/verify/rows.js'
import type { RowRules } from '../../../src/catalog/verify/row-group.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { encodeFooter } from '../../../src/formats/parquet/finish-footer.js'
import { openParquet } from '../../../src/formats/parquet/index.js'
import { buildInMemory, tools } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../simulated-rows.js'

const RULES: RowRules = {
  columns: {
    key: { name: '_healpix_29', order: 29 },
    raDeg: 'ra',
    decDeg: 'dec',
    sourceId: 'source_id',
    others: ['phot_g_mean_mag', 'phot_bp_mean_mag', 'pmra'],
  },
  place: 'inside',
  exactCells: true,
  missingValues: 'NULL',
}

test(
  'a store counts what is missing; a count that is not that of the ' + 'rows is found, by file, row group and column',
  async () => {
    const { store } = await buildInMemory([memoryInput('archive.csv', archiveCsv(archiveRows(400, 2)))])
    const [path, bytes] = [...store].find(([name]) => name.endsWith('.parquet'))!
    const cell = Number(/Npix=(\d+)/.exec(path)![1])
    const found = async (content: Uint8Array, rules = RULES) => {
      const findings = new Findings()
      await verifyRows(await openParquet(memorySource(path, content)), { order: 0, cell, path }, rules, tools, findings)
      return findings.named
    }
    expect(await found(bytes)).toEqual([])
    const metadata = parquetMetadata(Uint8Array.from(bytes).buffer)
    const group = metadata.row_groups[0]!
    const columns = group.columns.map((chunk) => {
      const meta = chunk.meta_data!
      return meta.path_in_schema[0] === 'phot_bp_mean_mag'
        ? { ...chunk, meta_data: { ...meta, statistics: { null_count: 0n } } }
        : chunk
    })
    const footer = await encodeFooter({
      ...metadata,
      row_groups: [{ ...group, columns }, ...metadata.row_groups.slice(1)],
    })
    const spoilt = Buffer.concat([bytes.subarray(0, bytes.byteLength - 8 - metadata.metadata_length), footer])
    expect(await found(spoilt)).toMatchObject([
      {
        check: 'rows',
        tag: 'wrong-null-count',
        file: path,
        rowGroup: 0,
        column: 'phot_bp_mean_mag',
        expected: '0 that are NULL',
      },
    ])
    expect(await found(spoilt, { ...RULES, missingValues: 'NaN' })).toEqual([])
  },
)
