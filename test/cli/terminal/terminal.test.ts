import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { shielded, type Io } from '../../../src/cli/terminal/io.js'
import { main } from '../../../src/cli/main.js'
import { paintFor } from '../../../src/cli/terminal/terminal-text.js'
import { isPrintable } from '../../../src/printable.js'
import { smallSurvey, type SmallSurvey } from '../../grid/small-exposure.js'
import { run, temporaryDirectory } from '../run.js'

const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u009b31m\r\n\u2028\u202e\u0000'
let survey: SmallSurvey
beforeAll(async () => {
  survey = await smallSurvey([1])
}, 120_000)

const shows = (text: string) => expect(text.split('\n').filter((line) => !isPrintable(line))).toEqual([])

describe('what inputs hold does not reach the terminal', () => {
  test.each(['BAND', 'FILENAME', 'NITE', 'EXPNUM', 'CCDNUM', 'RA_CENT', 'header'])(
    'in the column %s of a list',
    async (column) => {
      const [work, out] = [temporaryDirectory(), temporaryDirectory()]
      copyFileSync(
        join(survey.work, 'D00668439_i_01_r4p5_fullcat.fits'),
        join(work, 'D00668439_i_01_r4p5_fullcat.fits'),
      )
      const [header, row] = readFileSync(join(survey.work, 'D00668439_r4p5_red_catlist.csv'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(','))
      const quoted = `"x${ESCAPES}y"`
      if (column === 'header') header![0] = quoted
      else row![header!.indexOf(column)] = quoted
      writeFileSync(join(work, 'D00668439_r4p5_red_catlist.csv'), `${header!.join(',')}\n${row!.join(',')}\n`)
      for (const args of [
        ['--catalog', survey.catalog, '--outdir', out],
        ['--catalog', survey.catalog, '--outdir', out, '--legacy'],
        ['--catalog', survey.catalog, '--outdir', out, '--json'],
      ]) {
        const { exitCode, out: said, err } = await run(['--expnum', '668439', '--ccd', '1', '--workdir', work, ...args])
        expect([column, args.at(-1), [1, 3].includes(exitCode)]).toEqual([column, args.at(-1), true])
        shows(said + err)
      }
      expect(readdirSync(out)).toEqual([])
    },
  )

  test('in products that report, merge and compare read, and in options', async () => {
    const out = temporaryDirectory()
    await run([
      '--expnum',
      '668439',
      '--ccd',
      '1',
      '--workdir',
      survey.work,
      '--outdir',
      out,
      '--catalog',
      survey.catalog,
      '--quiet',
    ])
    const result = join(out, 'zeropoint_D00668439_01_r4p5.json')
    const text = readFileSync(result, 'utf8')
    const hostile = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' && !/^(fitted|[0-9a-f]{64})$/.test(value) ? `${value}${ESCAPES}` : value,
    ) as object
    writeFileSync(result, JSON.stringify(hostile))
    const commands = [
      ['report', out],
      ['report', '--night', out],
      ['merge', '--expnum', '668439', '--workdir', survey.work, '--outdir', out],
      ['compare', out, out],
    ]
    const options = [
      ['--expnum', ESCAPES.slice(0, -1)],
      [`--${ESCAPES.slice(0, -1)}`],
      ['catalog', 'info', `/tmp/${ESCAPES.slice(0, -1)}`],
      ['--expnum', '1', '--magsType', ESCAPES],
      [ESCAPES],
    ]
    for (const args of [...commands, ...options]) {
      const { out: said, err } = await run(args)
      shows(said + err)
    }
    for (const page of readdirSync(out).filter((name) => name.endsWith('.html')))
      expect(readFileSync(join(out, page), 'utf8')).not.toMatch(/\u001b|\u0007|\u0000/)
  })

  test('file names of a directory', async () => {
    const work = join(temporaryDirectory(), 'w')
    mkdirSync(work)
    for (const name of [
      'D00668439_r4\u001b[2Jp5_red_catlist.csv',
      'D00668439_r5p5_red_catlist.csv',
      'zeropoint_D00668439_r4\u001b[2J\np5.json',
      'D1_i_2_r\u001b[2J_immask.fits',
    ])
      writeFileSync(join(work, name), '')
    for (const args of [
      ['--expnum', '668439', '--workdir', work],
      ['catlist', '--workdir', work],
      ['report', work],
      ['batch', work],
      ['grid', 'slurm', work, '--to', join(work, 'g')],
      ['starlists', '--expnum', '668439', '--templates', join(work, 'x_ZP.csv'), '--workdir', work],
    ]) {
      const { exitCode, out, err } = await run([
        ...args,
        ...(args[0] === 'catlist' || args[0] === 'report' || args[0] === 'starlists'
          ? []
          : ['--catalog', survey.catalog]),
      ])
      expect([args[0], [2, 3].includes(exitCode)]).toEqual([args[0], true])
      shows(out + err)
    }
  })
})

test("the program's own colours and progress reach a terminal, and nothing else", async () => {
  const written: string[] = []
  const io = shielded({
    out: (text) => void written.push(text),
    err: (text) => void written.push(text),
    env: {},
    outIsTerminal: true,
    errIsTerminal: true,
  })
  io.out(paintFor({ outIsTerminal: true, env: {} })('GO', 'go'))
  io.err('\r\u001b[K3 of 9 CCDs written')
  io.err('a name\r\u001b[K\u001b[2J')
  expect(written).toEqual(['\u001b[32;1mGO\u001b[0m', '\r\u001b[K3 of 9 CCDs written', 'a name\\r\\u001b[K\\u001b[2J'])
  const out: string[] = []
  const terminal: Io = { out: (text) => void out.push(text), err: () => undefined, env: {}, outIsTerminal: true }
  await main(
    [
      '--expnum',
      '668439',
      '--ccd',
      '1',
      '--workdir',
      survey.work,
      '--outdir',
      temporaryDirectory(),
      '--catalog',
      survey.catalog,
    ],
    terminal,
  )
  expect(out.join('')).toMatch(/\u001b\[3[123];1m(GO|LOOK|STOP)\u001b\[0m/)
})
