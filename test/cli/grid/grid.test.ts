import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  existsSync,
  cpSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseManifest } from '../../../src/batch/manifest.js'
import { parseDag } from '../../grid/dag-grammar.js'
import { smallSurvey, type SmallSurvey } from '../../grid/small-exposure.js'
import { parseSubmit } from '../../grid/submit-grammar.js'
import { run, temporaryDirectory } from '../run.js'

let survey: SmallSurvey
beforeAll(async () => {
  survey = await smallSurvey([1, 28, 35], [668439, 668440, 668441])
}, 120_000)

const fresh = () => join(temporaryDirectory(), 'grid')
const condor = (from: string, to: string, ...options: string[]) =>
  run(['grid', 'condor', from, '--to', to, '--catalog', survey.catalog, ...options])

describe('planning', () => {
  test('every file of a directory of exposures can be read by its grammar, and names files that exist', async () => {
    const to = fresh()
    const { exitCode, out, err } = await condor(survey.work, to, '--submit-line', 'accounting_group = group_des')
    expect([exitCode, err]).toEqual([0, ''])
    expect(out).toBe(`${to}: 3 exposures, 9 CCDs, 17 nodes in 1 DAG; now: cd ${to} && condor_submit_dag bliss.dag\n`)
    const dag = parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8'))
    for (const { file } of dag.nodes.values()) {
      const { commands } = parseSubmit(readFileSync(join(to, file), 'utf8'))
      expect(commands.get('accounting_group')).toBe('group_des')
    }
    expect(existsSync(join(to, dag.config!))).toBe(true)
    expect(statSync(join(to, 'logs')).isDirectory()).toBe(true)
  })

  test('a large plan becomes a DAG per night, each with a plan of its own', async () => {
    const to = fresh()
    const { out } = await condor(survey.work, to, '--nodes-per-dag', '10')
    expect(out).toContain('17 nodes in 1 DAG')
    const again = fresh()
    const other = join(survey.root, 'two-nights')
    cpSync(survey.work, other, { recursive: true })
    const list = join(other, '668441', 'D00668441_r4p5_red_catlist.csv')
    writeFileSync(list, readFileSync(list, 'utf8').replaceAll(',20170817,', ',20170818,'))
    expect((await condor(other, again, '--nodes-per-dag', '10')).out).toContain('19 nodes in 2 DAGs')
    const top = parseDag(readFileSync(join(again, 'bliss.dag'), 'utf8'))
    expect([...top.nodes.values()].map(({ kind, file }) => [kind, file])).toEqual([
      ['subdag', 'night_20170817.dag'],
      ['subdag', 'night_20170818.dag'],
    ])
    const night = parseDag(readFileSync(join(again, 'night_20170818.dag'), 'utf8'))
    expect([...night.nodes.keys()].filter((name) => name.startsWith('merge'))).toEqual(['merge_668441_r4p5'])
    expect(night.nodes.get('prepare')!.vars.get('args')).toBe(`grid prepare ${again}/night_20170818.plan.json`)
  })

  test('chunks hold every exposure once, in the order of the sky, and take about the time asked for', async () => {
    const to = fresh()
    expect(
      (await condor(survey.work, to, '--per', 'chunk', '--minutes', '1', '--seconds-per-ccd', '15')).exitCode,
    ).toBe(0)
    const manifests = readdirSync(join(to, 'chunks'))
      .filter((name) => name.endsWith('.csv'))
      .sort()
    const rows = manifests.map((name) =>
      parseManifest(readFileSync(join(to, 'chunks', name), 'utf8'), name).flatMap((row) => ('list' in row ? row : [])),
    )
    // 3 exposures of 45 s: 135 s are three chunks of a minute.
    expect(rows.map((chunk) => chunk.length)).toEqual([1, 1, 1])
    expect(new Set(rows.flat().map(({ list }) => list)).size).toBe(3)
    expect(rows.flat().every(({ list, ccd }) => existsSync(list) && ccd === '1,28,35')).toBe(true)
    const dag = parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8'))
    expect([...dag.nodes.get('merge')!.parents].sort()).toEqual([
      'calibrate_chunk_00001',
      'calibrate_chunk_00002',
      'calibrate_chunk_00003',
    ])
  })

  test("jobsub's own form, as the original's dag-create.sh wrote it for a pipeline's script", async () => {
    const to = fresh()
    const options =
      '-n -G des -M --memory=3500MB --disk=100GB --expected-lifetime=3h ' +
      '--resource-provides=usage_model=DEDICATED,OPPORTUNISTIC,OFFSITE --cpu=4 ' +
      '--append_condor_requirements=\'(TARGET.GLIDEIN_Site=="FermiGrid")\''
    const list = join(survey.work, '668439', 'D00668439_r4p5_red_catlist.csv')
    const args = '-r {reqnum} -p {attnum} -E {expnum} -b {band} -n {nite} -d persistent -m gw -C -O -c {ccd}'
    const { exitCode, err } = await condor(
      list,
      to,
      '--jobsub',
      '--script',
      'SE_job_mod.sh',
      `--script-args=${args}`,
      `--jobsub-options=${options}`,
      '--no-requests',
    )
    expect([exitCode, err]).toEqual([0, ''])
    const line = (ccd: number) =>
      `jobsub ${options} file://SE_job_mod.sh -r 4 -p 5 -E 668439 -b i -n ` +
      `20170817 -d persistent -m gw -C -O -c ${ccd}\n`
    expect(readFileSync(join(to, 'jobsub.dag'), 'utf8')).toBe(
      `<parallel>\n${line(1)}${line(28)}${line(35)}</parallel>\n`,
    )
  })

  test("jobsub's form of the whole workflow: blocks one after the other", async () => {
    const to = fresh()
    expect((await condor(survey.work, to, '--jobsub')).exitCode).toBe(0)
    const blocks = [
      ...readFileSync(join(to, 'jobsub.dag'), 'utf8').matchAll(/<(serial|parallel)>\n((?:jobsub .*\n)+)<\/\1>\n/g),
    ].map(([, kind, lines]) => [kind, lines!.split('\n').length - 1])
    expect(blocks).toEqual([
      ['serial', 1],
      ['parallel', 9],
      ['parallel', 3],
      ['parallel', 3],
    ])
    expect(existsSync(join(to, 'jobsub.plan.json'))).toBe(true)
  })

  test('Slurm gets arrays no larger than it takes', async () => {
    const to = fresh()
    const { exitCode } = await run([
      'grid',
      'slurm',
      survey.work,
      '--to',
      to,
      '--catalog',
      survey.catalog,
      '--per',
      'chunk',
      '--minutes',
      '1',
      '--seconds-per-ccd',
      '15',
      '--max-array-size',
      '2',
    ])
    expect(exitCode).toBe(0)
    expect(
      [...readFileSync(join(to, 'submit.sh'), 'utf8').matchAll(/--array=(\S+) .*job.sbatch (\w+).tasks (\d+)/g)].map(
        (found) => found.slice(1),
      ),
    ).toEqual([
      ['0-1%256', 'calibrate', '0'],
      ['0-0%256', 'calibrate', '2'],
      ['0-1%256', 'verify', '0'],
      ['0-0%256', 'verify', '2'],
    ])
  })

  test(
    'CCDs without a file are left out and said; the same plan ' + 'comes out whatever the directory is called',
    async () => {
      const other = join(survey.root, 'absent')
      cpSync(join(survey.work, '668439'), other, { recursive: true })
      rmSync(join(other, 'D00668439_i_28_r4p5_fullcat.fits'))
      const to = fresh()
      const { err } = await condor(other, to)
      expect(err).toBe('D00668439_r4p5_red_catlist.csv: left out, because there is no file: CCDs 28\n')
      expect(
        [...parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8')).nodes.keys()].filter((name) =>
          name.startsWith('calibrate'),
        ),
      ).toEqual(['calibrate_668439_r4p5_01', 'calibrate_668439_r4p5_35'])
    },
  )

  const refusals: [string, (to: string) => Promise<{ exitCode: number; err: string }>, number, RegExp][] = [
    [
      'nothing there',
      (to) => condor(join(survey.root, 'nowhere'), to),
      3,
      /nowhere: the exposures cannot be read: there is no such file or directory/,
    ],
    ['no list', (to) => condor(survey.catalog, to), 3, /there is no catalogue list in the directory or below it/],
    [
      'a catalogue of another field',
      (to) => run(['grid', 'condor', survey.work, '--to', to, '--catalog', 'demo']),
      3,
      /does not cover CCD \d+.*no coverage at RA/,
    ],
    [
      'no catalogue',
      (to) => run(['grid', 'slurm', survey.work, '--to', to, '--catalog', join(survey.root, 'none')]),
      3,
      /the reference catalogue cannot be read/,
    ],
    [
      'an impossible number',
      (to) => condor(survey.work, to, '--minutes', 'soon'),
      2,
      /--minutes must be a number of minutes \(found 'soon', expected above 0/,
    ],
    ['a flux that is none', (to) => condor(survey.work, to, '--magsType', 'flux'), 2, /magsType/],
    ['a script without jobsub', (to) => condor(survey.work, to, '--script', 'x.sh'), 2, /--script needs --jobsub/],
    [
      'a template with an unknown name',
      (to) => condor(survey.work, to, '--jobsub', '--script', 'x.sh', '--script-args=-n {night}'),
      2,
      /--script-args: .*found \{night\}, expected \{expnum\}/,
    ],
    ['a submit line that queues', (to) => condor(survey.work, to, '--submit-line', 'queue 5'), 2, /--submit-line/],
  ]
  test.each(refusals)('%s: refused, and nothing is written', async (_name, command, exitCode, message) => {
    const to = fresh()
    const result = await command(to)
    expect(result.exitCode).toBe(exitCode)
    expect(result.err).toMatch(message)
    expect(existsSync(to)).toBe(false)
  })

  test('a plan that stands is replaced by --force only', async () => {
    const to = fresh()
    await condor(survey.work, to)
    const before = readFileSync(join(to, 'bliss.dag'))
    const refused = await condor(join(survey.work, '668439'), to)
    expect(refused.exitCode).toBe(2)
    expect(refused.err).toMatch(/the directory has a plan already/)
    expect(readFileSync(join(to, 'bliss.dag'))).toEqual(before)
    expect((await condor(join(survey.work, '668439'), to, '--force')).exitCode).toBe(0)
    expect(readFileSync(join(to, 'bliss.dag'))).not.toEqual(before)
  })
})

describe('prepare', () => {
  const planned = async () => {
    const work = join(temporaryDirectory(), 'work')
    cpSync(survey.work, work, { recursive: true })
    const to = fresh()
    await condor(work, to)
    const prepare = () => run(['grid', 'prepare', join(to, 'bliss.plan.json')])
    return { work, to, prepare }
  }

  test('says that all is well, and what has changed since', async () => {
    const { work, to, prepare } = await planned()
    expect(await prepare()).toMatchObject({ exitCode: 0, out: '3 of 3 exposures can be calibrated\n', err: '' })
    renameSync(join(work, '668440', 'D00668440_i_28_r4p5_fullcat.fits'), join(work, 'away'))
    appendFileSync(join(work, '668441', 'D00668441_r4p5_red_catlist.csv'), '\n')
    const changed = await prepare()
    expect([changed.exitCode, changed.out]).toEqual([3, '1 of 3 exposures can be calibrated\n'])
    expect(changed.err).toMatch(/that the plan counts on do not exist \(found no D00668440_i_28_r4p5_fullcat.fits\)/)
    expect(changed.err).toMatch(
      /D00668441_r4p5_red_catlist.csv: the catalogue list is not the one that the plan was made with/,
    )

    const plan = join(to, 'bliss.plan.json')
    const text = readFileSync(plan, 'utf8')
    writeFileSync(plan, text.replace(/"version":"[^"]*"/, '"version":"9.9.9"'))
    expect((await prepare()).err).toMatch(
      /another bliss-calib than the plan was made with \(found .*, expected 9.9.9\)/,
    )
    writeFileSync(plan, text.replace(/"catalogHash":"[^"]*"/, '"catalogHash":"abc"'))
    expect((await prepare()).err).toMatch(/the catalogue is not the one that the plan was made with/)
    writeFileSync(plan, text.slice(0, 300))
    expect(await prepare()).toMatchObject({ exitCode: 3, err: expect.stringMatching(/this is no plan/) as string })
  })

  test('refuses to write beside products of another system', async () => {
    const { work, prepare } = await planned()
    await run([
      '--expnum',
      '668439',
      '--ccd',
      '1',
      '--workdir',
      join(work, '668439'),
      '--outdir',
      join(work, '668439'),
      '--catalog',
      survey.catalog,
      '--system',
      'catalog',
    ])
    expect((await prepare()).err).toMatch(/products of another photometric system stand here/)
  })
})

describe('verify', () => {
  let out: string
  let plan: string
  beforeAll(async () => {
    out = temporaryDirectory()
    const to = fresh()
    await condor(join(survey.work, '668439'), to, '--outdir', out)
    plan = join(to, 'bliss.plan.json')
    await run([
      '--expnum',
      '668439',
      '--ccd',
      'all',
      '--workdir',
      join(survey.work, '668439'),
      '--outdir',
      out,
      '--catalog',
      survey.catalog,
      '--quiet',
    ])
  }, 60_000)

  const verify = () => run(['grid', 'verify', plan])

  test('a run of all CCDs is whole', async () => {
    expect(await verify()).toMatchObject({ exitCode: 0, out: '1 of 1 exposure whole; CCDs: 3 fitted\n', err: '' })
    expect((await run(['grid', 'verify', plan, '--expnum', '668440'])).err).toMatch(/the exposure is not in the plan/)
  })

  const edit = (name: string, change: (text: string) => string) => () =>
    writeFileSync(join(out, name), change(readFileSync(join(out, name), 'utf8')))
  const damages: [string, string, () => void, RegExp][] = [
    [
      'a CSV cut in the middle',
      'D00668439_28_r4p5_ZP.csv',
      () => truncateSync(join(out, 'D00668439_28_r4p5_ZP.csv'), 5000),
      /D00668439_28_r4p5_ZP.csv ends in the middle of a line/,
    ],
    [
      'a CSV that lacks a row',
      'D00668439_28_r4p5_ZP.csv',
      edit('D00668439_28_r4p5_ZP.csv', (text) => text.replace(/[^\n]*\n$/, '')),
      /D00668439_28_r4p5_ZP.csv has \d+ rows, expected \d+/,
    ],
    [
      'a FITS table cut short',
      'D00668439_01_r4p5_ZP.fits',
      () => truncateSync(join(out, 'D00668439_01_r4p5_ZP.fits'), 34_560),
      /D00668439_01_r4p5_ZP.fits has 34560 bytes, its headers say \d+/,
    ],
    [
      'a Parquet file cut short',
      'matches_D00668439_35_r4p5.parquet',
      () => truncateSync(join(out, 'matches_D00668439_35_r4p5.parquet'), 2000),
      /CCD 35: .*matches_D00668439_35_r4p5.parquet/,
    ],
    [
      'a JSON cut short',
      'zeropoint_D00668439_01_r4p5.json',
      () => truncateSync(join(out, 'zeropoint_D00668439_01_r4p5.json'), 100),
      /zeropoint_D00668439_01_r4p5.json is damaged/,
    ],
    [
      'a file that is missing',
      'Zero_D00668439_01_r4p5.csv',
      () => rmSync(join(out, 'Zero_D00668439_01_r4p5.csv')),
      /CCD 1: Zero_D00668439_01_r4p5.csv does not exist/,
    ],
    [
      'a Zero of another run',
      'Zero_D00668439_01_r4p5.csv',
      edit('Zero_D00668439_01_r4p5.csv', (text) => text.replace(/,-(\d\d)\./, ',-1$1.')),
      /Zero_D00668439_01_r4p5.csv says -1\d\d\./,
    ],
    [
      'another catalogue',
      'zeropoint_D00668439_35_r4p5.json',
      edit('zeropoint_D00668439_35_r4p5.json', (text) =>
        text.replace(/"catalogHash": "[0-9a-f]{4}/, '"catalogHash": "0123'),
      ),
      /made with another catalogue/,
    ],
    [
      'other options',
      'zeropoint_D00668439_35_r4p5.json',
      edit('zeropoint_D00668439_35_r4p5.json', (text) =>
        text.replace('"magsType": "mag_psf"', '"magsType": "mag_auto"'),
      ),
      /made with magsType mag_auto, planned was mag_psf/,
    ],
    [
      'a CCD run again after the merge',
      'zeropoint_D00668439_01_r4p5.json',
      edit('zeropoint_D00668439_01_r4p5.json', (text) => text.replace(/"zeropointErr": 0/, '"zeropointErr": 1')),
      /CCD 1: its JSON and that of the exposure differ: merge again/,
    ],
    [
      'no merge',
      'zeropoint_D00668439_r4p5.json',
      () => rmSync(join(out, 'zeropoint_D00668439_r4p5.json')),
      /the CCDs are not merged/,
    ],
    [
      "the CCD's own allZP_",
      'allZP_D00668439_r4p5.csv',
      edit('allZP_D00668439_r4p5.csv', (text) => text.replace(',exposure\n', ',ccd\n')),
      /allZP_D00668439_r4p5.csv is not that of the exposure/,
    ],
  ]
  test.each(damages)('%s is found', async (_name, file, damage, message) => {
    const path = join(out, file)
    const whole = readFileSync(path)
    damage()
    const result = await verify()
    writeFileSync(path, whole)
    expect(result.exitCode).toBe(3)
    expect(result.err).toMatch(message)
    expect(result.out).toMatch(/^0 of 1 exposure whole/)
  })

  test('a CCD without any product is named with the command that shows why', async () => {
    const away = temporaryDirectory()
    const names = readdirSync(out).filter((name) => name.includes('_28_r4p5'))
    for (const name of names) renameSync(join(out, name), join(away, name))
    const result = await verify()
    for (const name of names) renameSync(join(away, name), join(out, name))
    expect(result.err).toMatch(/CCD 28: no products\n/)
    expect(result.err).toMatch(/holds CCDs 1, 28, 35; there are products of 1, 35: merge again/)
    expect(result.err).toMatch(
      /again: bliss-calib --expnum 668439 --reqnum 4 --attnum 5 --ccd 28 --workdir \S+ --outdir \S+ --catalog \S+ shows why/,
    )
  })

  test('an input that changed since is found', async () => {
    const input = join(survey.work, '668439', 'D00668439_i_01_r4p5_fullcat.fits')
    const whole = readFileSync(input)
    writeFileSync(input, Buffer.concat([whole, Buffer.alloc(2880)]))
    const result = await verify()
    writeFileSync(input, whole)
    expect(result.err).toMatch(/made from another D00668439_i_01_r4p5_fullcat.fits than lies there now/)
  })
})

test('a manifest names lists, output directories and CCDs', async () => {
  const manifest = join(survey.root, 'some.csv')
  writeFileSync(
    manifest,
    `list,outdir,ccd\nwork/668441/D00668441_r4p5_red_catlist.csv,products/a,"1,35"\nwork/668439/D00668439_r4p5_red_catlist.csv,products/b,all\n`,
  )
  const to = fresh()
  expect((await condor(manifest, to)).exitCode).toBe(0)
  const dag = parseDag(readFileSync(join(to, 'bliss.dag'), 'utf8'))
  expect(dag.nodes.get('merge_668441_r4p5')!.parents.size).toBe(2)
  expect(dag.nodes.get('merge_668441_r4p5')!.vars.get('args')).toContain(`--outdir ${survey.root}/products/a`)
  writeFileSync(manifest, 'work/668441/D00668441_r4p5_red_catlist.csv\nwork/668441/D00668441_r4p5_red_catlist.csv\n')
  expect((await condor(manifest, fresh())).err).toMatch(/two lists have the same name and the same output directory/)
})
