import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'
import { BANDS, INJECTED, trueStars, writeTileExposure, type Band } from '../support/tile-exposure.js'
import { mosaicOf, type Layout } from '../support/tile-mosaic.js'
import { TILES, type Tile } from '../support/tiles.js'
import { DECAM_PLANE } from '../support/cameras.js'

// Real rows of Gaia as the catalogue, the same stars' DES magnitudes as the detections of 62 CCDs; they stay outside
// this repository.
const tiles = resolve(import.meta.dirname, '../../../shared/real/tiles')
const absent = !existsSync(tiles)

/** The mean of an exposure may be so far from what was put in: what the tile's stars together are from the truth. */
const BAR = { g: 6, r: 3, i: 3, z: 5, Y: 6 }
/** All of them with BLISS_SOAK=1: each takes as long again. */
const CASES = ([147267, 147175] as const).flatMap((tile) => BANDS.map((band) => [tile, band] as const))
const SHORT = new Set(['147267 r', '147175 z'])
const cases = CASES.filter(([tile, band]) => process.env['BLISS_SOAK'] !== undefined || SHORT.has(`${tile} ${band}`))

interface CcdOfJson {
  readonly ccd: number
  readonly zeropoint: number | null
  readonly zeropointErr: number
  readonly systematicErr: number
}

async function found(tile: Tile, band: Band, layout: Layout, seed: number = tile) {
  const { release, epochYr, truth, file, corners } = TILES[tile]
  const stars = trueStars(join(tiles, `${tile}`, `${file}.csv.gz`), truth, epochYr)
  const pointing = { raDeg: corners[0][0], decDeg: corners[0][1] - 0.4 }
  const gaiaFile = join(tiles, `${tile}`, `${release}_source.csv.gz`)
  const mosaic = mosaicOf({ gaiaFile, truth: stars, corners, pointing, seed }, layout)
  const workdir = temporaryDirectory()
  writeFileSync(join(workdir, 'gaia.csv'), mosaic.gaiaCsv)
  const catalog = join(workdir, 'catalog')
  const built = ['catalog', 'build', '--from', join(workdir, 'gaia.csv'), '--to', catalog, '--release', release]
  expect(await run([...built, '--quiet'])).toMatchObject({ exitCode: 0 })
  const zeropointOf = (k: number) => INJECTED[band] + mosaic.offsets[k]!
  writeTileExposure(workdir, { expnum: tile, band, stars: mosaic.stars, pieces: mosaic.pieces, zeropointOf })
  const where = ['--workdir', workdir, '--outdir', workdir, '--catalog', catalog]
  const { exitCode, out, err } = await run(['--expnum', `${tile}`, '--ccd', 'all', ...where, '--json'])
  expect([0, 4], err).toContain(exitCode)
  const { ccds } = JSON.parse(out) as { ccds: CcdOfJson[] }
  return ccds.flatMap(({ ccd, zeropoint, zeropointErr, systematicErr }) =>
    zeropoint === null ? [] : [{ off: zeropoint - zeropointOf(ccd - 1), zeropointErr, systematicErr }],
  )
}

async function judged(tile: Tile, band: Band, layout: Layout, seed?: number) {
  const ccds = await found(tile, band, layout, seed)
  expect(ccds.length).toBe(DECAM_PLANE.ccds.length)
  const mean = ccds.reduce((sum, { off }) => sum + off, 0) / ccds.length
  const rmsOf = (of: (ccd: (typeof ccds)[number]) => number) =>
    Math.sqrt(ccds.reduce((sum, ccd) => sum + of(ccd) ** 2, 0) / (ccds.length - 1))
  const rms = rmsOf(({ off }) => off - mean)
  const quoted = rmsOf(({ zeropointErr }) => zeropointErr)
  const pulls = rmsOf(({ off, zeropointErr }) => (off - mean) / zeropointErr)
  const systematic = Math.max(...ccds.map(({ systematicErr }) => systematicErr))
  if (process.env['SHOW_FIGURES']) {
    const shown = [mean, rms, quoted, systematic].map((value) => (1000 * value).toFixed(1))
    const words = `mean ${shown[0]}, RMS ${shown[1]} [${shown[2]}], pulls ${pulls.toFixed(2)}, systematic ${shown[3]}`
    console.log(`mosaic ${layout} ${tile} ${band}: ${words}`)
  }
  return { mean, pulls, systematic }
}

describe.skipIf(absent)('62 CCDs of real stars, a plane and 4 mmag put in (real)', () => {
  test.each(cases)(
    '%d %s: the mean within the bar, the CCDs within their errors',
    async (tile, band) => {
      const { mean, pulls, systematic } = await judged(tile, band, 'dealt')
      expect(Math.abs(1000 * mean)).toBeLessThan(BAR[band])
      expect(pulls).toBeLessThan(1.15)
      expect(Math.abs(mean)).toBeLessThan(systematic)
    },
    60_000,
  )

  // What an exposure finds of the scatter of its CCDs is good to some 30 %, and so are the errors: three exposures of
  // each band. Where CCDs share stars their errors go together, and their scatter is found too small.
  test.skipIf(process.env['BLISS_SOAK'] === undefined).each([147267, 147175] as const)(
    '%d: each star on one CCD',
    async (tile) => {
      const pulls: number[] = []
      for (const band of BANDS)
        for (const seed of [1, 2, 3]) {
          const one = await judged(tile, band, 'once', seed)
          expect(Math.abs(1000 * one.mean)).toBeLessThan(BAR[band])
          pulls.push(one.pulls)
        }
      const together = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / pulls.length)
      if (process.env['SHOW_FIGURES']) console.log(`mosaic once ${tile}: pulls ${together.toFixed(2)}`)
      expect(together).toBeGreaterThan(0.8)
      expect(together).toBeLessThan(1.15)
    },
    600_000,
  )

  // Six boxes that do not overlap give the RMS to 30 %, and what Gaia and DES differ by over a tile is in it.
  test.skipIf(process.env['BLISS_SOAK'] === undefined).each(CASES)(
    '%d %s: in place',
    async (tile, band) => {
      const { mean, pulls, systematic } = await judged(tile, band, 'in place')
      expect(Math.abs(1000 * mean)).toBeLessThan(BAR[band])
      expect(pulls).toBeLessThan(1.5)
      expect(Math.abs(mean)).toBeLessThan(systematic)
    },
    60_000,
  )
})
