import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { gaiaCsvFile, demoExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { programsAreHere } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'

const root = resolve(import.meta.dirname, '../../..')

function tree(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  )
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex'),
    ]),
  )
}

test('the bundled catalogue is what its recipe makes, byte for byte', async () => {
  const dir = temporaryDirectory()
  const { name, bytes } = gaiaCsvFile(demoExposure(describeCatalogue('gaia_dr2')))
  writeFileSync(join(dir, name), bytes)
  await run(['catalog', 'build', '--from', join(dir, name), '--to', join(dir, 'catalog'), '--quiet'])
  expect(Object.keys(tree(join(dir, 'catalog')))).toEqual(Object.keys(tree(join(root, 'catalogs/demo'))))
  expect(tree(join(dir, 'catalog'))).toEqual(tree(join(root, 'catalogs/demo')))
})

test('the demo finds the truth within three of its errors', async () => {
  const { exitCode, out } = await run(['demo', '--outdir', temporaryDirectory()])
  const [, found, error] = /CCD 01 {2}(\S+) ± (\S+) /.exec(out)!
  const truth = Number(/truth {3}(\S+)/.exec(out)![1])
  expect(exitCode).toBe(0)
  expect(Math.abs(Number(found) - truth)).toBeLessThan(3 * Number(error))
})

test.skipIf(!programsAreHere)('the demo of an image ends with GO, near the truth', async () => {
  const dir = temporaryDirectory()
  const { exitCode, out } = await run(['demo', '--image', '--outdir', dir], { PATH: process.env['PATH']! })
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/^GO {2}The zeropoint of CCD 1 can be used\.$/m)])
  const found = Number(/demo_image {2}(\S+) ± /.exec(out)![1])
  const truth = Number(/truth {3}(\S+)/.exec(out)![1])
  // psfex normalises its model by itself.
  expect(Math.abs(found - truth)).toBeLessThan(0.01)
  expect(out).toContain(`--camera ${dir}/demo_camera.json`)
})

test('the same demo twice gives the same bytes', async () => {
  const [a, b] = [temporaryDirectory(), temporaryDirectory()]
  await run(['demo', '--outdir', a])
  await run(['demo', '--outdir', b])
  expect(tree(a)).toEqual(tree(b))
})

test.skipIf(!existsSync(join(root, 'dist/bundle/cli.js')))('the built command runs the same', async () => {
  const dir = temporaryDirectory()
  const out = execFileSync(process.execPath, [join(root, 'bin/bliss-calib.js'), 'demo', '--outdir', dir], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(out).toBe((await run(['demo', '--outdir', dir])).out)
})
