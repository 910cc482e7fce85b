import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'
import {
  BANDS,
  ccdSizedPieces,
  INJECTED,
  trueStars,
  writeTileExposure,
  type Band,
  type Corners,
} from '../support/tile-exposure.js'
import { TILES, type Tile } from '../support/tiles.js'

// Real rows of Gaia as the catalogue, the same stars' true magnitudes as detections with a zeropoint put in; they stay
// outside this repository.
const tiles = resolve(import.meta.dirname, '../../../shared/real/tiles')
const absent = !existsSync(tiles)

interface Found {
  /** Found minus injected, and the errors beside it [mmag]. */
  readonly off: number
  readonly statistical: number
  readonly systematic: number
  readonly used: number
}

interface CcdOfJson {
  readonly zeropoint: number | null
  readonly zeropointErr: number
  readonly systematicErr: number
  readonly cuts: { readonly used: number }
}

/** In this process; as the built command with BLISS=bin/bliss-calib.js. */
const command = process.env['BLISS']
async function calibrate(args: readonly string[]): Promise<{ exitCode: number | null; out: string; err: string }> {
  if (command === undefined) return run(args)
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return { exitCode: status, out: stdout, err: stderr }
}

const catalogs = new Map<Tile, Promise<string>>()
function catalogOf(tile: Tile): Promise<string> {
  const made = catalogs.get(tile) ?? build(tile)
  catalogs.set(tile, made)
  return made
}

async function build(tile: Tile): Promise<string> {
  const { release } = TILES[tile]
  const catalog = join(temporaryDirectory(), 'catalog')
  const from = join(tiles, `${tile}`, `${release}_source.csv.gz`)
  expect(
    await run(['catalog', 'build', '--from', from, '--to', catalog, '--release', release, '--quiet']),
  ).toMatchObject({ exitCode: 0 })
  return catalog
}

/** The zeropoint of every piece of a tile, each found by itself; pieces without one are left out. */
async function found(tile: Tile, band: Band, pieces: readonly Corners[]): Promise<Found[]> {
  const { epochYr, truth, file } = TILES[tile]
  const catalog = await catalogOf(tile)
  const workdir = temporaryDirectory()
  const stars = trueStars(join(tiles, `${tile}`, `${file}.csv.gz`), truth, epochYr)
  writeTileExposure(workdir, { expnum: tile, band, stars, pieces })
  const results: Found[] = []
  for (let ccd = 1; ccd <= pieces.length; ccd++) {
    const where = ['--workdir', workdir, '--outdir', workdir, '--catalog', catalog]
    const { exitCode, out, err } = await calibrate([
      '--expnum',
      `${tile}`,
      '--ccd',
      `${ccd}`,
      ...where,
      '--json',
      '--force',
    ])
    expect([0, 4], err).toContain(exitCode)
    const { zeropoint, zeropointErr, systematicErr, cuts } = (JSON.parse(out) as { ccds: CcdOfJson[] }).ccds[0]!
    if (zeropoint === null) continue
    const off = 1000 * (zeropoint - INJECTED[band])
    results.push({ off, statistical: 1000 * zeropointErr, systematic: 1000 * systematicErr, used: cuts.used })
  }
  return results
}

const whole = async (tile: Tile, band: Band) => (await found(tile, band, [TILES[tile].corners]))[0]!
const shown = ({ off, statistical, systematic, used }: Found) =>
  `${off.toFixed(1)} +- ${statistical.toFixed(1)} (sys ${systematic.toFixed(1)}), ${used} stars`
/** SHOW_FIGURES=1 prints what was found. */
const print = (text: string) => process.env['SHOW_FIGURES'] && console.log(text)

describe.skipIf(absent)('real rows of Gaia through the command, zeropoint put in (real)', () => {
  const FROM_TRUTH = { g: 6, r: 3, i: 3, z: 5, Y: 6 }
  const APART = { g: 8, r: 5, i: 4, z: 6, Y: 7 }

  test.each(BANDS)('DR3, %s: two tiles with DES Y6, each at the truth, and at one another', async (band) => {
    const [a, b] = [await whole(147267, band), await whole(147175, band)]
    print(`DR3 ${band}: 147267 ${shown(a)}; 147175 ${shown(b)}`)
    for (const tile of [a, b]) {
      expect(tile.used).toBeGreaterThan(120)
      expect(Math.abs(tile.off)).toBeLessThan(FROM_TRUTH[band] + tile.statistical)
    }
    expect(Math.abs(a.off - b.off)).toBeLessThan(APART[band])
  })

  test.each(BANDS)('DR3, %s: a sky that the fit has not seen, through PS1, within the stated errors', async (band) => {
    const sky = await whole(229670, band)
    print(`DR3 ${band}: 229670 ${shown(sky)}`)
    expect(Math.abs(sky.off)).toBeLessThan(sky.systematic + 2 * sky.statistical)
  })

  test.each(BANDS)('DR2, %s: its tile through PS1, at the truth', async (band) => {
    const tile = await whole(189584, band)
    print(`DR2 ${band}: 189584 ${shown(tile)}`)
    expect(Math.abs(tile.off)).toBeLessThan(3 + tile.statistical)
    expect(tile.systematic).toBeGreaterThan(10)
  })

  test.each(BANDS)('%s: pieces as large as a CCD, each within the stated errors', async (band) => {
    for (const tile of [147267, 147175, 229670, 189584] as const) {
      const pieces = await found(tile, band, ccdSizedPieces(TILES[tile].corners))
      print(`${tile} ${band}: ${pieces.map(shown).join('; ')}`)
      expect(pieces.length).toBeGreaterThan(0)
      for (const piece of pieces) expect(Math.abs(piece.off)).toBeLessThan(piece.systematic + 2 * piece.statistical)
    }
  })
})
