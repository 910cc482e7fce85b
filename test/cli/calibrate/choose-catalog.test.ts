import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { namedCatalog } from '../../../src/cli/calibrate/choose-catalog.js'
import { commandLine } from '../../../src/formats/shell-word.js'
import { run, temporaryDirectory } from '../run.js'

/** Words of a command line as the shell splits them. */
function words(line: string): string[] {
  return execFileSync('/bin/sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

/** The commands that a run printed to be typed next, as arguments of `bliss-calib`. */
function printedCommands(out: string): string[][] {
  return [...out.matchAll(/^ {2}bliss-calib (.*)$/gm)].map(([, line]) => words(line!))
}

describe('a catalogue must be named', () => {
  const dir = temporaryDirectory()
  const none =
    /^bliss-calib: no reference catalogue is named: give --catalog DIR or set BLISS_CATALOG; `bliss-calib catalog build` makes one/

  test.each([
    ['one CCD', ['--expnum', '668439', '--ccd', '1']],
    ['an exposure', ['--expnum', '668439', '--ccd', 'all']],
    ['batch', ['batch', join(dir, 'sim/work')]],
    ['grid', ['grid', 'condor', join(dir, 'sim/work'), '--to', join(dir, 'grid')]],
  ])("%s of the demonstration's own field", async (_, command) => {
    await run(['simulate', '--outdir', join(dir, 'sim'), '--ccds', '1', '--seed', '3', '--quiet'])
    const before = readdirSync(join(dir, 'sim/work'))
    const where =
      command[0] === '--expnum' ? ['--workdir', join(dir, 'sim/work'), '--outdir', join(dir, 'sim/work')] : []
    for (const env of [{}, { BLISS_CATALOG: '' }]) {
      const { exitCode, out, err } = await run([...command, ...where], env)
      expect([exitCode, out, err]).toEqual([3, '', expect.stringMatching(none)])
      const list = join(dir, 'sim/work', command[0] === '--expnum' ? 'D00668439_r4p5_red_catlist.csv' : '')
      expect(err).toContain(
        '`bliss-calib catalog fetch --from gaia_dr3 --to gaia_dr3 --for ' +
          list.replace(/\/$/, '') +
          '` fetches the stars',
      )
      expect(err).toContain('`--catalog demo` names the simulated stars of the demonstration')
    }
    expect(readdirSync(join(dir, 'sim/work'))).toEqual(before)
  })

  test("a file that is given: the line has the field's own cone", async () => {
    const file = join(dir, 'sim/work/D00668439_i_01_r4p5_fullcat.fits')
    const { exitCode, err } = await run([file, '--outdir', temporaryDirectory()])
    expect([exitCode, err]).toEqual([3, expect.stringMatching(none)])
    const [, ra, dec, radius] = /fetch --from gaia_dr3 --to gaia_dr3 --cone (5\d\.\d+),(-2\d\.\d+),(0\.\d+)`/
      .exec(err)!
      .map(Number)
    // Half the diagonal of a CCD of 2048 x 4096 pixels of 0.263 arcsec, and the margin of its footprint.
    expect(radius).toBeGreaterThan(0.167)
    expect(radius).toBeLessThan(0.175)
    expect(Math.abs(ra! - 53.1) + Math.abs(dec! + 27.8)).toBeLessThan(2.5)
  })

  test('stars of another sky do not match, and the sentence names their catalogue', async () => {
    const work = join(dir, 'sim/work')
    const { exitCode, out } = await run([
      '--expnum',
      '668439',
      '--catalog',
      'demo',
      '--workdir',
      work,
      '--outdir',
      temporaryDirectory(),
    ])
    expect(exitCode).toBe(4)
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /0 of \d+ selected detections match a star of gaia_dr2, no more than chance gives, .*: the WCS is wrong, or this is not the catalogue of the field/,
    )
  })

  test(
    'demo is the bundled one, also in $BLISS_CATALOG; a catalogue in a ' +
      'directory of that name is asked for by its path',
    async () => {
      expect(await namedCatalog('demo', {})).toMatch(/catalogs\/demo$/)
      expect(await namedCatalog(undefined, { BLISS_CATALOG: 'demo' })).toBe(await namedCatalog('demo', {}))
      expect((await run(['catalog', 'info', 'demo'])).out).toContain('Gaia Data Release 2')
      const here = process.cwd()
      const place = temporaryDirectory()
      process.chdir(place)
      try {
        mkdirSync('demo')
        expect(await namedCatalog('demo', {})).toMatch(/catalogs\/demo$/)
        writeFileSync('demo/collection.properties', '')
        await expect(namedCatalog('demo', {})).rejects.toThrow(
          '--catalog: this names the bundled catalogue, and a directory here too (found demo, expected ./demo',
        )
        expect(await namedCatalog('./demo', {})).toBe('./demo')
      } finally {
        process.chdir(here)
      }
    },
  )
})

describe('the name of a release', () => {
  /** In an empty directory of its own; what it says is in `said`. */
  const inPlace = async (work: (said: string[]) => Promise<void>) => {
    const here = process.cwd()
    process.chdir(temporaryDirectory())
    try {
      await work([])
    } finally {
      process.chdir(here)
    }
  }
  const DR3 = 'https://data.lsdb.io/hats/gaia_dr3'
  const MINE = 'https://me:secret@host.example/gaia?token=abc'

  test('is its public copy, which is said with the others and the variable that names another', () =>
    inPlace(async (said) => {
      expect(await namedCatalog('gaia_dr3', {}, (text) => said.push(text))).toBe(DR3)
      expect(await namedCatalog(undefined, { BLISS_CATALOG: 'gaia_dr3' })).toBe(DR3)
      expect(said).toEqual([
        `catalogue: gaia_dr3 is the public copy at ${DR3} (also at s3://stpubdata/gaia/gaia_dr3/public/hats; ` +
          '$BLISS_CATALOG_GAIA_DR3 names another)\n',
      ])
    }))

  test('is what $BLISS_CATALOG_... says, shown without a password or a signature', () =>
    inPlace(async (said) => {
      const env = { BLISS_CATALOG_GAIA_DR3: MINE, BLISS_CATALOG_GAIA_DR2: '/data/dr2' }
      const note = (text: string) => said.push(text)
      expect(await namedCatalog('gaia_dr3', env, note)).toBe(MINE)
      expect(await namedCatalog('gaia_dr2', env, note)).toBe('/data/dr2')
      expect(said.join('')).not.toMatch(/secret|abc/)
      expect(said[0]).toMatch(/^catalogue: gaia_dr3 is https:\/\/.*host\.example\/gaia \(\$BLISS_CATALOG_GAIA_DR3\)\n$/)
    }))

  test('is the directory of that name; a variable that says another place contradicts it', () =>
    inPlace(async (said) => {
      mkdirSync('gaia_dr3')
      expect(await namedCatalog('gaia_dr3', {}, (text) => said.push(text))).toBe('gaia_dr3')
      expect(await namedCatalog('gaia_dr3', { BLISS_CATALOG_GAIA_DR3: join(process.cwd(), 'gaia_dr3') })).toBe(
        'gaia_dr3',
      )
      expect(said).toEqual([])
      await expect(namedCatalog('gaia_dr3', { BLISS_CATALOG_GAIA_DR3: MINE })).rejects.toThrow(
        '--catalog: this names a directory here, and $BLISS_CATALOG_GAIA_DR3 another place (found gaia_dr3, expected ' +
          './gaia_dr3 for the directory; elsewhere for that of $BLISS_CATALOG_GAIA_DR3)',
      )
      expect(await namedCatalog('./gaia_dr3', { BLISS_CATALOG_GAIA_DR3: MINE })).toBe('./gaia_dr3')
      // What lies there is no catalogue: that is said, and the network is not asked instead.
      const { exitCode, err } = await run(['catalog', 'info', 'gaia_dr3'])
      expect([exitCode, err]).toEqual([3, expect.stringMatching(/^bliss-calib: gaia_dr3/)])
    }))

  test('without a public copy is refused with the ways to one', () =>
    inPlace(async () => {
      const { exitCode, err } = await run(['catalog', 'info', 'gaia_dr2'])
      expect(exitCode).toBe(3)
      expect(err).toBe(
        'bliss-calib: gaia_dr2: no directory of this name is here, and no public copy of this release is known: ' +
          '`bliss-calib catalog fetch` or `catalog build` makes one, and $BLISS_CATALOG_GAIA_DR2 says where yours is\n',
      )
    }))

  test('serves every command that takes a catalogue', () =>
    inPlace(async () => {
      await run(['simulate', '--outdir', 'sim', '--ccds', '1', '--seed', '3', '--quiet'])
      await run(['catalog', 'build', '--from', 'sim/raw', '--to', 'store', '--quiet'])
      const env = { BLISS_CATALOG_GAIA_DR2: join(process.cwd(), 'store') }
      const list = ['--catalog', 'gaia_dr2', '--quiet']
      for (const dir of ['out', 'legacy', 'batch']) mkdirSync(dir)
      const work = ['--workdir', 'sim/work', '--outdir', 'out']
      const cone = ['--cone', '53.1,-27.8,1', '--quiet']
      for (const line of [
        ['--expnum', '668439', '--ccd', '1', ...list, ...work],
        ['--expnum', '668439', '--legacy', ...list, '--workdir', 'sim/work', '--outdir', 'legacy'],
        ['batch', 'sim/work', '--outdir', 'batch', ...list],
        ['grid', 'slurm', 'sim/work', '--to', 'grid', ...list],
        ['catalog', 'info', 'gaia_dr2'],
        ['catalog', 'query', 'gaia_dr2', '--to', 'rows.csv', ...cone],
        ['catalog', 'copy', '--from', 'gaia_dr2', '--to', 'part', ...cone],
        ['catalog', 'verify', 'gaia_dr2'],
      ])
        expect([line, await run(line, env)]).toEqual([line, expect.objectContaining({ exitCode: 0 })])
      const secret = await run(['grid', 'slurm', 'sim/work', '--to', 'other', ...list], {
        BLISS_CATALOG_GAIA_DR2: MINE,
      })
      expect([secret.exitCode, secret.err]).toEqual([
        2,
        expect.stringContaining('would stand in the files of the grid'),
      ])
      expect(secret.err).not.toContain('token')
    }))
})

describe('commands that are printed work as printed', () => {
  test.each([
    ['a path with blanks and a quote', "it's mine", ['--ccds', '3,28', '--seed', '7'], [3, 28]],
    [
      'another band, exposure and field',
      'z',
      ['--band', 'z', '--expnum', '1234', '--ra', '10', '--dec', '-45', '--ccds', '60'],
      [60],
    ],
  ])('simulate: %s', async (_, name, options, ccds) => {
    const outdir = join(temporaryDirectory(), name)
    const { out } = await run(['simulate', '--outdir', outdir, ...options])
    const [build, calibrate] = printedCommands(out)
    expect(await run(build!)).toMatchObject({ exitCode: 0, err: '' })
    expect(await run(calibrate!)).toMatchObject({ exitCode: 0, err: '' })
    const { zeropoints } = JSON.parse(readFileSync(join(outdir, 'truth.json'), 'utf8')) as {
      zeropoints: Record<string, number>
    }
    const files = readdirSync(join(outdir, 'work')).filter((file) => /^zeropoint_D\d+_\d\d_/.test(file))
    expect(files).toHaveLength(ccds.length)
    for (const file of files) {
      const {
        ccds: [found],
      } = JSON.parse(readFileSync(join(outdir, 'work', file), 'utf8')) as {
        ccds: [{ ccd: number; zeropoint: number; zeropointErr: number }]
      }
      expect(Math.abs(found.zeropoint - zeropoints[found.ccd]!)).toBeLessThan(5 * found.zeropointErr)
    }
    const again = await run(['simulate', '--outdir', outdir, ...options])
    expect(await run(printedCommands(again.out)[0]!)).toMatchObject({ exitCode: 0 })
  })

  test('demo: the line repeats what was done', async () => {
    const outdir = join(temporaryDirectory(), 'my demo')
    const { out } = await run(['demo', '--outdir', outdir])
    const again = await run(printedCommands(out)[0]!)
    expect(again.exitCode).toBe(0)
    expect(out).toContain(again.out)
  })

  test.each([[['a', 'b c', "it's", '', '$HOME', '*', 'x=1,2-3', '~/x', 'a\nb']]])(
    'a shell gives back the words',
    (given) => {
      expect(words(commandLine(given))).toEqual(given)
    },
  )
})
