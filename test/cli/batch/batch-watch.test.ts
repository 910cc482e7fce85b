import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { isWholeCatalogue } from '../../../src/node/store/whole-catalogue.js'
import { filesBelow, sumsBelow } from '../../support/file-tree.js'
import { SMALL_CCDS, smallSurvey } from '../../support/small-exposures.js'
import { run, temporaryDirectory } from '../run.js'

const bin = resolve(import.meta.dirname, '../../../bin/bliss-calib.js')
const built = existsSync(resolve(import.meta.dirname, '../../../dist/bundle/cli.js'))
const EXPOSURES = 2
const FAST = ['--settle', '0.2', '--poll', '0.3']
let pristine: string
let catalog: string
/** SHA-256 of what a batch leaves. */
let expected: Record<string, string>

const isProduct = (path: string) => !basename(path).startsWith('.bliss-done')

beforeAll(async () => {
  ;({ work: pristine, catalog } = await smallSurvey(temporaryDirectory(), EXPOSURES))
  const dir = join(temporaryDirectory(), 'work')
  cpSync(pristine, dir, { recursive: true })
  await run(['batch', dir, '--catalog', catalog, '--quiet'])
  expected = sumsBelow(dir, isProduct)
})

const inputs = () => filesBelow(pristine).filter((path) => /fullcat\.fits$|catlist\.csv$/.test(path))

/** A watch over an empty directory, and the lines that it has said. */
function watch(dir: string, ...options: string[]) {
  const child = spawn(process.execPath, [bin, 'batch', '--watch', dir, '--catalog', catalog, ...FAST, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (text: Buffer) => (said.out += String(text)))
  child.stderr.on('data', (text: Buffer) => (said.err += String(text)))
  return {
    child,
    said,
    over: once(child, 'close') as Promise<[number | null]>,
    heard: (pattern: RegExp) => heard(child, () => pattern.test(said.out + said.err)),
  }
}

function heard(child: ChildProcess, done: () => boolean): Promise<void> {
  return new Promise((resolved, rejected) => {
    const timer = setInterval(() => {
      if (!done()) return
      clearInterval(timer)
      resolved()
    }, 20)
    child.on('close', () => {
      clearInterval(timer)
      if (done()) resolved()
      else rejected(new Error('the watch has ended'))
    })
  })
}

/** Lets a file land: whole by rename, or growing piece by piece under its own name. */
async function land(dir: string, path: string, growing = false): Promise<void> {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  if (!growing) {
    copyFileSync(join(pristine, path), join(dir, `${path}.part`))
    renameSync(join(dir, `${path}.part`), join(dir, path))
    return
  }
  const bytes = readFileSync(join(pristine, path))
  for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 3)) {
    appendFileSync(join(dir, path), bytes.subarray(at, at + Math.ceil(bytes.length / 3)))
    // Longer than the settling time: only the file's own structure tells that it is not at its end.
    await new Promise((done) => setTimeout(done, 300))
  }
}

describe.skipIf(!built)('--watch', () => {
  test(
    'CCDs one by one, the list in between, some of them growing: each arrival ' +
      'solves the exposure anew, in the end the bytes of a batch',
    async () => {
      const dir = temporaryDirectory()
      const { said, over, heard } = watch(dir, '--until-complete')
      const paths = inputs()
      const first = (name: string) => paths.find((path) => path.endsWith(name))!
      await land(dir, first('D00700000_i_22_r4p5_fullcat.fits'))
      await land(dir, first('D00700000_r4p5_red_catlist.csv'))
      await land(dir, first('D00700001_r4p5_red_catlist.csv'))
      await heard(/D00700000_r4p5 .*1 fitted, 3 absent\n/)
      await land(dir, first('D00700000_i_28_r4p5_fullcat.fits'), true)
      await heard(/D00700000_r4p5 .*2 fitted, 2 absent\n/)
      const soFar = JSON.parse(
        readFileSync(
          join(dir, dirname(first('D00700000_r4p5_red_catlist.csv')), 'zeropoint_D00700000_r4p5.json'),
          'utf8',
        ),
      ) as { ccds: { ccd: number }[] }
      expect(soFar.ccds.map(({ ccd }) => ccd)).toEqual([22, 28])
      for (const path of paths.filter((one) => !existsSync(join(dir, one))))
        await land(dir, path, path.includes('_41_'))
      const [exitCode] = await over
      expect([exitCode, said.err]).toEqual([
        0,
        expect.stringMatching(/^watching [^\n]*\n(D00700\d{3}_r4p5: CCD[^\n]*does not exist, left out\n)*$/),
      ])
      expect(sumsBelow(dir, isProduct)).toEqual(expected)
      expect((await run(['batch', dir, '--catalog', catalog])).out).toContain(`0 calibrated, ${EXPOSURES} unchanged`)
    },
  )

  test(
    'a file that is replaced is calibrated again; a damaged one is left until the ' +
      'end, which is after --idle seconds, and then fails',
    async () => {
      const dir = temporaryDirectory()
      const paths = inputs().filter((path) => path.includes('700001'))
      for (const path of paths) await land(dir, path)
      const victim = join(
        dir,
        paths.find((path) => path.includes('_35_'))!,
      )
      const whole = readFileSync(victim)
      writeFileSync(
        victim,
        readFileSync(
          join(
            dir,
            paths.find((path) => path.includes('_28_'))!,
          ),
        ),
      )
      const { said, over, heard, child } = watch(dir, '--idle', '3')
      await heard(/D00700001_r4p5 .*(4 fitted|3 fitted, 1 failed)/)
      const before = said.out
      writeFileSync(victim, whole)
      await heard(new RegExp(`[\\s\\S]{${before.length}}D00700001_r4p5 .*4 fitted`))
      writeFileSync(victim, whole.subarray(0, 20_000))
      const [exitCode] = await over
      expect(child.exitCode).toBe(exitCode)
      expect([exitCode, said.out]).toEqual([3, expect.stringMatching(/3 fitted, 1 failed/)])
      expect(said.err).toContain('CCD 35: D00700001_i_35_r4p5_fullcat.fits')
    },
  )

  test('SIGTERM ends it: exit 143, what has landed is calibrated, the summary stands', async () => {
    const dir = temporaryDirectory()
    const paths = inputs().filter((path) => path.includes('700000'))
    for (const path of paths.filter((one) => !one.includes('_41_'))) await land(dir, path)
    const { child, over, said, heard } = watch(dir)
    await heard(/3 fitted, 1 absent/)
    const summary = join(dir, 'batch_summary.parquet')
    while (!existsSync(summary)) await new Promise((done) => setTimeout(done, 20))
    child.kill('SIGTERM')
    expect(await over).toEqual([143, null])
    expect(said.err).toContain('bliss-calib: stopped; what has landed and is calibrated stays\n')
    expect(filesBelow(dir).filter((path) => path.includes('.bliss-tmp'))).toEqual([])
    expect(filesBelow(dir).filter((path) => basename(path).startsWith('Zero_'))).toHaveLength(SMALL_CCDS.length - 1)
  })
})

test.each([
  [
    ['--watch', '--idle', 'soon'],
    "--idle must be a number of seconds (found 'soon', expected above 0 and at most 1000000)",
  ],
  [['--idle', '3'], '--idle needs --watch'],
  [['--until-complete'], '--until-complete needs --watch'],
])('%j is refused', async (options, message) => {
  expect(await run(['batch', temporaryDirectory(), '--catalog', catalog, ...options])).toMatchObject({
    exitCode: 2,
    err: `bliss-calib: ${message}\n`,
  })
})

test('a manifest cannot be watched', async () => {
  const manifest = join(temporaryDirectory(), 'm.csv')
  writeFileSync(manifest, 'list\n')
  expect(await run(['batch', manifest, '--watch', '--catalog', catalog])).toMatchObject({
    exitCode: 2,
    err: `bliss-calib: --watch: only a directory, or patterns in quotes, can be watched (found ${manifest})\n`,
  })
})

test('a catalogue is whole when its last row is there: every shorter length of it is not', async () => {
  const path = join(temporaryDirectory(), 'c.fits')
  const bytes = readFileSync(
    join(
      pristine,
      inputs().find((one) => one.endsWith('.fits'))!,
    ),
  )
  let end = bytes.length
  while (bytes[end - 1] === 0) end--
  for (const length of [0, 100, 2880, 5760, Math.floor(end / 2), end - 3000, end - 1]) {
    writeFileSync(path, bytes.subarray(0, length))
    expect(await isWholeCatalogue(path), `${length} of ${bytes.length} bytes`).toBe(false)
  }
  writeFileSync(path, bytes)
  expect(await isWholeCatalogue(path)).toBe(true)
})
