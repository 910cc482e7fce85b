import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../run.js'

let dir: string
beforeAll(async () => {
  dir = temporaryDirectory()
  mkdirSync(join(dir, 'legacy'))
  await run(['demo', '--outdir', dir])
  await run([
    '--legacy',
    '--expnum',
    '668439',
    '--ccd',
    '1',
    '--catalog',
    'demo',
    '--workdir',
    dir,
    '--outdir',
    join(dir, 'legacy'),
  ])
})
const starlists = (...templates: string[]) =>
  run([
    'starlists',
    '--expnum',
    '668439',
    '--workdir',
    dir,
    '--outdir',
    dir,
    ...templates.flatMap((name) => ['--templates', join(dir, name)]),
  ])

describe('starlists', () => {
  test('from CSV and from FITS the same lists, of stars of the template', async () => {
    const fromCsv = await starlists('D00668439_01_r4p5_ZP.csv')
    expect(fromCsv).toMatchObject({ exitCode: 0, err: '' })
    const list = readFileSync(join(dir, 'SNSTAR_668439_r4p5.LIST'), 'utf8').split('\n')
    expect(list.slice(0, 4)).toEqual([
      '# ASSOC format for Sextractor input.',
      '# Star Source: SNSTAR table, CATALOG= r4p5',
      '# NVAR: 5',
      '# VARNAMES:\tOBJID\tRA\tDEC\tmag_i\tmagerr_i',
    ])
    expect(fromCsv.out).toBe(
      `SNSTAR_668439_r4p5.LIST and SNVETO_668439_r4p5.LIST: ${list.length - 5} stars of 1 template\n`,
    )
    expect(list.length).toBeGreaterThan(50)
    await starlists('D00668439_01_r4p5_ZP.fits')
    const fromFits = readFileSync(join(dir, 'SNSTAR_668439_r4p5.LIST'), 'utf8').split('\n')
    expect(fromFits.length).toBe(list.length)
    // A list keeps three decimals; what is 16.7245 in the CSV may be a little less in FITS, and round the other way.
    const magnitudeOf = (line: string) => Number(line.split('\t')[3])
    const without = (line: string) => line.split('\t').map((field, k) => (k === 3 ? '' : field))
    for (const [k, line] of fromFits.entries()) {
      expect(without(line)).toEqual(without(list[k]!))
      if (/^\d/.test(line)) expect(Math.abs(magnitudeOf(line) - magnitudeOf(list[k]!))).toBeLessThan(0.00101)
    }
  })

  test('templates of two systems are refused by name; so is one without a system', async () => {
    const mixed = await starlists('D00668439_01_r4p5_ZP.csv', 'legacy/D00668439_01_r4p5_ZP.csv')
    expect(mixed.exitCode).toBe(3)
    expect(mixed.err).toContain(
      'legacy/D00668439_01_r4p5_ZP.csv: the templates are of different photometric systems: calibrate all ' +
        'of them with one --system (found system catalog, expected system des-ab, as',
    )
    const unknown = await starlists('D00668439_i_01_r4p5_fullcat.fits')
    expect(unknown.exitCode).toBe(3)
    expect(unknown.err).toContain(
      'the photometric system of the catalogue cannot be told (expected a name such as D00668439_r4p5_ZP.csv)',
    )
  })
})
