import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.js'
import { PHOTOMETRIC_SYSTEMS } from '../../../src/camera/photometric-systems.js'
import { run, temporaryDirectory } from '../run.js'

const runs = (shell: string) => spawnSync(shell, ['--version']).status === 0

/** The script, as the command prints it, in a file. */
async function scriptOf(shell: string): Promise<string> {
  const { exitCode, out, err } = await run(['completion', shell])
  expect([exitCode, err]).toEqual([0, ''])
  const path = join(temporaryDirectory(), `_bliss-calib`)
  writeFileSync(path, out)
  return path
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '')

/** What is typed, its last word to be completed, and what some of the offers and none of the offers are. */
const LINES: readonly (readonly [typed: string, offered: readonly string[], not: readonly string[]])[] = [
  ['', ['calibrate', 'merge', 'batch', 'catalog', 'grid', 'completion'], ['build', '--expnum']],
  ['me', ['merge'], ['batch']],
  ['--ex', ['--expnum'], ['--seed', '--ccd']],
  ['--expnum 1 --mag', ['--magsType', '--mags-type', '--magType'], ['--estimator']],
  ['--expnum 1 --system ', ['des-ab', 'johnson-cousins-vega', 'catalog'], ['merge', 'gaia']],
  ['batch night --estimator s', ['sigma-clip'], ['robust']],
  ['catalog ', ['build', 'info', 'query', 'copy', 'verify'], ['condor', 'merge']],
  ['catalog qu', ['query'], ['build']],
  ['catalog query gaia --format ', ['csv', 'json', 'parquet', 'arrow'], ['night']],
  ['catalog copy --to x --ca', ['--cache', '--cache-size'], ['--expnum']],
  ['grid condor night --split-by ', ['night', 'band'], ['chunk']],
  ['grid slurm night --max', ['--max-array-size'], ['--submit-line']],
  ['merge --o', ['--outdir'], ['--offline']],
  ['completion ', ['bash', 'zsh', 'fish'], ['merge']],
]

test('a shell that is not known is refused', async () => {
  expect(await run(['completion', 'csh'])).toEqual({
    exitCode: 2,
    out: '',
    err: "bliss-calib: unknown shell 'csh': expected bash, zsh, fish\n",
  })
  expect((await run(['completion'])).err).toBe('bliss-calib: shell is required; --help lists the options\n')
})

describe.skipIf(!runs('bash'))('bash', () => {
  const offers = (path: string, typed: readonly string[]) => {
    const words = ['bliss-calib', ...typed].map((word) => `'${word}'`).join(' ')
    const { stdout } = spawnSync('bash', [
      '--norc',
      '-c',
      `source ${path}; COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _bliss_calib; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ])
    return linesOf(String(stdout))
  }

  test('offers what can follow', async () => {
    const path = await scriptOf('bash')
    for (const [typed, offered, not] of LINES) {
      const found = offers(path, typed.split(' '))
      for (const word of offered) expect(found, typed).toContain(word)
      for (const word of not) expect(found, typed).not.toContain(word)
    }
    // As bash splits --system=des.
    expect(offers(path, ['--system', '=', 'des'])).toEqual(['des-ab'])
    expect(offers(path, ['--system', '=']).sort()).toEqual([...PHOTOMETRIC_SYSTEMS].sort())
    // Files are left to bash.
    expect(offers(path, ['batch', 'night', '--outdir', ''])).toEqual([])
  })

  test('offers every option of every command', async () => {
    const path = await scriptOf('bash')
    for (const { name, options } of COMMANDS) {
      const own = Object.entries(options).filter(([, { facts }]) => facts.positional !== true)
      const expected = own.flatMap(([option, { facts }]) => [option, ...(facts.alias ?? [])].map((word) => `--${word}`))
      expect(offers(path, [...name.split(' '), '--']), name).toEqual([...expected, '--help'])
    }
  })
})

describe.skipIf(!runs('fish'))('fish', () => {
  test('offers what can follow', async () => {
    const path = await scriptOf('fish')
    const home = temporaryDirectory()
    for (const [typed, offered, not] of LINES) {
      const { stdout } = spawnSync('fish', ['-N', '-c', `source ${path}; complete -C 'bliss-calib ${typed}'`], {
        env: { ...process.env, HOME: home },
        cwd: home,
      })
      const found = linesOf(String(stdout)).map((line) => line.split('\t')[0]!)
      for (const word of offered) expect(found, typed).toContain(word)
      for (const word of not) expect(found, typed).not.toContain(word)
    }
  })
})

describe.skipIf(!runs('zsh'))('zsh', () => {
  test('offers what can follow', async () => {
    const path = await scriptOf('zsh')
    // The two functions of zsh that take the offers show them instead.
    const stub = `compdef() { }; _describe() { print -rl -- $names }; _arguments() { print -rl -- "$words[*]" $CURRENT "$@" }`
    for (const [typed, offered] of LINES) {
      const words = ['bliss-calib', ...typed.split(' ')].map((word) => `'${word}'`).join(' ')
      const script = `${stub}; source ${path}; words=(${words}); CURRENT=$#words; _bliss_calib`
      const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script])
      expect(String(stderr)).toBe('')
      // What begins as typed is zsh's own choice.
      for (const word of offered) expect(String(stdout), typed).toContain(word)
    }
    const { stdout } = spawnSync('zsh', [
      '-f',
      '-c',
      `${stub}; source ${path}; words=(bliss-calib grid slurm night ''); CURRENT=5; _bliss_calib`,
    ])
    expect(linesOf(String(stdout)).slice(0, 2)).toEqual(['slurm night ', '3'])
  })
})
