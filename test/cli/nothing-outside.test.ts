import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { smallSurvey, type SmallSurvey } from '../grid/small-exposure.js'
import { filesBelow, identitiesBelow } from '../support/file-tree.js'
import { run, temporaryDirectory } from './run.js'

const LIST = 'D00668439_r4p5_red_catlist.csv'
const FULLCAT = (ccd: string) => `D00668439_i_${ccd}_r4p5_fullcat.fits`
let survey: SmallSurvey
beforeAll(async () => {
  survey = await smallSurvey([1, 28])
}, 120_000)

/** A work directory two levels down, whose list calls the catalogues by these paths; what lies about is `old`. */
function workdirWith(paths: readonly [string, string]): { root: string; work: string; out: string } {
  const root = temporaryDirectory()
  const work = join(root, 'night', 'work')
  const out = join(root, 'night', 'out')
  for (const dir of [work, out, join(work, 'sub')]) mkdirSync(dir, { recursive: true })
  let list = readFileSync(join(survey.work, LIST), 'utf8')
  for (const [k, ccd] of ['01', '28'].entries()) {
    const path = paths[k]!
    copyFileSync(join(survey.work, FULLCAT(ccd)), join(work, path))
    list = list.replace(FULLCAT(ccd), path)
  }
  writeFileSync(join(work, LIST), list)
  for (const name of ['up.fits.png', 'a.fits.svg', join('night', 'a.fits.png')]) writeFileSync(join(root, name), 'old')
  return { root, work, out }
}

const calibrate = (work: string, out: string) =>
  run([
    '--expnum',
    '668439',
    '--ccd',
    'all',
    '--workdir',
    work,
    '--outdir',
    out,
    '--catalog',
    survey.catalog,
    '--plots',
    '--report',
    '--quiet',
  ])

describe('a list that names its catalogues by paths', () => {
  test.each([
    ['../a.fits', '../../up.fits', ['a.fits', 'up.fits']],
    ['sub/a.fits', '../a.fits', ['a.fits', 'a.fits_28']],
    ['sub/../b.fits', 'sub/./a b.fits', ['b.fits', 'a b.fits']],
  ])('%s and %s: everything is in --outdir', async (first, second, stems) => {
    const { root, work, out } = workdirWith([first, second])
    const outside = (path: string) => !path.startsWith('night/out/')
    const before = identitiesBelow(root, outside)
    expect(await calibrate(work, out)).toMatchObject({ exitCode: 0, err: '' })
    expect(identitiesBelow(root, outside)).toEqual(before)
    const figures = filesBelow(out).filter((name) => /\.(png|svg)$/.test(name))
    expect(figures).toEqual(expect.arrayContaining(stems.flatMap((stem) => [`${stem}.png`, `${stem}.svg`])))
    expect(figures).toHaveLength(2 * (2 + 6))
  })

  test('a name with a control character is the fault of its row alone', async () => {
    const { root, work, out } = workdirWith(['a\u001b[31m.fits', 'b.fits'])
    const { exitCode, err } = await calibrate(work, out)
    expect(exitCode).toBe(3)
    expect(err).toContain(
      `column FILENAME: a line break or another control character cannot ` +
        `stand in the products (found 'a\\u001b[31m.fits')`,
    )
    expect(err).not.toContain('\u001b')
    expect(filesBelow(root).filter((name) => name.endsWith('28_r4p5_ZP.fits'))).toEqual([
      'night/out/D00668439_28_r4p5_ZP.fits',
    ])
  })
})

test.each(['4\n', '4\u001b[2J', '4\u2028x'])('a list whose name holds %j gives no products', async (reqnum) => {
  const { work, out } = workdirWith(['a.fits', 'b.fits'])
  renameSync(join(work, LIST), join(work, `D00668439_r${reqnum}p5_red_catlist.csv`))
  for (const args of [
    ['calibrate', '--ccd', 'all', '--catalog', survey.catalog],
    ['merge'],
    ['calibrate', '--legacy', '--catalog', survey.catalog],
  ]) {
    const { exitCode, err } = await run([...args, '--expnum', '668439', '--workdir', work, '--outdir', out])
    expect([args[0], exitCode]).toEqual([args[0], args.includes('--legacy') ? 1 : 3])
    expect(err).toContain('the name of the catalogue list holds a line break or another control character: rename it')
  }
  expect((await run(['batch', work, '--catalog', survey.catalog, '--outdir', out])).exitCode).toBe(3)
  expect(filesBelow(out).filter((name) => !name.startsWith('batch_'))).toEqual([])
})

test('a product that is a link is replaced, not written through; directories that are links are refused', async () => {
  const { root, work, out } = workdirWith(['a.fits', 'b.fits'])
  writeFileSync(join(root, 'victim'), 'old')
  for (const name of ['D00668439_01_r4p5_ZP.csv', 'a.fits.png', 'report_D00668439_r4p5.html'])
    symlinkSync(join(root, 'victim'), join(out, name))
  expect(await calibrate(work, out)).toMatchObject({ exitCode: 0 })
  expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('old')
  for (const [to, link, args] of [
    ['grid', 'logs', (dir: string) => ['grid', 'slurm', survey.work, '--to', dir, '--catalog', survey.catalog]],
    ['sim', 'work', (dir: string) => ['simulate', '--outdir', dir, '--ccds', '1']],
  ] as const) {
    const dir = join(root, to)
    mkdirSync(dir)
    mkdirSync(join(root, `${to}-elsewhere`))
    symlinkSync(join(root, `${to}-elsewhere`), join(dir, link))
    const { exitCode, err } = await run(args(dir))
    expect([exitCode, filesBelow(join(root, `${to}-elsewhere`)), filesBelow(dir)]).toEqual([3, [], []])
    expect(err).toContain(`${join(dir, link)}: files would be written through a link`)
  }
})

test.each(['simulate', 'demo'])('%s --outdir=-dash: the lines that it prints can be typed', async (command) => {
  const home = process.cwd()
  const dir = temporaryDirectory()
  process.chdir(dir)
  try {
    const { exitCode, out } = await run([command, '--outdir=-dash', ...(command === 'simulate' ? ['--ccds', '1'] : [])])
    expect(exitCode).toBe(0)
    const lines = [...out.matchAll(/^ {2}bliss-calib (.*)$/gm)].map((found) => found[1]!.split(' '))
    expect(lines).toHaveLength(command === 'simulate' ? 2 : 1)
    for (const words of lines) expect([words, (await run(words)).exitCode]).toEqual([words, 0])
    expect(filesBelow(dir).every((name) => dirname(name).startsWith('-dash'))).toBe(true)
  } finally {
    process.chdir(home)
  }
})

test('figures are one commit with the products: if the last cannot be written, nothing is', async () => {
  const { work, out } = workdirWith(['a.fits', 'b.fits'])
  mkdirSync(join(out, 'b.fits.png'))
  const { exitCode, err } = await calibrate(work, out)
  expect([exitCode, err]).toEqual([2, expect.stringContaining('b.fits.png: the file is in the place of a product')])
  expect(filesBelow(out).filter((name) => /\.(png|svg)$/.test(name))).toEqual([])
})
