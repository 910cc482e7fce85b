import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsHeaders, writeFitsTable } from '../../src/formats/fits/index.js'
import { CALIBRATED_COLUMNS } from '../../src/products/calibrated-catalogue.js'
import { describedCatalogue, sharedHeader, type CatalogueFacts } from '../../src/products/catalogue-header.js'
import { tableOf, type Column } from '../../src/table/columns.js'
import { smallSurvey, type SmallSurvey } from '../grid/small-exposure.js'
import { run, temporaryDirectory } from '../cli/run.js'

const FACTS: CatalogueFacts = {
  band: 'r',
  system: 'des-ab',
  magnitudes: 'AB',
  catalog: 'gaia_dr3',
  catalogHash: 'ab'.repeat(32),
  version: '1.2.3',
  epochYr: 2000,
  epochFrom: 'MJD-OBS',
}
const table = tableOf(CALIBRATED_COLUMNS.map((name): Column => ({ name, type: 'f64', values: Float64Array.of(1) })))

const headerOf = async (facts: Partial<CatalogueFacts>) => {
  const { table: described, options } = describedCatalogue(table, { ...FACTS, ...facts })
  return (await readFitsHeaders(memorySource('x', writeFitsTable(described, options))))[1]!.header
}

describe('what the header says', () => {
  test('J2000.0 is 2000-01-01T12:00; a night has a day, and what no header says has no date', async () => {
    const dates = async (facts: Partial<CatalogueFacts>) =>
      ((header) => [header.text('DATE'), header.text('DATE-OBS')])(await headerOf(facts))
    expect(await dates({})).toEqual(['2000-01-01T12:00:00.000', '2000-01-01T12:00:00.000'])
    expect(await dates({ epochFrom: 'DATE-OBS', epochYr: 2017 + 230.38 / 365.25 })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^2017-08-1\dT\d\d:\d\d:\d\d\.\d{3}$/)]),
    )
    expect(await dates({ epochFrom: 'NITE' })).toEqual(['2000-01-01', '2000-01-01'])
    expect(await dates({ epochFrom: 'catalog' })).toEqual([undefined, undefined])
  })

  test('of the own magnitude of a catalogue no AB is claimed; text that is no ASCII is not written', async () => {
    const header = await headerOf({ system: 'catalog', magnitudes: null, band: 'N964é', catalog: 'a\nb' })
    expect(['PHOTSYS', 'MAGSYS', 'BAND', 'REFCAT', 'TUCD13'].map((keyword) => header.text(keyword))).toEqual([
      'catalog',
      undefined,
      'N964?',
      'a?b',
      'phot.mag;em.opt',
    ])
  })

  test.each([
    ['gaia-vega', 'Vega'],
    ['sdss', 'AB'],
    ['catalog', 'Vega'],
  ] as const)('%s says that its magnitudes are %s', async (system, magnitudes) => {
    const header = await headerOf({ system, magnitudes })
    expect([header.text('PHOTSYS'), header.text('MAGSYS')]).toEqual([system, magnitudes])
  })

  test('the combined catalogue says what all of its parts say', async () => {
    const { extname, headerCards } = sharedHeader([
      await headerOf({}),
      await headerOf({ catalogHash: 'cd'.repeat(32) }),
    ])
    const keywords = headerCards!.map(({ keyword }) => keyword)
    expect([extname, keywords.includes('BAND'), keywords.includes('REFHASH')]).toEqual(['CALIBRATED', true, false])
    expect(sharedHeader([])).toEqual({})
  })
})

describe('as other readers see it', () => {
  let survey: SmallSurvey
  let files: string[]
  beforeAll(async () => {
    survey = await smallSurvey([1, 28])
    files = []
    for (const out of ['a', 'b'].map((name) => join(temporaryDirectory(), name))) {
      mkdirSync(out)
      await run([
        '--expnum',
        '668439',
        '--ccd',
        'all',
        '--workdir',
        survey.work,
        '--outdir',
        out,
        '--catalog',
        survey.catalog,
        '--quiet',
      ])
      files.push(join(out, 'D00668439_01_r4p5_ZP.fits'), join(out, 'D00668439_r4p5_ZP.fits'))
    }
  }, 120_000)
  const python = (code: string, ...args: string[]) =>
    spawnSync('/usr/bin/python3', ['-c', code, ...args], { encoding: 'utf8' })
  const has = (code: string) => spawnSync('/usr/bin/python3', ['-c', code]).status === 0

  test('the same inputs give the same bytes, whenever they are calibrated', () => {
    for (const k of [0, 1]) expect(readFileSync(files[k]!).equals(readFileSync(files[k + 2]!))).toBe(true)
  })

  test.skipIf(spawnSync('fitsverify', ['-h']).error !== undefined)('fitsverify: no warning, no error', () => {
    for (const file of files.slice(0, 2))
      expect(spawnSync('fitsverify', [file], { encoding: 'utf8' }).stdout).toContain(
        'Verification found 0 warning(s) and 0 error(s)',
      )
  })

  test.skipIf(!has('import astropy.io.votable.ucd'))(
    'astropy: name, facts, units, descriptions; every UCD is of the vocabulary',
    () => {
      const code = `
import sys, json, warnings
from astropy.io import fits
from astropy.table import Table
from astropy.io.votable.ucd import check_ucd
warnings.simplefilter('error')
for path in sys.argv[1:]:
  h = fits.getheader(path, 'CALIBRATED'); n = h['TFIELDS']
  bad = [h[f'TUCD{k}'] for k in range(1, n + 1) if not check_ucd(h[f'TUCD{k}'], check_controlled_vocabulary=True, has_colon=True)]
  declared = [h[f'TTYPE{k}'] for k in range(1, n + 1) if '-9999:' in h[f'TCOMM{k}']]
  t = Table.read(path); missing = [c for c in t.colnames if c.startswith('MAG') and (t[c] == h['MAGNULL']).any()]
  print(json.dumps([n, bad, declared, sorted(set(missing) - set(declared)), *[h[k] for k in ('BAND', 'PHOTSYS', 'MAGSYS', 'REFCAT', 'DATE', 'DATE-OBS')], h['REFHASH'], h['CREATOR'], str(t['MAG_PSF'].unit)]))
`
      const { stdout, stderr } = python(code, files[0]!, files[1]!)
      expect(stderr).toBe('')
      for (const line of stdout.trim().split('\n')) {
        const [columns, bad, declared, silent, ...facts] = JSON.parse(line) as unknown[]
        expect([columns, bad, declared, silent]).toEqual([
          25,
          [],
          ['MAG_AUTO', 'MAGERR_AUTO', 'MAG_PSF', 'MAGERR_PSF'],
          [],
        ])
        expect(facts.slice(0, 6)).toEqual([
          'i',
          'des-ab',
          'AB',
          'gaia_dr2',
          '2017-08-18T09:07:12.000',
          '2017-08-18T09:07:12.000',
        ])
        expect(facts[6]).toMatch(/^[0-9a-f]{64}$/)
        expect(facts.slice(7)).toEqual([expect.stringMatching(/^bliss-calib \d/), 'mag'])
      }
    },
  )

  test.skipIf(spawnSync('stilts', ['-version']).error !== undefined)(
    'stilts: units, UCDs and descriptions of the columns',
    () => {
      const { stdout } = spawnSync(
        'stilts',
        ['tpipe', `in=${files[1]!}`, 'cmd=meta name units ucd description', 'ofmt=csv'],
        { encoding: 'utf8' },
      )
      expect(stdout).toContain('MAG_PSF,mag,phot.mag;em.opt.I,')
      expect(stdout).toContain('DELTAWIN_J2000,deg,pos.eq.dec;meta.main,')
      expect(stdout.split('\n').filter((line) => /^[A-Z]/.test(line) && !line.includes(',,,'))).toHaveLength(1 + 25)
    },
  )
})
