import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { pngOf } from '../../src/node/report/png.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { calibrated, sceneOf, type Scene } from './scenes.js'

const built = existsSync(new URL('../../dist/fonts', import.meta.url))
const EXPOSURE = ['ZP', 'deltaZP', 'NumClipstar', 'CCDsvsZPs', 'NewZP', 'NewdeltaZP'].map(
  (ending) => `D00668439_r4p5_red_catlist.csv_${ending}`,
)

/** Width, height and raw rows of a PNG (W3C PNG, section 11). */
function decoded(png: Uint8Array): { width: number; height: number; rows: Buffer } {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
  const data: Buffer[] = []
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), rows: inflateSync(Buffer.concat(data)) }
}

test.skipIf(!built)('text is drawn with the font of the package, Greek and minus signs too', async () => {
  const drawn = async (text: string) =>
    decoded(
      await pngOf({ title: 't', width: 60, height: 20, body: `<text class="f-label" x="2" y="15">${text}</text>` }),
    )
  const ink = ({ rows }: { rows: Buffer }) => new Set(rows).size
  const blank = await drawn(' ')
  expect([blank.width, blank.height]).toEqual([120, 40])
  for (const text of ['a', '−', 'Δ', 'σ', '±', '°']) expect(ink(await drawn(text)), text).toBeGreaterThan(ink(blank))
  // A letter that the font lacks is an empty box; these are not.
  expect((await drawn('Δ')).rows.equals((await drawn('\u4e00')).rows)).toBe(false)
})

describe.skipIf(!built)('--plots', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await sceneOf({ ccds: [1, 14, 28, 35, 42, 55, 60], ccdOffsetMag: { 14: 0.3 } })
  })

  test("writes the original's six figures and a star figure per CCD, under its names, as PNG and SVG", async () => {
    const { outdir, out } = await calibrated(scene, '--ccd', 'all', '--plots')
    const stars = [1, 14, 28, 35, 42, 55, 60].map(
      (ccd) => `D00668439_i_${String(ccd).padStart(2, '0')}_r4p5_fullcat.fits`,
    )
    const figures = readdirSync(outdir).filter((name) => /\.(png|svg)$/.test(name))
    expect(figures.sort()).toEqual([...EXPOSURE, ...stars].flatMap((stem) => [`${stem}.png`, `${stem}.svg`]).sort())
    expect(out).toContain('_ZP.png and 12 more, each also as .svg')
    for (const name of figures) {
      if (name.endsWith('.png')) {
        const { width, rows } = decoded(readFileSync(join(outdir, name)))
        expect(width).toBeGreaterThan(1000)
        expect(new Set(rows).size).toBeGreaterThan(20)
      } else
        expect(readFileSync(join(outdir, name), 'utf8')).toMatch(
          /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/,
        )
    }
    const svg = (stem: string) => readFileSync(join(outdir, `${stem}.svg`), 'utf8')
    expect(svg(EXPOSURE[0]!)).toContain('i band, median ')
    // The outlier has its thick outline in each plane.
    for (const stem of EXPOSURE.filter((name) => !name.endsWith('CCDsvsZPs')))
      expect(svg(stem).match(/class="f-mark"/g)).toHaveLength(1)
    expect(svg(EXPOSURE[3]!).match(/class="f-dot|class="f-used f-dot"/g)).toHaveLength(6)
    const selected = (
      JSON.parse(readFileSync(join(outdir, 'zeropoint_D00668439_28_r4p5.json'), 'utf8')) as {
        ccds: { cuts: { selected: number } }[]
      }
    ).ccds[0]!.cuts.selected
    expect(svg(stars[2]!)).toContain(`>${selected} detections<`)
  })

  test('a run of one CCD writes its star figure only: the six belong to an exposure', async () => {
    const { outdir } = await calibrated(scene, '--ccd', '28', '--plots')
    expect(
      readdirSync(outdir)
        .filter((name) => /\.(png|svg)$/.test(name))
        .sort(),
    ).toEqual(['D00668439_i_28_r4p5_fullcat.fits.png', 'D00668439_i_28_r4p5_fullcat.fits.svg'])
  })

  test('the same bytes again', async () => {
    const [first, second] = [
      await calibrated(scene, '--ccd', '28', '--plots'),
      await calibrated(scene, '--ccd', '28', '--plots'),
    ]
    const png = ({ outdir }: { outdir: string }) => readFileSync(join(outdir, 'D00668439_i_28_r4p5_fullcat.fits.png'))
    expect(png(first).equals(png(second))).toBe(true)
  })

  test.each(['--plots', '--report'])('%s with --legacy is refused by name', async (option) => {
    const { exitCode, err } = await run([
      '--legacy',
      '--expnum',
      '668439',
      '--workdir',
      scene.work,
      '--outdir',
      temporaryDirectory(),
      option,
    ])
    expect([exitCode, err]).toEqual([
      2,
      `bliss-calib: ${option}: figures and pages show the default run: leave out ${option} or --legacy\n`,
    ])
  })
})
