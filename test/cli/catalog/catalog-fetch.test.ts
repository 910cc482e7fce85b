import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { archiveRows } from '../../catalog/simulated-rows.js'
import { tapServer } from '../../support/tap-server.js'
import { run, temporaryDirectory } from '../run.js'

const server = await tapServer(archiveRows(3000, 8))
afterAll(() => server.close())

describe('catalog fetch', () => {
  const dir = temporaryDirectory()
  const fetch = (...words: string[]) => run(['catalog', 'fetch', '--from', 'gaia_dr3', '--url', server.url, ...words])

  test('a field: what was fetched from whom is said, the catalogue is there and sound', async () => {
    const to = join(dir, 'field')
    const { exitCode, out, err } = await fetch('--cone', '45,0,30arcmin', '--to', to)
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/^\S+: \d+ stars of gaia_dr3 in \d+ files?, [\d.]+ MB\ncovers 0\.\d+ sq deg\n$/),
    ])
    expect(err).toMatch(/^127\.0\.0\.1:\d+: 0\.\d+ deg round RA 45, Dec 0: the job is completed\n127.*: \d+ stars\n$/)
    expect(
      (await run(['catalog', 'query', to, '--cone', '45,0,30arcmin', '--quiet'])).out.split('\n').length,
    ).toBeGreaterThan(20)
    // Once more is refused before anybody is asked.
    const asked = server.requests.length
    expect(await fetch('--cone', '45,0,30arcmin', '--to', to)).toMatchObject({
      exitCode: 3,
      err: expect.stringContaining('the target directory is not empty'),
    })
    expect(server.requests.length).toBe(asked)
    expect(
      (await fetch('--cone', '45,0,30arcmin', '0,10,0.2', '--to', to, '--force', '--service', 'vizier', '--quiet'))
        .exitCode,
    ).toBe(0)
  })

  test('the fields of catalogue lists: CCDs are covered', async () => {
    await run([
      'simulate',
      '--outdir',
      join(dir, 'sim'),
      '--ccds',
      '1,28',
      '--seed',
      '3',
      '--ra',
      '45',
      '--dec',
      '0',
      '--quiet',
    ])
    const to = join(dir, 'lists')
    expect(await fetch('--for', join(dir, 'sim/work'), '--to', to, '--quiet')).toEqual({
      exitCode: 0,
      out: '',
      err: '',
    })
    const copy = ['catalog', 'copy', '--from', to, '--to', join(dir, 'part'), '--exposures', join(dir, 'sim/work')]
    // A copy says what the catalogue does not cover.
    expect(await run(copy)).toMatchObject({ exitCode: 0, err: '' })
  })

  test.each([
    [['--to', 'x'], 2, 'exactly one of --cone, --for is needed'],
    [['--to', 'x', '--cone', '1,2'], 2, '--cone must be a centre and a radius'],
    [
      ['--to', 'x', '--cone', '1,2,3', '--service', 'cds'],
      2,
      '--service: this service is not described (found cds, expected esa, vizier)',
    ],
    [['--to', 'x', '--cone', '1,2,3', '--offline'], 2, '--offline: a catalogue is fetched by the network'],
    [['--to', 'x', '--for', 'nowhere'], 3, 'nowhere: the list cannot be read'],
  ])('%j ends with %i', async (words, exitCode, message) => {
    expect(await fetch(...words)).toMatchObject({ exitCode, out: '', err: expect.stringContaining(message) })
    expect(existsSync('x')).toBe(false)
  })

  test('what is no service', async () => {
    const words = ['catalog', 'fetch', '--from', 'gaia_dr3', '--url', 'ftp://x', '--cone', '1,2,3', '--to', 'x']
    expect(await run(words)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--url must be the address of a TAP service'),
    })
  })

  test('a release that is not described', async () => {
    expect(await run(['catalog', 'fetch', '--from', 'gaia_dr4', '--cone', '1,2,3', '--to', 'x'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(
        '--from: no catalogue of this name is described (found gaia_dr4, expected gaia_dr2, gaia_dr3, or the URL',
      ),
    })
  })

  test('a password of the address is shown nowhere', async () => {
    const to = join(dir, 'secret')
    const secret = server.url.replace('://', '://me:hidden@')
    const words = ['catalog', 'fetch', '--from', 'gaia_dr3', '--url', secret, '--cone', '45,0,0.4', '--to', to]
    const { exitCode, out, err } = await run(words)
    expect([exitCode, `${out}${err}`.includes('hidden')]).toEqual([0, false])
    expect(readFileSync(join(to, 'gaia_dr3/manifest.json'), 'utf8')).not.toContain('hidden')
  })
})
