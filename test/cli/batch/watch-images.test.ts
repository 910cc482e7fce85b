import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fitsBytes, programsAreHere, type MadeImage } from '../../node/programs/sky-image.js'
import { filesBelow, identitiesBelow, sumsBelow } from '../../support/file-tree.js'
import { calibrateWith, cardsOf, catalogOfImages, made } from '../calibrate/two-images.js'
import { run, temporaryDirectory } from '../run.js'

const bin = resolve(import.meta.dirname, '../../../bin/bliss-calib.js')
const built = existsSync(resolve(import.meta.dirname, '../../../dist/bundle/cli.js'))
let catalog: string
beforeAll(async () => void (catalog = await catalogOfImages()))

const imageBytes = (k: number, cards: Parameters<typeof cardsOf>[1]) => {
  const { columns, rows, pixels } = made[k] as MadeImage
  return fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(k, cards) }])
}
const isProduct = (path: string) => /_(ZP|Zero|zeropoint|matches|fullcat)\./.test(path)

/** A watch of the images in a directory, and what it has said. */
function watch(dir: string, ...options: string[]) {
  const words = ['batch', '--watch', join(dir, '*.fits'), '--catalog', catalog, '--system', 'catalog']
  const child = spawn(process.execPath, [bin, ...words, '--settle', '0.2', '--poll', '0.3', ...options], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += String(text)))
  const over = once(child, 'close') as Promise<[number | null]>
  const heard = async (pattern: RegExp) => {
    while (!pattern.test(said)) {
      if (child.exitCode !== null) throw new Error(`the watch has ended: ${said}`)
      await new Promise((done) => setTimeout(done, 20))
    }
  }
  return { child, over, heard, said: () => said }
}

function land(dir: string, name: string, bytes: Uint8Array): void {
  writeFileSync(join(dir, `${name}.part`), bytes)
  renameSync(join(dir, `${name}.part`), join(dir, name))
}

describe.skipIf(!built || !programsAreHere)('images (source-extractor, psfex or the build are not there)', () => {
  test('as they land, one of them growing: the products of a batch', async () => {
    const dir = temporaryDirectory()
    const { over, heard, said } = watch(dir, '--idle', '2')
    await heard(/^watching /)
    land(dir, 'frame_0.fits', imageBytes(0, { EXPNUM: 100 }))
    await heard(/frame_0 {2}27\.\d+ ± /)
    const bytes = imageBytes(1, { EXPNUM: 101 })
    appendFileSync(join(dir, 'frame_1.fits'), bytes.subarray(0, bytes.length / 2))
    await new Promise((done) => setTimeout(done, 800))
    expect(said()).not.toContain('frame_1')
    appendFileSync(join(dir, 'frame_1.fits'), bytes.subarray(bytes.length / 2))
    await heard(/frame_1 {2}27\.\d+ ± /)
    expect(await over).toEqual([0, null])
    expect(said()).toContain('2 exposures: 0 calibrated, 2 unchanged; CCDs: 2 fitted')
    const whole = temporaryDirectory()
    for (const k of [0, 1]) writeFileSync(join(whole, `frame_${k}.fits`), imageBytes(k, { EXPNUM: 100 + k }))
    expect((await calibrateWith(catalog, 'batch', whole)).exitCode).toBe(0)
    expect(sumsBelow(dir, isProduct)).toEqual(sumsBelow(whole, isProduct))
    expect(filesBelow(dir).filter((path) => path.includes('bliss-done'))).toHaveLength(2)
  })

  test('CCDs of one exposure that land one after the other are solved together, and leave one set of products', async () => {
    const dir = temporaryDirectory()
    const { child, over, heard, said } = watch(dir)
    await heard(/^watching /)
    land(dir, 'n_10.fits', imageBytes(0, { EXPNUM: 7, CCDNUM: 1 }))
    await heard(/n_10 {2}27/)
    const measured = identitiesBelow(dir, (path) => path === 'n_10_fullcat.fits')
    land(dir, 'n_11.fits', imageBytes(1, { EXPNUM: 7, CCDNUM: 2 }))
    await heard(/n_1 {2}27[^\n]*2 fitted/)
    child.kill('SIGTERM')
    expect(await over).toEqual([143, null])
    expect(said()).toContain('stopped; what has landed and is calibrated stays')
    expect(filesBelow(dir).filter((path) => path.includes('bliss-done'))).toEqual(['.bliss-done-file-n_1.json'])
    expect(filesBelow(dir).filter((path) => path.includes('_exposure_'))).toEqual([
      'n_1_exposure_ZP.csv',
      'n_1_exposure_ZP.fits',
      'n_1_exposure_zeropoint.json',
    ])
    expect(identitiesBelow(dir, (path) => path === 'n_10_fullcat.fits')).toEqual(measured)
  })
})

test('patterns know no list that would be complete', async () => {
  const words = ['batch', join(temporaryDirectory(), '*.fits'), '--watch', '--until-complete', '--catalog', catalog]
  expect(await run(words)).toMatchObject({
    exitCode: 2,
    err: 'bliss-calib: --until-complete needs lists: use --idle\n',
  })
})

test('a directory of images without a list: it is said how images are watched', async () => {
  const dir = temporaryDirectory()
  mkdirSync(join(dir, 'n'))
  writeFileSync(join(dir, 'n/frame.fits'), 'not yet')
  const { err } = await run(['batch', dir, '--watch', '--idle', '0.1', '--settle', '0.1', '--catalog', catalog])
  expect(err).toContain(
    `no list is below ${dir} yet; files without a list are watched by patterns: --watch '${dir}/*.fits'\n`,
  )
})
