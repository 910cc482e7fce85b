import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { memorySource, type ByteSource } from '../../../src/formats/bytes.js'
import { openFitsSource, readFitsHeaders, readFitsTable } from '../../../src/formats/fits/index.js'
import type { Column } from '../../../src/table/columns.js'
import { fixtures, hasAstropy, refusal, shared } from './sample.js'

const unpack = (bytes: Uint8Array) => gunzipSync(bytes)

const real = join(shared, 'real')
const golden = join(shared, 'golden')

interface ProbedColumn {
  readonly name: string
  readonly n: number
  readonly nfinite?: number
  readonly min?: number | null
  readonly max?: number | null
  readonly sum?: number
  readonly text?: string[]
}
interface ProbedHdu {
  readonly name?: string
  readonly type?: string
  readonly nrows?: number
  readonly columns?: ProbedColumn[] | null
}
interface ProbedFile {
  readonly astropy?: ProbedHdu[]
}

const open = (path: string): Promise<ByteSource> =>
  openFitsSource(memorySource(path, new Uint8Array(readFileSync(path))), unpack)

function statistics(column: Column): {
  n: number
  nfinite: number
  min: number | null
  max: number | null
  sum: number
  total: number
} {
  const all = Array.from(column.values as ArrayLike<number | bigint>, Number)
  const finite = all.filter(Number.isFinite)
  const sum = finite.reduce((a, b) => a + b, 0)
  const total = finite.reduce((a, b) => a + Math.abs(b), 0)
  const least = finite.reduce((a, b) => Math.min(a, b), Infinity)
  const most = finite.reduce((a, b) => Math.max(a, b), -Infinity)
  return {
    n: all.length,
    nfinite: finite.length,
    min: finite.length === 0 ? null : least,
    max: finite.length === 0 ? null : most,
    sum,
    total,
  }
}

function compare(column: Column, probed: ProbedColumn, label: string): void {
  expect(column.values.length, `${label} elements`).toBe(probed.n)
  if (column.type === 'string') {
    if (probed.text !== undefined) expect(column.values.slice(0, 20), label).toEqual(probed.text)
    return
  }
  const { sum, total, ...exact } = statistics(column)
  expect(exact, label).toEqual({ n: probed.n, nfinite: probed.nfinite, min: probed.min, max: probed.max })
  // Both add in double precision, in another order.
  expect(Math.abs(sum - probed.sum!), `${label} sum`).toBeLessThanOrEqual(1e-12 * total)
}

/** The one file whose nulls astropy gives as 0 and we as NaN: TNULL of an ASCII table, one in each column. */
const NULLS_AS_ZERO = 'astropy_ascii.fits'

describe.each(['fits', 'catalogues'])('real/%s read as astropy reads them', (folder) => {
  const probe = join(real, 'expected', `${folder}_probe.json`)
  const files = existsSync(probe) ? (JSON.parse(readFileSync(probe, 'utf8')) as Record<string, ProbedFile>) : {}
  test.skipIf(!existsSync(probe))('the probe lists every file', () => {
    expect(
      readdirSync(join(real, folder))
        .filter((name) => name !== 'PROVENANCE.md')
        .sort(),
    ).toEqual(Object.keys(files).sort())
  })
  for (const [file, { astropy }] of Object.entries(files)) {
    test(file, async () => {
      const source = await open(join(real, folder, file))
      if (astropy === undefined) {
        expect((await refusal(readFitsHeaders(source))).tag).toBe('fits-not-fits')
        return
      }
      const hdus = await readFitsHeaders(source)
      expect(hdus.length).toBe(astropy.length)
      for (const [i, probed] of astropy.entries()) {
        if (probed.columns === undefined || probed.columns === null) {
          const { tag } = await refusal(readFitsTable(source, { hdu: i, hdus }))
          expect(tag, `HDU ${i}`).toBe(probed.type === 'CompImageHDU' ? 'fits-tile-compressed' : 'fits-not-table')
          continue
        }
        const table = await readFitsTable(source, { hdu: i, hdus })
        expect(table.rowCount).toBe(probed.nrows)
        expect(table.columns.map(({ name }) => name)).toEqual(probed.columns.map(({ name }) => name))
        probed.columns.forEach((column, c) => {
          if (file === NULLS_AS_ZERO) {
            const { nfinite, sum } = statistics(table.columns[c]!)
            expect([nfinite, sum]).toEqual([column.nfinite! - 1, column.sum])
          } else compare(table.columns[c]!, column, `HDU ${i} ${column.name}`)
        })
      }
    })
  }
})

function fitsFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? fitsFiles(path) : /\.(fits|fits\.gz|cat)$/.test(entry.name) ? [path] : []
  })
}

describe('compared with astropy here and now', () => {
  const files = [
    ...fitsFiles(join(real, 'gaia')),
    ...fitsFiles(join(real, 'fields')),
    ...fitsFiles(join(real, 'expected')),
    ...fitsFiles(golden),
  ]
  test.skipIf(files.length === 0 || !hasAstropy)(`real/gaia, real/fields, real/expected and golden`, async () => {
    const fits = files.filter(
      (path) => path.endsWith('.gz') || readFileSync(path).subarray(0, 6).toString() === 'SIMPLE',
    )
    expect(fits.length).toBeGreaterThan(60)
    const script = resolve(fixtures, 'probe.py')
    const answer = execFileSync('/usr/bin/python3', ['-W', 'ignore', script], {
      input: fits.join('\n'),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    const probed = JSON.parse(answer) as Record<string, ProbedHdu[]>
    let columns = 0
    for (const path of fits) {
      const source = await open(path)
      const hdus = await readFitsHeaders(source)
      expect(hdus.length, path).toBe(probed[path]!.length)
      for (const [i, hdu] of probed[path]!.entries()) {
        if (hdu.columns === null || hdu.columns === undefined) {
          await refusal(readFitsTable(source, { hdu: i, hdus }))
          continue
        }
        const table = await readFitsTable(source, { hdu: i, hdus })
        hdu.columns.forEach((column, c) => compare(table.columns[c]!, column, `${path} HDU ${i} ${column.name}`))
        columns += hdu.columns.length
      }
    }
    expect(columns).toBeGreaterThan(1000)
    const rest = files.filter((path) => !fits.includes(path))
    for (const path of rest) expect((await refusal(readFitsHeaders(await open(path)))).tag, path).toBe('fits-not-fits')
  })
})
