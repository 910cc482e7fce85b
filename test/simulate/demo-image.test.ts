import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeFitsImage } from '../../src/formats/fits/index.js'
import { propagateTo } from '../../src/photometry/match/propagate.js'
import { DEMO_IMAGE, demoImage } from '../../src/simulate/demo-image.js'
import { demoExposure } from '../../src/simulate/index.js'
import { temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from './describe-catalogue.js'

const python = '/usr/bin/python3'
const judge = spawnSync(python, ['-c', 'import astropy, numpy'], { encoding: 'utf8' }).status === 0
const verifier = spawnSync('fitsverify', ['-h'], { encoding: 'utf8' }).error === undefined

const exposure = demoExposure(describeCatalogue('gaia_dr2'))
const image = demoImage(exposure)

test('the same bytes again', () => {
  expect(Buffer.compare(demoImage(exposure).bytes, image.bytes)).toBe(0)
})

test.skipIf(!judge)('aperture sums of numpy, at places by astropy, give the zeropoint that was put in', () => {
  const dir = temporaryDirectory()
  const [path, stars] = [join(dir, image.name), join(dir, 'stars.csv')]
  writeFileSync(path, image.bytes)
  const { sky, bandMag, epochYr } = exposure
  const { raDeg, decDeg } = propagateTo(epochYr, { ...sky, mag: sky.gMag, sourceId: new BigInt64Array(0) })
  writeFileSync(stars, [...raDeg].map((ra, s) => `${ra},${decDeg[s]},${bandMag[s]}`).join('\n'))
  const script = join(import.meta.dirname, 'aperture_zeropoint.py')
  const { stdout, stderr } = spawnSync(python, [script, path, stars], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const found = JSON.parse(stdout) as Record<string, number | string | number[]>
  expect(found).toMatchObject({ type: 'uint16', shape: [500, 1000], filter: 'DES i', largest: 60_000 })
  expect(found['stars']).toBeGreaterThan(8)
  // A star of magnitude 17 has S/N 110; ten of them and more: 3 mmag, and as much for the sky under the aperture.
  expect(Math.abs((found['zeropoint'] as number) - DEMO_IMAGE.zeropoint)).toBeLessThan(0.006)
})

test.skipIf(!verifier)('fitsverify finds nothing to warn of', () => {
  const path = join(temporaryDirectory(), image.name)
  writeFileSync(path, image.bytes)
  expect(spawnSync('fitsverify', ['-q', path], { encoding: 'utf8' }).stdout).toContain('verification OK')
})

test('pixels that are too few for the image are refused', () => {
  const pixels = { columns: 3, rows: 2, values: new Uint16Array(5) }
  expect(() => writeFitsImage(pixels, [])).toThrow(new RangeError('5 pixels are not 3 x 2'))
})
