import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseDag } from '../../grid/dag-grammar.js'
import { programsAreHere } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { reducedImages } from '../se/reduced-images.js'

let images: ReadonlyMap<string, Buffer>
beforeAll(async () => {
  images = await reducedImages()
})

const before = process.cwd()
const env = { PATH: process.env['PATH']!, BLISS_CATALOG: join(before, 'catalogs/demo') }
/** Names that a shell, DAGMan or `se` would read something else into. */
const HOSTILE = ["it's", 'two words', '$HOME', '{d}', '-n', 'a;b&c|d', 'q"q', '`id`', '%(x)', 'ünï']

/** An exposure in a directory of this name. */
function exposureIn(...parts: readonly string[]): string {
  const directory = join(temporaryDirectory(), ...parts, '20170817')
  mkdirSync(directory, { recursive: true })
  for (const [name, bytes] of images) writeFileSync(join(directory, name), bytes)
  return directory
}

const slurm = (from: string, to: string, ...words: readonly string[]) =>
  run(['grid', 'slurm', from, '--se', '--to', to, '--system', 'catalog', ...words], env)

/** The words of each line of a task file, as the shell of the batch script takes them. */
function tasks(to: string, kind: string): string[][] {
  const lines = readFileSync(join(to, `${kind}.tasks`), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((_, k) => {
    const script = `eval "set -- $(sed -n "${k + 1}p" "$1")"; printf '%s\\0' "$@"`
    const { stdout } = spawnSync('sh', ['-c', script, 'sh', join(to, `${kind}.tasks`)], { encoding: 'utf8' })
    return stdout.split('\0').slice(0, -1)
  })
}

describe('a plan of single-epoch jobs', () => {
  test.each(HOSTILE)('directories called %s reach the jobs as they are', async (name) => {
    const [directory, to] = [exposureIn(name), join(temporaryDirectory(), 'grid')]
    const { exitCode, out, err } = await slurm(directory, to)
    expect([exitCode, err, out]).toEqual([0, '', expect.stringContaining('1 exposure, 2 CCDs, 5 tasks')])
    expect(spawnSync('sh', ['-n', join(to, 'submit.sh')]).status).toBe(0)
    const jobs = tasks(to, 'calibrate')
    expect(jobs.map((words) => words[words.indexOf('--ccd') + 1])).toEqual(['1', '3'])
    const word = name === '{d}' ? '--dest' : '--layout'
    for (const words of [...jobs, ...tasks(to, 'merge')]) expect(words[words.indexOf(word) + 1]).toBe(directory)
    expect(tasks(to, 'merge')[0]).toContain('--join')
    expect(readFileSync(join(to, 'submit.sh'), 'utf8')).toMatch(/calibrate_668439_r4p5 --cpus-per-task=1 --mem=2048M/)
  })

  test('for DAGMan: a node per CCD, a merge after them; a line break in a name is refused', async () => {
    const to = join(temporaryDirectory(), 'grid')
    const condor = (from: string) => run(['grid', 'condor', from, '--se', '--to', to, '--system', 'catalog'], env)
    const broken = await condor(exposureIn('a\nb'))
    expect([broken.exitCode, broken.err]).toEqual([2, expect.stringContaining('a name or option with a line break')])
    expect((await condor(exposureIn("it's here"))).exitCode).toBe(0)
    const { nodes } = parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8'))
    expect([...nodes.get('merge_668439_r4p5')!.parents].sort()).toEqual([
      'calibrate_668439_r4p5_01',
      'calibrate_668439_r4p5_03',
    ])
  })

  test('what cannot work is refused before anything is written', async () => {
    const [directory, to] = [exposureIn('n'), join(temporaryDirectory(), 'grid')]
    const refusals = [
      [await slurm(temporaryDirectory(), to), 3, 'there is no reduced image in the directory or below it'],
      [await slurm(directory, to, '--per', 'chunk'), 2, '--per does not go with --se'],
      [await slurm(directory, to, '--outdir', 'x'), 2, '--outdir does not go with --se'],
    ] as const
    for (const [{ exitCode, err }, code, sentence] of refusals)
      expect([exitCode, err]).toEqual([code, expect.stringContaining(sentence)])
    const elsewhere = temporaryDirectory()
    const unsaid = (bytes: Buffer) =>
      Buffer.from(bytes.toString('latin1').replaceAll('NITE    =', 'NOTE    ='), 'latin1')
    for (const [name, bytes] of images) writeFileSync(join(elsewhere, name), unsaid(bytes))
    expect((await slurm(elsewhere, to)).err).toContain('say of which night they are')
    const [name, bytes] = [...images][1]!
    rmSync(join(directory, name))
    const inZ = bytes
      .toString('latin1')
      .replaceAll("'i DECam", "'z DECam")
      .replaceAll(/(BAND    = ')i/g, '$1z')
    writeFileSync(join(directory, name.replace('_i_', '_z_')), Buffer.from(inZ, 'latin1'))
    expect((await slurm(directory, to)).err).toMatch(/of two bands: their lists would have one name/)
  })
})

describe.skipIf(!programsAreHere)('the jobs of a plan (source-extractor and psfex are not installed)', () => {
  test('measure, calibrate and join; a CCD that fails is left out of the exposure and named', async () => {
    const [directory, to] = [exposureIn('a b'), join(temporaryDirectory(), 'grid')]
    await slurm(directory, to)
    const all = async (kind: string) => {
      const ends = []
      for (const words of tasks(to, kind)) ends.push(await run(words, env))
      return ends
    }
    expect((await all('prepare')).map(({ exitCode }) => exitCode)).toEqual([0])
    expect((await all('calibrate')).map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(readdirSync(directory)).not.toContain('D00668439_r4p5_ZP.csv')
    const [joined] = await all('merge')
    expect([joined!.exitCode, readdirSync(directory).includes('D00668439_r4p5_ZP.csv')]).toEqual([0, true])
    expect((await all('verify')).map(({ exitCode, out }) => [exitCode, out])).toEqual([
      [0, '1 of 1 exposure whole; CCDs: 2 fitted\n'],
    ])
    expect((await all('merge'))[0]!.err).toContain('all done')
    // Two steps that come to the end at the same time solve the exposure once.
    rmSync(join(directory, 'D00668439_r4p5_ZP.csv'))
    const [merge] = tasks(to, 'merge')
    const both = await Promise.all([run(merge!, env), run(merge!, env)])
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(both.filter(({ err }) => err.includes('all done'))).toHaveLength(1)
    expect(readdirSync(directory).filter((name) => name.includes('lock'))).toEqual([])
    for (const name of readdirSync(directory).filter((one) =>
      /_03_r4p5_(ZP|Zero)|Zero_.*_03_|_03_r4p5\.(json|parquet)/.test(one),
    ))
      rmSync(join(directory, name))
    const [partial] = await all('merge')
    expect([partial!.exitCode, partial!.err]).toEqual([0, expect.stringContaining('solved without CCD 3')])
    const [verified] = await all('verify')
    expect([verified!.exitCode, verified!.err]).toEqual([3, expect.stringContaining('CCD 3: no products')])
  })
})
