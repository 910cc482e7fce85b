import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { madeImage, programsAreHere, writeImage } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'

const dir = temporaryDirectory()
const image = writeImage(join(dir, 'night.fits'), madeImage({ columns: 400, rows: 360, lattice: 7 }))

async function withoutPrograms<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env['PATH']
  process.env['PATH'] = join(dir, 'no-programs')
  mkdirSync(process.env['PATH'], { recursive: true })
  try {
    return await work()
  } finally {
    process.env['PATH'] = before
  }
}

describe('bliss-calib bench IMAGE', () => {
  test('both grades of the own engine; without source-extractor a sentence', async () => {
    const { exitCode, out, err } = await withoutPrograms(() => run(['bench', image, '--runs', '2']))
    expect(exitCode).toBe(0)
    expect(err).toContain('only the own engine: source-extractor is not there: install it')
    expect(out).toMatch(/^own +full +49 +\d/m)
    expect(out).toMatch(/^own +calibration +49 +\d/m)
    expect(out).not.toContain('signal to noise')
    expect(readdirSync(dir).sort()).toEqual(['night.fits', 'no-programs'])
  })

  test.skipIf(!programsAreHere)('beside source-extractor (it or psfex is not installed)', async () => {
    const { exitCode, out, err } = await run(['bench', image, '--json'])
    expect([exitCode, err]).toEqual([0, ''])
    const { engines, compared } = JSON.parse(out) as {
      engines: { engine: string; grade: string; objects: number; cpuMs: number }[]
      compared: { own: number; otherInOwn: number; other: number; auto?: { ratio: number } }[][]
    }
    expect(engines.map(({ engine, grade, objects }) => [engine, grade, objects])).toEqual([
      ['own', 'full', 49],
      ['own', 'calibration', 49],
      ['source-extractor', 'full', 49],
    ])
    for (const { cpuMs } of engines) expect(cpuMs).toBeGreaterThan(0)
    const bright = compared[0]!.at(-1)!
    expect(bright.otherInOwn).toBe(bright.other)
    // Engines agree to a thousandth for stars this bright.
    expect(Math.abs(bright.auto!.ratio - 1)).toBeLessThan(1e-3)
    const { out: table } = await run(['bench', image])
    expect(table).toMatch(/^objects in both within 1 arcsec, by signal to noise:$/m)
    expect(table).toMatch(/^50 and more +\d+ +1\.000 /m)
  })

  test.each([
    [['--peer'], '--peer'],
    [['--workers', '2', '--neighbours', '3'], '--workers, --neighbours'],
    [[image], 'b'],
  ])('%j is refused: an image is not matched', async (words, found) => {
    const { exitCode, err, out } = await run(['bench', image, ...words])
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain(
      `the first file is an image: it is measured, not matched (found ${found}, expected the image alone, or two`,
    )
  })

  test('a damaged image is refused by name', async () => {
    writeFileSync(join(dir, 'cut.fits'), 'SIMPLE  =                    T'.padEnd(80))
    const { exitCode, err } = await run(['bench', join(dir, 'cut.fits')])
    expect(exitCode).toBe(3)
    expect(err).toContain(`${join(dir, 'cut.fits')}, HDU 0: the header has no END card`)
  })
})
