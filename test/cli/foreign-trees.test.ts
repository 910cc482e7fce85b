import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isOurs } from '../../src/node/disk/own-files.js'
import { smallSurvey } from '../grid/small-exposure.js'
import { run, temporaryDirectory } from './run.js'

const THEIRS = 'my own notes\n'
const put = (path: string, text = THEIRS): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
const contents = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(dir, name)).isFile())
      .map((name) => [name, readFileSync(join(dir, name), 'latin1')]),
  )

const simulate = (dir: string) => ['simulate', '--outdir', dir, '--ccds', '28', '--density', '500', '--quiet']
const demo = (dir: string) => ['demo', '--outdir', dir]
const image = (dir: string) => ['demo', '--image', '--outdir', dir]

describe('files of somebody else are not replaced by a tree of files', () => {
  test.each([
    ['simulate, a catalogue', simulate, 'work/D00668439_i_28_r4p5_fullcat.fits'],
    ['simulate, the stars', simulate, 'raw/gaia_source.csv.gz'],
    ['simulate, a truth of their own', simulate, 'truth.json'],
    ['demo, the list', demo, 'D00668439_r4p5_red_catlist.csv'],
    ['demo --image, the image', image, 'demo_image.fits'],
    ['demo --image, the camera', image, 'demo_camera.json'],
  ])('%s', async (_, words, name) => {
    const dir = temporaryDirectory()
    put(join(dir, name))
    const { exitCode, out, err } = await run(words(dir))
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain(`${join(dir, name)}: the file is in the place of a product, and bliss-calib has not made it`)
    expect(err).toContain("found 'my own notes'")
    expect(contents(dir)).toEqual({ [name]: THEIRS })
  })

  test('what an earlier run has left is replaced, whatever was asked of it', async () => {
    const dir = temporaryDirectory()
    expect((await run(simulate(dir))).exitCode).toBe(0)
    const before = contents(dir)
    expect((await run([...simulate(dir), '--seed', '2'])).exitCode).toBe(0)
    expect(Object.keys(contents(dir))).toEqual(Object.keys(before))
    expect(contents(dir)).not.toEqual(before)
    expect(await isOurs(join(dir, 'truth.json'))).toBe(true)
  })
})

describe('a plan of a grid', () => {
  test.each(['node.sh', 'logs/README'])('in the place of %s of somebody else', async (name) => {
    const { root, work, catalog } = await smallSurvey([28])
    const to = join(root, 'grid')
    put(join(to, name))
    const words = ['grid', 'slurm', work, '--to', to, '--catalog', catalog, '--quiet']
    const { exitCode, err } = await run(words)
    expect([exitCode, err]).toEqual([2, expect.stringContaining(`${join(to, name)}: the file is in the place of`)])
    expect(err).toContain('expected another --to, or the file moved away')
    expect(contents(to)).toEqual({ [name]: THEIRS })
    expect(existsSync(join(to, 'bliss.plan.json'))).toBe(false)
  })
})
