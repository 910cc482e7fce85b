import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TieDocument } from '../../../src/tied-products/document.js'
import { TIE_SHAPE } from '../../../src/tied-products/shape.js'
import { ditheredField, type DitheredField, type Visit } from '../../support/dithered.js'
import { run, temporaryDirectory } from '../run.js'

const CCDS = [24, 28, 35]
const SEARCH: Visit = { expnum: 900001 }
const NEAR: Visit = { expnum: 900002, ditherDeg: [0.1, 0.03], zeropoint: 30.4 }
const FAR: Visit = { expnum: 900003, ditherDeg: [-0.05, 0.1], zeropoint: 29.7 }

let field: DitheredField
let search: string
let near: string
let far: string

beforeAll(async () => {
  field = await ditheredField(CCDS)
  search = await field.calibrate(SEARCH)
  near = await field.calibrate(NEAR)
  far = await field.calibrate(FAR)
})

const truth = new Map<string, ReadonlyMap<number, number>>()
function trueZeropoint(exposure: string, ccd: number): number {
  if (truth.size === 0)
    for (const visit of [SEARCH, NEAR, FAR]) truth.set(`D00${visit.expnum}_r4p5`, field.observe(visit).zeropoints.byCcd)
  return truth.get(exposure)!.get(ccd)!
}

async function tied(words: readonly string[]) {
  const outdir = join(temporaryDirectory(), 'tied')
  const ended = await run(['tie', ...words, '--outdir', outdir, '--json'])
  return { ...ended, outdir, document: (ended.out === '' ? undefined : JSON.parse(ended.out)) as TieDocument }
}

describe('a search exposure and two templates', () => {
  test('ratios are the true ones within their errors', async () => {
    const { exitCode, document } = await tied([search, '--templates', near, far])
    expect([exitCode, document.verdict, document.concerns]).toEqual([0, 'GO', []])
    expect(document.pairs.length).toBeGreaterThan(5)
    for (const { a, b, ratioMag, ratioErr, nCommon } of document.pairs) {
      expect(a.exposure).toBe('D00900001_r4p5')
      const true_ = trueZeropoint(a.exposure, a.ccd) - trueZeropoint(b.exposure, b.ccd)
      expect(Math.abs(ratioMag - true_) / ratioErr).toBeLessThan(4)
      expect(ratioErr).toBeLessThan(0.01)
      expect(nCommon).toBeGreaterThan(0)
    }
  })

  test('the products have the tied zeropoints', async () => {
    const { outdir, document } = await tied([search, '--templates', near, far])
    const own = document.ccds.find(({ exposure, ccd }) => exposure === 'D00900001_r4p5' && ccd === 28)!
    const [header, row] = readFileSync(join(outdir, 'Zero_D00900001_28_r4p5.csv'), 'utf8').trimEnd().split('\n')
    expect(header).toMatch(/,outcome,tieErr,anchor$/)
    expect(row).toContain(`,${(-own.zeropoint!).toFixed(6)},${own.zeropointErr!.toFixed(6)},mag_psf,des-ab,`)
    const catalogue = readFileSync(join(outdir, 'D00900001_28_r4p5_ZP.csv'), 'utf8').split('\n')
    expect(catalogue[0]!.split(',')).toHaveLength(25)
    const at = catalogue[0]!.split(',').indexOf('ZeroPoint')
    const applied = catalogue.slice(1, -1).map((line) => Number(line.split(',')[at]))
    expect(new Set(applied.map((value) => value.toFixed(6)))).toEqual(new Set([(-own.zeropoint!).toFixed(6)]))
    const names = (dir: string) => readdirSync(dir).sort()
    const ofTie = ['tie_D00900001_r4p5.html', 'tie_D00900001_r4p5.json', 'tie_D00900001_r4p5_stars.parquet']
    expect(names(outdir)).toEqual([...[search, near, far].flatMap(names), ...ofTie].sort())
  })

  test('give the same bytes in any order', async () => {
    const [one, other] = [
      await tied([search, '--templates', near, far]),
      await tied([search, '--templates', far, near]),
    ]
    for (const name of readdirSync(one.outdir))
      expect(readFileSync(join(one.outdir, name)).equals(readFileSync(join(other.outdir, name))), name).toBe(true)
  })
})

test('the JSON follows the published schema, every field of it named', async () => {
  const { document } = await tied([search, '--templates', near])
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(closed(TIE_SHAPE) as object)
  validate(document)
  expect(validate.errors).toBeNull()
})

/** The schema without what it allows to be added. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).map(([key, value]) => [key, closed(value)] as const)
  return { ...('required' in part ? { additionalProperties: false } : {}), ...Object.fromEntries(entries) }
}

describe('refused', () => {
  const nothingFrom = async (words: readonly string[], exitCode: number, says: RegExp) => {
    const ended = await tied(words)
    expect(ended.err).toMatch(says)
    expect([ended.exitCode, ended.out]).toEqual([exitCode, ''])
  }

  test('an exposure that is given twice', async () => {
    await nothingFrom([search, '--templates', search], 2, /the exposure is given twice/)
    await nothingFrom([search, search, '--templates', near], 2, /the result is given twice/)
  })

  test('a template of another band', async () => {
    const other = await field.calibrate({ ...NEAR, expnum: 900004, band: 'z' })
    await nothingFrom([search, '--templates', other], 3, /the template is of another band .*found z, expected i/)
  })

  test('a directory without results', async () => {
    await nothingFrom([search, '--templates', temporaryDirectory()], 3, /there are no results/)
  })
})
