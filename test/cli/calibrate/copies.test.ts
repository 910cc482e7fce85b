import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../run.js'
import { givenExposureFiles, type GivenExposureFiles } from './given-exposure.js'

let given: GivenExposureFiles
beforeAll(async () => {
  given = await givenExposureFiles()
})

/** CCD 28's catalogue, whose header says that it is another CCD. */
function copyAs(ccd: number): Buffer {
  const bytes = readFileSync(given.fullcat(28))
  const card = /CCDNUM {2}= +28/.exec(bytes.toString('latin1'))!
  bytes.write(String(ccd).padStart(2), card.index + card[0].length - 2, 'latin1')
  return bytes
}

const calibrate = (...words: readonly string[]) => run([...words, '--catalog', given.catalog])

test('one file under six CCD numbers: all are refused by name, another CCD is calibrated', async () => {
  const dir = temporaryDirectory()
  for (const ccd of [28, 29, 30, 31, 32, 33]) writeFileSync(join(dir, `c${ccd}.fits`), copyAs(ccd))
  const copies = await calibrate(join(dir, 'c*.fits'), '--outdir', dir)
  expect([copies.exitCode, copies.out]).toEqual([3, ''])
  for (const ccd of [28, 29, 30, 31, 32, 33])
    expect(copies.err).toContain(`c${ccd}.fits: two files claim to be the same part of the sky of one exposure`)
  const { exitCode, out } = await calibrate(join(dir, 'c*.fits'), given.fullcat(1), '--outdir', dir)
  expect([exitCode, out]).toEqual([3, expect.stringMatching(/^D00668439_i_01_r4p5_fullcat {2}30/)])
})

test('in a list: both are refused by their numbers, and merge refuses what was calibrated one by one', async () => {
  const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
  const name = 'D00668439_r4p5_red_catlist.csv'
  const [header, ...rows] = readFileSync(join(given.work, name), 'utf8').trim().split('\n')
  const row = (ccd: number) => rows.find((one) => one.includes(`_i_${String(ccd).padStart(2, '0')}_`))!
  const column = header!.split(',').indexOf('CCDNUM')
  const copied = row(28).replace('_i_28_', '_i_29_').split(',')
  copied[column] = copied[column]!.replace('28', '29')
  writeFileSync(join(dir, name), [header, row(1), row(28), copied.join(','), ''].join('\n'))
  for (const ccd of [1, 28])
    writeFileSync(join(dir, given.fullcat(ccd).split('/').at(-1)!), readFileSync(given.fullcat(ccd)))
  writeFileSync(join(dir, 'D00668439_i_29_r4p5_fullcat.fits'), copyAs(29))
  const words = ['--expnum', '668439', '--workdir', dir]
  const { exitCode, err, out } = await calibrate(...words, '--ccd', 'all', '--outdir', outdir)
  expect([exitCode, out]).toEqual([3, expect.stringMatching(/CCD 01 {2}30/)])
  expect(err).toContain('CCD 28 lies on the same part of the sky as other CCDs of the exposure')
  expect(err).toContain('(found the corners of CCD 29 and CCD 28 overlap, expected each image once')
  const apart = temporaryDirectory()
  for (const ccd of ['1', '28', '29'])
    expect((await calibrate(...words, '--ccd', ccd, '--outdir', apart, '--quiet')).exitCode).toBe(0)
  const before = readdirSync(apart)
  const merged = await run(['merge', ...words, '--outdir', apart])
  expect([merged.exitCode, merged.err]).toEqual([3, expect.stringContaining('lies on the same part of the sky as')])
  expect(readdirSync(apart)).toEqual(before)
})

test('one EXPNUM and CCD in two filters: the filters are named', async () => {
  const dir = temporaryDirectory()
  const bytes = readFileSync(given.fullcat(28))
  writeFileSync(join(dir, 'i.fits'), bytes)
  const text = bytes.toString('latin1')
  const [filter, band] = [/FILTER {2}= 'i /, /BAND {4}= 'i/].map((card) => card.exec(text))
  for (const found of [filter, band]) if (found) bytes.write('r', found.index + found[0].indexOf("'") + 1, 'latin1')
  writeFileSync(join(dir, 'r.fits'), bytes)
  const { exitCode, err, out } = await calibrate(join(dir, '*.fits'), '--outdir', dir)
  expect([exitCode, out]).toEqual([3, ''])
  expect(err).toMatch(/i\.fits: two files claim to be of one exposure, and are of two filters: correct EXPNUM/)
  expect(err).toMatch(/found band r here and i of .*i\.fits, expected one filter in an exposure/)
})
