import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from '../../../src/cli/main.js'
import {
  writeFitsHeaderOnly,
  writeFitsLdac,
  writeFitsTable,
  type FitsCardInput,
} from '../../../src/formats/fits/index.js'
import { seededRandom } from '../../../src/math/random.js'
import type { ResultDocument } from '../../../src/products/result-document.js'
import { decide } from '../../../src/report/decision.js'
import { imageCards } from '../../../src/simulate/image-cards.js'
import { gaiaCsvFile, immaskFiles, simulateExposure, workFiles } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run } from '../run.js'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'bliss-catlist-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const cards = (expnum: number, ccd: number, leftOut: readonly string[] = []): FitsCardInput[] =>
  [
    { keyword: 'EXPNUM', value: expnum },
    { keyword: 'NITE', value: '20170817' },
    { keyword: 'BAND', value: 'i' },
    { keyword: 'CCDNUM', value: ccd },
    { keyword: 'AIRMASS', value: 1.23 },
    { keyword: 'EXPTIME', value: 90.5 },
    ...['RA_CENT', 'DEC_CENT', 'RAC1', 'DECC1', 'RAC2', 'DECC2', 'RAC3', 'DECC3', 'RAC4', 'DECC4'].map(
      (keyword, k) => ({ keyword, value: 10.25 + k + ccd / 128 }),
    ),
  ].filter(({ keyword }) => !leftOut.includes(keyword))

async function catlist(...args: string[]): Promise<{ code: number; said: string }> {
  let said = ''
  const print = (text: string) => void (said += text)
  const code = await main(['catlist', '--workdir', dir, ...args], { out: print, err: print, env: {} })
  return { code, said }
}

test(
  'the list of a directory: plain images, and compressed ones ' + 'whose keywords stand in the first extension',
  async () => {
    writeFileSync(join(dir, 'D00668439_i_28_r4p5_immask.fits'), writeFitsHeaderOnly(cards(668439, 28)))
    writeFileSync(
      join(dir, 'D00668439_i_03_r4p5_immask.fits.fz'),
      writeFitsTable(
        { rowCount: 1, columns: [{ name: 'COMPRESSED_DATA', type: 'i32', values: Int32Array.of(1) }] },
        { headerCards: cards(668439, 3) },
      ),
    )
    const { code, said } = await catlist()
    expect({ code, said }).toEqual({ code: 0, said: `${join(dir, 'D00668439_r4p5_red_catlist.csv')}: 2 CCDs\n` })
    const [, first, second] = readFileSync(join(dir, 'D00668439_r4p5_red_catlist.csv'), 'utf8').split('\n')
    expect(first).toMatch(/^668439,D00668439_i_03_r4p5_fullcat\.fits,20170817,i,3,1\.23,90\.5,10\.2734375,11\.2734375,/)
    expect(second).toMatch(/^668439,D00668439_i_28_r4p5_fullcat\.fits,20170817,i,28,1\.23,90\.5,10\.46875,/)
  },
)

test('of several exposures one is named; a missing keyword is exit 3 and no list', async () => {
  writeFileSync(join(dir, 'D00668439_i_28_r4p5_immask.fits'), writeFitsHeaderOnly(cards(668439, 28)))
  writeFileSync(join(dir, 'D00668440_i_28_r4p5_immask.fits'), writeFitsHeaderOnly(cards(668440, 28, ['AIRMASS'])))
  expect((await catlist()).code).toBe(3)
  expect((await catlist('--expnum', '668439', '--quiet')).code).toBe(0)
  const { code, said } = await catlist('--expnum', '668440')
  expect(code).toBe(3)
  expect(said).toContain('D00668440_i_28_r4p5_immask.fits: the image header lacks AIRMASS')
  expect(readdirSync(dir).filter((name) => name.endsWith('.csv'))).toEqual(['D00668439_r4p5_red_catlist.csv'])
})

test.each([
  'D00668439_i_c28_r4p5_immask.fits',
  'D00668439_i_c28_r4p5_immasked.fits',
  'D00668439_i_28_r4p5_immasked.fits.gz',
  'D00668439_i_c03_r2357p01_immasked.fits.fz',
])('%s, a name of the survey', async (name) => {
  const ccd = name.includes('28') ? 28 : 3
  const bytes = writeFitsHeaderOnly(cards(668439, ccd))
  writeFileSync(join(dir, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes)
  expect((await catlist()).code).toBe(0)
  const list = readdirSync(dir).find((file) => file.endsWith('_red_catlist.csv'))!
  const [, row, end] = readFileSync(join(dir, list), 'utf8').split('\n')
  expect(row).toMatch(new RegExp(`^668439,${name.replace(/_immask.*/, '_fullcat\\.fits')},20170817,i,${ccd},`))
  expect(end).toBe('')
})

test('two images of one CCD are refused by name, and a directory says what it holds', async () => {
  writeFileSync(join(dir, 'D00668439_i_28_r4p5_immask.fits'), writeFitsHeaderOnly(cards(668439, 28)))
  writeFileSync(join(dir, 'D00668439_i_c28_r4p5_immasked.fits'), writeFitsHeaderOnly(cards(668439, 28)))
  const twice = await catlist()
  expect(twice).toEqual({
    code: 3,
    said:
      'bliss-calib: D00668439_i_c28_r4p5_immasked.fits: two images are of one CCD: leave one of them ' +
      'out (found D00668439_i_28_r4p5_immask.fits, expected one image of each CCD)\n',
  })
  for (const name of readdirSync(dir)) rmSync(join(dir, name))
  writeFileSync(join(dir, 'c4d_170818_090712_ooi_i_v1.fits.fz'), '')
  expect((await catlist()).said).toContain(
    '(found c4d_170818_090712_ooi_i_v1.fits.fz, expected *_immask.fits or *_immasked.fits, also .fz and .gz)',
  )
})

test('a list that says something else is replaced with --force alone', async () => {
  const list = join(dir, 'D00668439_r4p5_red_catlist.csv')
  writeFileSync(join(dir, 'D00668439_i_28_r4p5_immask.fits'), writeFitsHeaderOnly(cards(668439, 28)))
  expect((await catlist()).code).toBe(0)
  const right = readFileSync(list, 'utf8')
  writeFileSync(list, right.replace(',i,28,', ',r,28,'))
  const refused = await catlist()
  expect(refused).toEqual({
    code: 2,
    said:
      `bliss-calib: ${list}, line 2: another list has this name, and it is not replaced ` +
      '(expected the same list, --force to replace it, or another --outdir)\n',
  })
  expect(readFileSync(list, 'utf8')).toContain(',r,28,')
  expect((await catlist('--force')).code).toBe(0)
  expect(readFileSync(list, 'utf8')).toBe(right)
})

test('a list of the wrong band: the command that the report gives makes it again and calibrates', async () => {
  const description = describeCatalogue('gaia_dr2')
  const exposure = simulateExposure({ ccds: [28], columns: 'slim', band: 'i' }, description, seededRandom(2))
  const ccd = exposure.ccds[0]!
  const unsaid = imageCards(exposure, ccd).filter(({ keyword }) => keyword !== 'BAND' && keyword !== 'FILTER')
  for (const { name, bytes } of [...workFiles(exposure), ...immaskFiles(exposure)])
    writeFileSync(join(dir, name), bytes)
  const named = { r: ccd.fileName.replace('_i_', '_r_'), i: ccd.fileName }
  for (const name of Object.values(named))
    writeFileSync(join(dir, name), writeFitsLdac({ imageCards: unsaid, objects: ccd.table }))
  const list = join(dir, 'D00668439_r4p5_red_catlist.csv')
  writeFileSync(list, readFileSync(list, 'utf8').replace(',i,28,', ',r,28,').replace(named.i, named.r))
  const gaia = join(dir, 'raw')
  mkdirSync(gaia)
  const stars = gaiaCsvFile(exposure)
  writeFileSync(join(gaia, stars.name), stars.bytes)
  const catalog = join(dir, 'catalog')
  expect((await run(['catalog', 'build', '--from', gaia, '--to', catalog, '--quiet'])).exitCode).toBe(0)
  const paths = ['--workdir', dir, '--outdir', dir, '--catalog', catalog]
  const first = await run(['--expnum', '668439', '--ccd', '28', ...paths, '--json'])
  expect(first).toMatchObject({ exitCode: 0, err: '' })
  const typed = { workdir: dir, outdir: dir, catalog: [catalog] }
  const { word, next } = decide(JSON.parse(first.out) as ResultDocument, typed)
  expect([word, next.command]).toEqual(['STOP', expect.stringContaining('catlist --expnum 668439')])
  const [makeList, again] = next.command.split(' && ').map((line) => line.replace(/^bliss-calib /, '').split(' '))
  expect(await run(makeList!)).toMatchObject({ exitCode: 0 })
  expect(readFileSync(list, 'utf8')).toContain(',i,28,')
  const second = await run([...again!, '--json'])
  expect(second.exitCode).toBe(0)
  expect(decide(JSON.parse(second.out) as ResultDocument).word).toBe('GO')
})
