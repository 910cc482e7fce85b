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
      expect(err).toContain('`--catalog demo` names the simulated stars of the demonstration')
    }
    expect(readdirSync(join(dir, 'sim/work'))).toEqual(before)
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
      /0 of \d+ selected detections match a star of gaia_dr2: check the astrometry, and that this is the catalogue/,
    )
  })

  test(
    'demo is the bundled one, also in $BLISS_CATALOG; a catalogue in a ' +
      'directory of that name is asked for by its path',
    async () => {
      expect(namedCatalog('demo', {})).toMatch(/catalogs\/demo$/)
      expect(namedCatalog(undefined, { BLISS_CATALOG: 'demo' })).toBe(namedCatalog('demo', {}))
      expect((await run(['catalog', 'info', 'demo'])).out).toContain('Gaia Data Release 2')
      const here = process.cwd()
      const place = temporaryDirectory()
      process.chdir(place)
      try {
        mkdirSync('demo')
        expect(namedCatalog('demo', {})).toMatch(/catalogs\/demo$/)
        writeFileSync('demo/collection.properties', '')
        expect(() => namedCatalog('demo', {})).toThrow(
          '--catalog: this names the bundled catalogue, and a directory here too (found demo, expected ./demo',
        )
        expect(namedCatalog('./demo', {})).toBe('./demo')
      } finally {
        process.chdir(here)
      }
    },
  )
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
