import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from '../../../src/cli/main.js'
import { writeFitsHeaderOnly, writeFitsTable, type FitsCardInput } from '../../../src/formats/fits/index.js'

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
