import { DuckDBInstance } from '@duckdb/node-api'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { simulateExposure, workFiles } from '../../../src/simulate/index.js'
import { run, temporaryDirectory } from '../../cli/run.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'

const fixtures = resolve(import.meta.dirname, '../../fixtures/catalog')
const schema3 = join(fixtures, 'schema-3')
interface Expected {
  readonly ccds: Record<string, { readonly zeropoint: number; readonly zeropointErr: number }>
  readonly counts: {
    readonly stars: number
    readonly bpBeyond17: number
    readonly bpBeyond20: number
    readonly withoutBp: number
    readonly withoutMotion: number
  }
}
const expected = JSON.parse(readFileSync(join(fixtures, 'schema-3.expected.json'), 'utf8')) as Expected
const SKY = { order: 0, ranges: Float64Array.of(0, 12) }
const dir = temporaryDirectory()
const [work, schema4] = [join(dir, 'work'), join(dir, 'schema-4')]

beforeAll(async () => {
  const pointing = { raDeg: 45.3, decDeg: 0.05 }
  const densities = { densityPerSqDeg: 12_000, galaxiesPerSqDeg: 2500, spuriousPerSqDeg: 200 }
  const options = {
    expnum: 700_003,
    pointing,
    ccds: [22, 28, 35, 41],
    columns: 'slim',
    ...densities,
    padDeg: 0.02,
  } as const
  mkdirSync(work)
  for (const { name, bytes } of workFiles(simulateExposure(options, describeCatalogue('gaia_dr2'), seededRandom(4))))
    writeFileSync(join(work, name), bytes)
  const copied = await run(['catalog', 'copy', '--from', schema3, '--to', schema4, '--cone', '45.3,0.05,3', '--quiet'])
  expect(copied.err).toBe('')
})

async function zeropoints(catalog: string): Promise<Expected['ccds']> {
  const outdir = temporaryDirectory()
  const { exitCode } = await run([
    '--expnum',
    '700003',
    '--ccd',
    'all',
    '--catalog',
    catalog,
    '--workdir',
    work,
    '--outdir',
    outdir,
    '--quiet',
  ])
  expect(exitCode).toBe(0)
  const of = (ccd: string) => {
    const { ccds } = JSON.parse(readFileSync(join(outdir, `zeropoint_D00700003_${ccd}_r4p5.json`), 'utf8')) as {
      ccds: { zeropoint: number; zeropointErr: number }[]
    }
    return { zeropoint: ccds[0]!.zeropoint, zeropointErr: ccds[0]!.zeropointErr }
  }
  return Object.fromEntries(Object.keys(expected.ccds).map((ccd) => [ccd, of(ccd)]))
}

/** What DuckDB counts in the files of a store. */
async function counts(store: string): Promise<Expected['counts']> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const bp = 'phot_bp_mean_mag'
  const columns = [
    'count(*)',
    `count(*) filter (${bp} > 17)`,
    `count(*) filter (${bp} > 20)`,
    `count(*) filter (${bp} is null)`,
    'count(*) filter (pmra is null)',
  ]
  const [row] = (
    await connection.runAndReadAll(`select ${columns.join(', ')} from '${store}/gaia_dr2/dataset/*/*/*.parquet'`)
  ).getRows()
  connection.closeSync()
  const [stars, bpBeyond17, bpBeyond20, withoutBp, withoutMotion] = row!.map(Number)
  return {
    stars: stars!,
    bpBeyond17: bpBeyond17!,
    bpBeyond20: bpBeyond20!,
    withoutBp: withoutBp!,
    withoutMotion: withoutMotion!,
  }
}

describe('a store of schema 3, NaN in required columns', () => {
  test('gives the zeropoints that the program of its day found', async () => {
    const found = await zeropoints(schema3)
    for (const [ccd, { zeropoint, zeropointErr }] of Object.entries(expected.ccds)) {
      // The ends of a relation's colours are soft since, which moves one of these by 63 micromag, the others by 3.
      expect(Math.abs(found[ccd]!.zeropoint - zeropoint)).toBeLessThan(1e-4)
      expect(Math.abs(found[ccd]!.zeropointErr - zeropointErr)).toBeLessThan(1e-4)
    }
  })

  test('info says how it keeps what is missing; verify finds it sound', async () => {
    expect((await run(['catalog', 'info', schema3])).out).toContain('missing values: NaN (a store of schema 3)\n')
    expect(JSON.parse((await run(['catalog', 'info', schema3, '--json'])).out)).toMatchObject({ missingValues: 'NaN' })
    const verified = await run(['catalog', 'verify', schema3])
    expect([verified.exitCode, verified.out]).toEqual([0, expect.stringContaining('sound')])
  })

  test('query gives empty fields for what is missing', async () => {
    const { out } = await run([
      'catalog',
      'query',
      schema3,
      '--cone',
      '45.3,0.05,3',
      '--columns',
      'source_id,phot_bp_mean_mag,pmra',
    ])
    const lines = out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
    expect([
      lines.length,
      lines.filter(([, bp]) => bp === '').length,
      lines.filter(([, , pmra]) => pmra === '').length,
    ]).toEqual([expected.counts.stars, expected.counts.withoutBp, expected.counts.withoutMotion])
  })
})

describe('the same stars in a store of today', () => {
  test('copied: NULL for what is missing, the same stars, the same zeropoints', async () => {
    expect((await run(['catalog', 'info', schema4])).out).toContain('missing values: NULL\n')
    const [before, after] = [await (await openCatalog(schema3)).read(SKY), await (await openCatalog(schema4)).read(SKY)]
    expect(after).toEqual(before)
    expect(await zeropoints(schema4)).toEqual(await zeropoints(schema3))
  })

  test('DuckDB counts stars beyond a magnitude, and those without one, as they are', async () => {
    expect(await counts(schema4)).toEqual(expected.counts)
    // What it is for: NaN lies beyond every number.
    expect((await counts(schema3)).bpBeyond20).toBe(expected.counts.bpBeyond20 + expected.counts.withoutBp)
  })

  test('margin and _common_metadata have the same schema', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const schemaOf = async (path: string) =>
      (await connection.runAndReadAll(`select name, type, repetition_type from parquet_schema('${path}')`))
        .getRows()
        .slice(1)
    const first = await schemaOf(`${schema4}/gaia_dr2/dataset/_common_metadata`)
    expect(first.filter(([, , repetition]) => repetition === 'REQUIRED').map(([name]) => name)).toEqual([
      '_healpix_29',
      'source_id',
      'ra',
      'dec',
    ])
    for (const name of [
      'gaia_dr2_10arcs/dataset/_common_metadata',
      'gaia_dr2/dataset/Norder=0/Dir=0/Npix=5.parquet',
      'gaia_dr2_10arcs/dataset/Norder=0/Dir=0/Npix=5.parquet',
    ]) {
      expect(await schemaOf(`${schema4}/${name}`)).toEqual(first)
    }
    connection.closeSync()
  })

  test('a manifest of another schema is refused with what can be read', async () => {
    const other = join(dir, 'other')
    cpSync(schema4, other, { recursive: true })
    const path = join(other, 'gaia_dr2/manifest.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"schema":4', '"schema":5'))
    await expect(openCatalog(other)).rejects.toThrow(
      'the manifest is of another version of the store: build the store again (found 5, expected schema 3 or 4)',
    )
  })
})
