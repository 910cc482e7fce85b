import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseListName } from '../../src/exposure/catalogue-list.js'
import { argumentsText, dagOfDags, dagText } from '../../src/grid/condor-dag.js'
import { dagmanConfig, submitText } from '../../src/grid/condor-submit.js'
import { measuredRequests } from '../../src/grid/requests.js'
import { ccdWorkflow, chunkWorkflow, jobCount, type GridExposure } from '../../src/grid/workflow.js'
import { parseDag } from './dag-grammar.js'
import { expand, newSyntaxArguments, parseSubmit } from './submit-grammar.js'

const OPTIONS = {
  catalog: '/data/gaia dr2',
  magsType: 'mag_psf',
  system: 'des-ab',
  estimator: 'robust',
  keepBorrowed: false,
}

export function exposureOf(expnum: number, ccds: readonly number[], over: Partial<GridExposure> = {}): GridExposure {
  const list = parseListName(`D00${expnum}_r4p05_red_catlist.csv`)!
  return {
    list,
    expnum,
    workdir: `/data/${expnum}`,
    outdir: `/out/${expnum}`,
    sha256: '0'.repeat(64),
    band: 'i',
    nite: '20170817',
    ccds,
    ...over,
  }
}

/** What a node's process is started with, by the rules of both files. */
function argumentsOf(dag: ReturnType<typeof parseDag>, name: string, submit: string): string[] {
  const macros = new Map([...dag.nodes.get(name)!.vars, ['JOB', name], ['RETRY', '0']])
  return newSyntaxArguments(expand(parseSubmit(submit).commands.get('arguments')!, macros))
}

test('the DAG of two exposures: prepare, then the CCDs, merge and verify of each, FINAL at the end', () => {
  const exposures = [exposureOf(668439, [1, 28]), exposureOf(668440, [3])]
  const workflow = ccdWorkflow('bliss', exposures, OPTIONS, '/grid/bliss.plan.json')
  const dag = parseDag(dagText(workflow, { retries: 3 }))
  expect(dag.nodes.size).toBe(jobCount(workflow))
  expect(dag.config).toBe('dagman.config')
  const parents = (name: string) => [...dag.nodes.get(name)!.parents].sort()
  expect(parents('prepare')).toEqual([])
  expect(parents('calibrate_668439_r4p05_28')).toEqual(['prepare'])
  expect(parents('merge_668439_r4p05')).toEqual(['calibrate_668439_r4p05_01', 'calibrate_668439_r4p05_28'])
  expect(parents('merge_668440_r4p05')).toEqual(['calibrate_668440_r4p05_03'])
  expect(parents('verify_668439_r4p05')).toEqual(['merge_668439_r4p05'])
  expect(dag.nodes.get('finish')!.kind).toBe('final')
  for (const { name, kind, retries, unlessExit } of dag.nodes.values()) {
    const retried = kind === 'job' && !name.startsWith('verify')
    expect([retries, unlessExit], name).toEqual(retried ? [3, 2] : [0, undefined])
  }
  const submit = submitText('calibrate', measuredRequests('ccd', 2, {}).calibrate, { directory: '/grid', lines: [] })
  expect(argumentsOf(dag, 'calibrate_668439_r4p05_28', submit)).toEqual([
    '/grid/node.sh',
    'calibrate',
    '--expnum',
    '668439',
    '--reqnum',
    '4',
    '--attnum',
    '05',
    '--ccd',
    '28',
    '--workdir',
    '/data/668439',
    '--outdir',
    '/out/668439',
    '--catalog',
    '/data/gaia dr2',
    '--magsType',
    'mag_psf',
    '--system',
    'des-ab',
    '--estimator',
    'robust',
  ])
})

test('the DAG of chunks: every chunk before the one merge, every check after it', () => {
  const chunks = Array.from({ length: 380 }, (_, k) => ({
    name: `chunk_${k}`,
    manifest: `/grid/chunks/${k}.csv`,
    plan: `/grid/chunks/${k}.plan.json`,
  }))
  const dag = parseDag(
    dagText(chunkWorkflow('bliss', chunks, OPTIONS, '/grid/bliss.plan.json', '/grid/summary.parquet'), { retries: 1 }),
  )
  expect(dag.nodes.size).toBe(2 * 380 + 3)
  expect(dag.nodes.get('merge')!.parents.size).toBe(380)
  expect(dag.nodes.get('merge')!.children.size).toBe(380)
  expect([...dag.nodes.get('verify_chunk_379')!.parents]).toEqual(['merge'])
  expect(
    Math.max(
      ...dagText(chunkWorkflow('bliss', chunks, OPTIONS, '/p', '/s'), { retries: 1 })
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(4096)
})

test('a survey is a DAG of DAGs, a few of them at a time', () => {
  const parts = ['night_20170817', 'night_20170818'].map((name, k) =>
    ccdWorkflow(name, [exposureOf(668439 + k, [1])], OPTIONS, `/grid/${name}.plan.json`),
  )
  const dag = parseDag(dagOfDags(parts, 10))
  expect([...dag.nodes.values()].map(({ kind, file, category }) => [kind, file, category])).toEqual([
    ['subdag', 'night_20170817.dag', 'part'],
    ['subdag', 'night_20170818.dag', 'part'],
  ])
  expect(dag.maxJobs.get('part')).toBe(10)
})

test('any path reaches the job as it is: through VARS, macros and the new syntax of arguments', () => {
  const word = fc.string({ unit: fc.constantFrom(...'ab /\'"\\$()\t&;%{}=é'), maxLength: 12 })
  fc.assert(
    fc.property(word, word, fc.array(word, { maxLength: 3 }), (directory, catalog, paths) => {
      // The schedd fills these in: no spelling keeps them.
      fc.pre(![directory, catalog, ...paths].some((text) => text.includes('$$(')))
      const workflow = ccdWorkflow(
        'bliss',
        [exposureOf(668439, [1], { workdir: `/${paths[0] ?? ''}`, outdir: `/${paths[1] ?? ''}` })],
        { ...OPTIONS, catalog },
        `/${paths[2] ?? ''}`,
      )
      const dag = parseDag(dagText(workflow, { retries: 0 }))
      const where = `/${directory.replaceAll('\t', '')}`.replace(/[\s\\]+$/, '')
      const submit = submitText('calibrate', measuredRequests('ccd', 1, {}).calibrate, { directory: where, lines: [] })
      expect(argumentsOf(dag, 'calibrate_668439_r4p05_01', submit)).toEqual([
        `${where}/node.sh`,
        ...workflow.units[0]!.calibrate[0]!.args,
      ])
      expect(expand(parseSubmit(submit).commands.get('initialdir')!, new Map())).toBe(where)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test("the manual's own examples of quoting", () => {
  expect(newSyntaxArguments('"3 simple arguments"')).toEqual(['3', 'simple', 'arguments'])
  expect(newSyntaxArguments(`"one 'two with spaces' 3"`)).toEqual(['one', 'two with spaces', '3'])
  expect(newSyntaxArguments(`"one ""two"" 'spacey ''quoted'' argument'"`)).toEqual([
    'one',
    '"two"',
    "spacey 'quoted' argument",
  ])
  expect(argumentsText(['one', '"two"', "spacey 'quoted' argument"])).toBe(`one ""two"" 'spacey ''quoted'' argument'`)
  const vars = String.raw`JOB NodeA a.sub
VARS NodeA first="Alberto Contador"
VARS NodeA second="\"\"Andy Schleck\"\""
VARS NodeA third="Lance\\ Armstrong"
VARS NodeA fourth="Vincenzo ''The Shark'' Nibali"
VARS NodeA misc="!@#$%^&*()_-=+=[]{}?/"
`
  const macros = parseDag(vars).nodes.get('NodeA')!.vars
  expect(
    newSyntaxArguments(
      `"${['first', 'second', 'third', 'fourth', 'misc'].map((name) => `'${macros.get(name)}'`).join(' ')}"`,
    ),
  ).toEqual([
    'Alberto Contador',
    '"Andy Schleck"',
    String.raw`Lance\ Armstrong`,
    "Vincenzo 'The Shark' Nibali",
    '!@#$%^&*()_-=+=[]{}?/',
  ])
})

test('the reader refuses what the manual does not allow', () => {
  const refused = (text: string, message: RegExp) => expect(() => parseDag(text), text).toThrow(message)
  refused('JOB a.b x.sub\n', /cannot be called/)
  refused('JOB child x.sub\n', /cannot be called/)
  refused('JOB a x.sub\nJOB a x.sub\n', /taken/)
  refused('JOB a x.sub\nPARENT a CHILD b\n', /not declared/)
  refused('JOB a x.sub\nVARS a queue_1="x"\n', /queue/)
  refused('JOB a x.sub\nVARS a b="x\\y"\n', /macroname/)
  refused('JOB a x.sub\nVARS a b=x\n', /macroname/)
  refused('JOB a x.sub\nRETRY a many\n', /integer/)
  refused('JOB a x.sub\nRETRY a 1 UNLESS 2\n', /UNLESS-EXIT/)
  refused('FINAL f x.sub\nFINAL g x.sub\n', /FINAL/)
  refused('JOB a x.sub\nFINAL f x.sub\nPARENT a CHILD f\n', /FINAL/)
  refused('FINAL f x.sub\nRETRY f 1\n', /FINAL/)
  refused('JOB a x.sub\nJOB b x.sub\nPARENT a CHILD b\nPARENT b CHILD a\n', /cycle/)
  refused('SUBDAG a x.dag\n', /EXTERNAL/)
  refused('JOBS a x.sub\n', /no command/)
  expect(() => parseSubmit('executable = /bin/sh\n')).toThrow(/queue/)
  expect(() => parseSubmit('request_memory = much\nqueue\n')).toThrow(/request_memory/)
})

test('DAGMan is told how many jobs may stand in the queue', () => {
  for (const line of dagmanConfig(256)
    .split('\n')
    .filter((text) => text !== '' && !text.startsWith('#')))
    expect(line).toMatch(/^DAGMAN_[A-Z_]+ = \d+$/)
})
