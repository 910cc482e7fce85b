import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parsePlan } from '../../src/grid/plan.js'
import { filesBelow } from '../support/file-tree.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { parseDag } from './dag-grammar.js'
import { smallSurvey, type SmallSurvey } from './small-exposure.js'
import { parseSubmit } from './submit-grammar.js'

const LIST = 'D00668439_r4p5_red_catlist.csv'
let survey: SmallSurvey
let listText: string
beforeAll(async () => {
  survey = await smallSurvey([1])
  listText = readFileSync(join(survey.work, LIST), 'utf8')
}, 120_000)

/** An exposure of one CCD with hostile names; the planner looks whether its catalogue is there, not into it. */
function exposureCalled(directory: string, reqnum = '4'): string {
  const dir = join(temporaryDirectory(), directory)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, `D00668439_r${reqnum}p5_red_catlist.csv`), listText)
  writeFileSync(join(dir, 'D00668439_i_01_r4p5_fullcat.fits'), '')
  return dir
}

/** What each job of a Slurm plan starts, as bash and sh make words of it. */
function wordsOfTasks(to: string): string[][] {
  const node = join(to, 'node.sh')
  writeFileSync(node, `#!/bin/sh\nprintf '%s\\0' "$@" >> ../ran\nprintf '\\n' >> ../ran\n`)
  const ran = join(dirname(to), 'ran')
  for (const shell of ['sh', 'bash']) {
    for (const tasks of readdirSync(to).filter((name) => name.endsWith('.tasks'))) {
      const count = readFileSync(join(to, tasks), 'utf8').split('\n').length - 1
      for (let k = 0; k < count; k++)
        spawnSync(shell, [join(to, 'job.sbatch'), tasks, '0'], {
          cwd: to,
          env: { PATH: process.env['PATH'], SLURM_ARRAY_TASK_ID: String(k) },
        })
    }
  }
  return readFileSync(ran, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\0').slice(0, -1))
}

const noneReached = (root: string) => expect(filesBelow(root).filter((name) => name.endsWith('PWNED'))).toEqual([])

/** Parts of names; those with a reason are refused. */
const CARRIED = [
  "it's",
  '$(touch PWNED)',
  '`touch PWNED`',
  'a;touch PWNED',
  '-x',
  '--catalog',
  '%x%j',
  'a b ',
  '\\',
  '#',
  '$HOME',
  '!!',
  '\u00a0é星',
  '{ccd}',
]
const REFUSED = ['\n$(touch${IFS}PWNED)\n', 'a\r', '\u001b[31m', '\u2028touch PWNED', '\u0085', '\u007f']

describe('Slurm', () => {
  test.each(CARRIED)('the jobs get %j as it is', async (text) => {
    const dir = exposureCalled(text, text)
    const to = join(temporaryDirectory(), 'grid')
    expect(await run(['grid', 'slurm', dir, '--to', to, '--catalog', survey.catalog])).toMatchObject({
      exitCode: 0,
      err: '',
    })
    const jobs = wordsOfTasks(to)
    expect(jobs).toHaveLength(8)
    const calibrate = jobs.find(([command]) => command === 'calibrate')!
    const value = (name: string) =>
      calibrate.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ??
      calibrate[calibrate.indexOf(name) + 1]
    expect([value('--reqnum'), value('--workdir')]).toEqual([text, dir])
    noneReached(dirname(to))
    // What a person is told to type does the same.
    const { out } = await run(['grid', 'verify', join(to, 'bliss.plan.json')])
    expect(out).toContain('0 of 1 exposure whole')
  })

  test('chunks: the manifest names the list as it is', async () => {
    for (const text of CARRIED) {
      const dir = exposureCalled(text, text)
      const to = join(temporaryDirectory(), 'grid')
      expect(
        await run(['grid', 'slurm', dir, '--to', to, '--catalog', survey.catalog, '--per', 'chunk']),
      ).toMatchObject({ exitCode: text.endsWith(' ') ? 2 : 0 })
      expect(existsSync(to)).toBe(!text.endsWith(' '))
      if (text.endsWith(' ')) continue
      const { exposures } = parsePlan(readFileSync(join(to, 'chunks', 'chunk_00001.plan.json'), 'utf8'), 'plan')
      expect(exposures[0]!.workdir).toBe(dir)
      const batch = await run(['batch', join(to, 'chunks', 'chunk_00001.csv'), '--catalog', survey.catalog, '--quiet'])
      expect(batch.err).toContain('fullcat.fits')
    }
  })
})

describe('HTCondor', () => {
  test.each(CARRIED)('the DAG and its submit files can be read with %j', async (text) => {
    const to = join(temporaryDirectory(), `${text}x`)
    const dir = exposureCalled(text, text)
    expect(await run(['grid', 'condor', dir, `--to=${to}`, '--catalog', survey.catalog])).toMatchObject({
      exitCode: 0,
      err: '',
    })
    const dag = parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8'))
    expect(dag.nodes.size).toBe(5)
    for (const { file } of dag.nodes.values())
      expect(parseSubmit(readFileSync(join(to, file), 'utf8')).commands.get('executable')).toBe('/bin/sh')
  })

  test.each(['a$$(Cpus)', 'ends\\'])('a name that a submit file has no form for is refused: %j', async (text) => {
    const to = join(temporaryDirectory(), text)
    const { exitCode, err } = await run(['grid', 'condor', survey.work, '--to', to, '--catalog', survey.catalog])
    expect([exitCode, existsSync(to)]).toEqual([2, false])
    expect(err).toContain(text)
  })

  test.each(['name\n = x', 'a = b\nqueue 5', 'a = b\\', 'a @=end', 'include : /bin/x|', 'a = \u001b', ' queue 3'])(
    'no further line of a submit file is %j',
    async (line) => {
      const to = join(temporaryDirectory(), 'grid')
      const { exitCode, err } = await run([
        'grid',
        'condor',
        survey.work,
        '--to',
        to,
        '--catalog',
        survey.catalog,
        '--submit-line',
        line,
      ])
      expect([exitCode, existsSync(to)]).toEqual([2, false])
      expect(err).toContain('--submit-line')
    },
  )
})

describe('what no line can hold is refused, and nothing is written', () => {
  const planners = [['slurm'], ['condor'], ['condor', '--jobsub'], ['slurm', '--per', 'chunk']]
  const places: readonly (readonly [string, (text: string) => string])[] = [
    ['the list', (text) => exposureCalled('in', `4${text}`)],
    ['the work directory', (text) => exposureCalled(`in${text}`)],
  ]
  test.each(REFUSED)('%j', async (text) => {
    for (const [where, make] of places) {
      for (const planner of planners) {
        const to = join(temporaryDirectory(), 'grid')
        const { exitCode, err } = await run([
          'grid',
          planner[0]!,
          make(text),
          '--to',
          to,
          '--catalog',
          survey.catalog,
          ...planner.slice(1),
        ])
        expect([where, planner, exitCode === 2 || exitCode === 3, existsSync(to)]).toEqual([
          where,
          planner,
          true,
          false,
        ])
        expect(err).toMatch(/^bliss-calib: [ -~]*\n$/)
      }
    }
  })

  test.each([
    ['--to', 'slurm'],
    ['--outdir', 'slurm'],
    ['--program', 'slurm'],
    ['--program', 'condor'],
    ['--jobsub-options', 'condor'],
    ['--script', 'condor'],
    ['--script-args', 'condor'],
  ])('in the option %s of grid %s', async (option, planner) => {
    const to = join(temporaryDirectory(), 'grid')
    const evil = `${to}x\u2028touch PWNED`
    const jobsub =
      option.startsWith('--script') || option.startsWith('--jobsub')
        ? ['--jobsub', ...(option === '--script-args' ? ['--script', 'x.sh'] : [])]
        : []
    const asked = option === '--to' ? ['--to', evil] : ['--to', to, `${option}=${evil}`]
    const { exitCode } = await run(['grid', planner, survey.work, ...asked, '--catalog', survey.catalog, ...jobsub])
    expect([exitCode, existsSync(to), existsSync(evil)]).toEqual([2, false, false])
  })

  test('jobsub has no quotes: whatever a shell or the tool would change', async () => {
    for (const text of CARRIED) {
      const to = join(temporaryDirectory(), 'grid')
      const { exitCode } = await run([
        'grid',
        'condor',
        exposureCalled(text, text),
        '--to',
        to,
        '--catalog',
        survey.catalog,
        '--jobsub',
      ])
      const plain = /^[\w%-]+$/.test(text)
      expect([text, exitCode, existsSync(to)]).toEqual([text, plain ? 0 : 2, plain])
    }
  })

  test('two exposures of one name in two directories are two nodes each', async () => {
    const root = temporaryDirectory()
    for (const night of ['a', 'b']) {
      mkdirSync(join(root, night))
      writeFileSync(join(root, night, LIST), listText)
      writeFileSync(join(root, night, 'D00668439_i_01_r4p5_fullcat.fits'), '')
    }
    const to = join(temporaryDirectory(), 'grid')
    expect(await run(['grid', 'condor', root, '--to', to, '--catalog', survey.catalog])).toMatchObject({ exitCode: 0 })
    expect(parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8')).nodes.size).toBe(8)
  })

  test('the address of a catalogue stays an address; one with a password is refused', async () => {
    const to = join(temporaryDirectory(), 'grid')
    const planned = (catalog: string) =>
      run(['grid', 'slurm', survey.work, '--to', to, '--catalog', catalog, '--cache-size', '0'])
    // Nothing listens at port 1.
    const open = await planned('http://127.0.0.1:1/gaia')
    expect([open.exitCode, existsSync(to)]).toEqual([3, false])
    expect(open.err).toContain('http://127.0.0.1:1/gaia')
    const secret = await planned('https://user:Secret7@127.0.0.1:1/gaia')
    expect([secret.exitCode, existsSync(to)]).toEqual([2, false])
    expect(secret.err).not.toContain('Secret7')
  }, 60_000)
})
