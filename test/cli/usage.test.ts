import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import { parse } from './options/parse.js'
import { run } from './run.js'

describe('a wrong command ends with 2 and one sentence', () => {
  test.each([
    [[], 'name what to calibrate: files, as in bliss-calib cat.fits, or an exposure that has a list'],
    [['--expnum', 'x'], "--expnum must be a whole number (found 'x', expected at least 0)"],
    [['--expnum', '-5'], "--expnum must be a whole number (found '-5'"],
    [['--expnum', '2147483648'], "--expnum must be at most 2147483647 (found '2147483648')"],
    [['--expnum', '1', '--expnum', '2'], '--expnum is given more than once (found 1 and 2)'],
    [['--expnum', '1', '--magsType', 'mag_psf', '--mags-type', 'mag_auto'], '--magsType is given more than once'],
    [['--expnum', '1', '--attnum', '5a'], "--attnum must be a whole number (found '5a'"],
    [['--expnum', '1', '--attnum', '--json'], "--attnum needs a value (found '')"],
    [
      ['--expnum', '1', '--magsType', 'psf'],
      "unknown --magsType 'psf': expected mag_psf, mag_auto, mag_aper_8 or another mag_x\n",
    ],
    [
      ['--expnum', '1', '--sex_mag_zeropoint', 'bright'],
      "--sex_mag_zeropoint must be a number of magnitudes (found 'bright')",
    ],
    [
      ['--expnum', '1', '--system', 'vega'],
      "unknown --system 'vega': expected des-ab, ps1-ab, sdss, johnson-cousins-vega, gaia-vega, catalog\n",
    ],
    [['--expnum', '1', '--verbose', '3'], "--verbose must be at most 2 (found '3')"],
    [['--expnum', '1', '--workers', '999999'], "--workers must be at most 1024 (found '999999')\n"],
    [['batch', 'x', '--workers', '999999'], "--workers must be at most 1024 (found '999999')\n"],
    [['merge', '--expnum', '1', '--workers', '0'], "--workers must be at least 1 (found '0')\n"],
    [
      ['catalog', 'build', '--from', 'x', '--to', 'y', '--lite', '--exact'],
      '--lite and --exact are mutually exclusive\n',
    ],
    [['catalog', 'build', '--to', 'y', '--from'], "--from needs a value (found '')"],
    [['catalog', 'build', '--from', 'x'], '--to is required'],
    [['batch'], 'sources is required'],
    [['batch', ''], "sources needs a value (found '')"],
    [['batch', 'x', '--settle', '2'], '--settle needs --watch\n'],
    [['grid', 'verify', 'x', '--reqnum', '4'], '--reqnum needs --expnum\n'],
    [['grid', 'condor', 'x', '--to', 'y', '--script', 'z'], '--script needs --jobsub\n'],
    [['--expnum', '1', '--json=maybe'], "--json takes no value (found 'maybe')\n"],
    [['simulate', '--outdir', 'x', '--ccds', 'some'], "--ccds: the CCDs cannot be read (found 'some'"],
    [
      ['catalog', 'copy', '--to', 'x'],
      'exactly one of --cone, --polygon, --exposures, --skymap is needed (found none)\n',
    ],
    [['catalog', 'query', '--cone', '1,2,3', '--polygon', '1,2'], 'is needed (found --cone and --polygon)'],
  ])('%j', async (args, sentence) => {
    const { exitCode, out, err } = await run(args)
    expect(err).toContain(sentence)
    expect(err.startsWith('bliss-calib: ')).toBe(true)
    expect([exitCode, out]).toEqual([2, ''])
  })
})

describe('a name that does not exist is refused with the nearest that does', () => {
  test.each([
    [['calibrait', '--expnum', '1'], "unknown command 'calibrait': did you mean 'calibrate'?\n"],
    [['mrege'], "unknown command 'mrege': did you mean 'merge'?\n"],
    [['cat', 'info'], "unknown command 'cat': did you mean 'catlist'?\n"],
    [['frobnicate'], "unknown command 'frobnicate': expected calibrate, merge, measure, se, batch"],
    [['catalog', 'bild', '--from', 'x'], "unknown command 'catalog bild': did you mean 'catalog build'?\n"],
    [['grid', 'sge'], "unknown command 'grid sge': expected condor, slurm, prepare, verify, summary\n"],
    [['catalog'], 'catalog needs a second word: build, info, query, copy, fetch, verify\n'],
    [['--quiet', 'grid'], "the command 'grid' must come first\n"],
    [['merge', '--expnum', '1', 'now'], "unexpected argument 'now'; bliss-calib merge --help lists the options\n"],
    [['catalog', 'verify', 'a', 'b'], "unexpected argument 'b'; bliss-calib catalog verify --help"],
    [['--expnmu', '1'], 'unknown option --expnmu: did you mean --expnum?; bliss-calib --help lists the options\n'],
    [['-expnum', '1'], 'unknown option -expnum: did you mean --expnum?'],
    [['--expnum', '1', '--magtype', 'mag_psf'], 'unknown option --magtype: did you mean --magType?'],
    [['--expnum', '1', '--ccds', '1'], 'unknown option --ccds: did you mean --ccd?'],
    [['--expnum', '1', '--cache-dir', '1'], 'unknown option --cache-dir: did you mean --cache?'],
    [['--expnum', '1', '--jsonn'], 'unknown option --jsonn: did you mean --json?'],
    [['--expnum.x', '1'], 'unknown option --expnum.x: did you mean --expnum?'],
    [['--expnum', '1', '-s', 'db-desoper'], 'unknown option -s; bliss-calib --help lists the options\n'],
    [['merge', '--offline'], 'unknown option --offline; bliss-calib merge --help lists the options\n'],
  ])('%j', async (args, sentence) => {
    const { exitCode, out, err } = await run(args)
    expect(err).toContain(`bliss-calib: ${sentence}`)
    expect([exitCode, out]).toEqual([2, ''])
  })
})

describe('help', () => {
  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    'of %s shows its table',
    async (name, command) => {
      for (const help of ['--help', '-h']) {
        const { exitCode, out, err } = await run([...name.split(' '), help])
        expect([exitCode, err]).toEqual([0, ''])
        const words = out.replaceAll(/\s+/g, ' ')
        for (const [option, { facts, describe, choices = [] }] of Object.entries(command.options)) {
          expect(words).toContain(facts.positional === true ? option : `--${option}`)
          for (const word of describe.split(' ')) expect(words).toContain(word)
          for (const choice of choices) expect(words).toContain(`"${choice}"`)
        }
        expect(command.examples.length).toBeGreaterThan(0)
        // No row of the help is wider than a terminal.
        for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
        const headings = out.match(/^[A-Z].*:$/gm)!
        expect(headings.indexOf('Options:')).toBeGreaterThanOrEqual(0)
        // The cache's options stand behind the command's own, and only where a catalogue may be behind a URL.
        const cache = headings.indexOf('Catalogues behind a URL:')
        expect(cache >= 0).toBe('cache' in command.options)
        if (cache >= 0) expect(cache).toBeGreaterThan(headings.indexOf('Options:'))
      }
    },
  )

  test('of the program lists the commands, in English whatever the locale', async () => {
    const { exitCode, out } = await run(['--help'], { LANG: 'de_DE.UTF-8' })
    expect(exitCode).toBe(0)
    // Each with a word on what it does.
    for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`bliss-calib ${name.split(' ')[0]}\\b.* {2}\\w`))
    expect(out).toMatch(/--expnum /)
    expect(out).toMatch(/--workers .*\(1 to 1024\)/)
  })

  test.each([[[]], [['calibrate']], [['se']], [['catalog', 'build']], [['batch', 'night', '--ccd', '1']]])(
    'by the word help is that of --help: %j',
    async (words) => {
      const expected = await run([...words, '--help'])
      expect(expected.out).toMatch(/\[number\]|\[required\]/)
      expect(await run(['help', ...words])).toEqual(expected)
      expect(await run([...words, 'help'])).toEqual(expected)
    },
  )

  test('is not asked for by a value', async () => {
    const { exitCode, out, err } = await run(['--expnum', '1', '--outdir', 'help', '--catalog', 'help'])
    expect([exitCode, out]).toEqual([3, ''])
    expect(err).toContain('D00000001_r*p*_red_catlist.csv')
  })

  test('--version prints the version', async () => {
    expect(await run(['--version'])).toEqual({ exitCode: 0, out: '0.1.0\n', err: '' })
  })
})

test('the examples of the help are read without a complaint', async () => {
  for (const { name, examples } of COMMANDS)
    for (const [line] of examples) {
      const { command } = await parse(line.replace(/ >.*/, '').split(' '))
      expect(command, line).toBe(name)
    }
})

test('the help says nothing of lists that are empty by default', async () => {
  for (const words of [['camera', 'check'], [], ['lightcurve']]) {
    const { out } = await run([...words, '--help'])
    expect(out).not.toMatch(/\[array\]\s*\[default|default: \[\]/)
  }
})
