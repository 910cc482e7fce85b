import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { memorySource } from '../../src/formats/bytes.js'
import { catalogTools } from '../../src/node/store/catalog-files.js'
import { readParquet, writeParquet } from '../../src/formats/parquet/index.js'
import type { MatchColumns } from '../../src/photometry/matches.js'
import { matchColumns, matchTable, OPTIONAL_MATCH_COLUMNS } from '../../src/products/matches.js'

/** Three stars; of the second there is no colour, so that it has no standard magnitude. */
function matches(): MatchColumns {
  const plain = () => Float64Array.of(1, 2, 3)
  const gap = () => Float64Array.of(0.5, NaN, -0.5)
  return {
    ...{ number: plain(), raDeg: plain(), decDeg: plain(), xImage: plain(), yImage: plain(), starRaDeg: plain() },
    ...{ starDecDeg: plain(), separationArcsec: plain(), instMag: plain(), instMagErr: plain() },
    ...{ matchProbability: plain(), weight: plain(), sourceId: BigInt64Array.of(7n, 8n, 9n) },
    ...{ catalogMag: gap(), refMag: gap(), refMagErr: gap(), colour: gap(), inlierPrior: gap(), residual: gap() },
    ...{ colourErr: gap(), colourRefCovariance: gap() },
    fate: ['used', 'noColour', 'outlier'] as MatchColumns['fate'],
  }
}

test('another reader counts what is missing as missing, and our own reads it back', async () => {
  const bytes = await writeParquet(matchTable(12, matches()), OPTIONAL_MATCH_COLUMNS)
  const file = join(mkdtempSync(join(tmpdir(), 'bliss-matches-')), 'matches.parquet')
  writeFileSync(file, bytes)
  const connection = await (await DuckDBInstance.create()).connect()
  for (const column of OPTIONAL_MATCH_COLUMNS) {
    const answer = await connection.runAndReadAll(
      `select count(${column}), count(*) filter (${column} > -9), max(${column}) from '${file}'`,
    )
    expect([column, ...answer.getRows()[0]!]).toEqual([column, 2n, 2n, 0.5])
  }
  const read = await readParquet(memorySource('matches.parquet', bytes), catalogTools)
  expect(matchColumns(read, 12, 'matches.parquet')).toEqual(matches())
})

test('without a colour term there are no columns of one', async () => {
  const { colourErr: _, colourRefCovariance: __, ...plain } = matches()
  const table = matchTable(12, plain)
  expect(table.columns.map(({ name }) => name)).not.toContain('colour_err')
  const bytes = await writeParquet(table, OPTIONAL_MATCH_COLUMNS)
  const read = await readParquet(memorySource('matches.parquet', bytes), catalogTools)
  expect(matchColumns(read, 12, 'matches.parquet')).toEqual(plain)
})
