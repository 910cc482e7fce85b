import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../src/formats/fits/index.js'
import { ang2pix } from '../../src/healpix/index.js'
import { tableOf } from '../../src/table/columns.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { foreignHats } from '../support/foreign-hats.js'
import { filesBelow } from '../support/file-tree.js'
import { rangeServer, type RangeServer } from '../support/range-server.js'
import { archiveRows } from '../catalog/simulated-rows.js'
import { INVOCATIONS, type Invocation } from './invocations.js'
import { installedCommand, nodeOf } from './package.js'

/** The oldest Node of each line that package.json names, and the newest line. */
const NODES = ['20.19.0', '22.12.0', '24.22.3'].map((version) => ({ version, node: nodeOf(version) }))

const oldest = NODES[0]!
const newest = NODES.at(-1)!

/** The lines that a Node runs: all, and of one between the oldest and the newest a fifth, but in the soak. */
const linesOf = (version: string): readonly Invocation[] =>
  process.env['BLISS_SOAK'] || version === oldest.version || version === newest.version
    ? INVOCATIONS
    : INVOCATIONS.filter(({ everywhere }) => everywhere)

const built = existsSync(new URL('../../dist/bundle/cli.js', import.meta.url))

interface Ended {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

let command: string
let inputs: string

async function start(node: string, args: readonly string[], cwd: string): Promise<Ended> {
  const env = {
    PATH: `${dirname(node)}:${process.env['PATH']}`,
    HOME: cwd,
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    LC_ALL: 'C',
  }
  try {
    const { stdout, stderr } = await promisify(execFile)(node, [command, ...args], { cwd, env, maxBuffer: 1 << 26 })
    return { exitCode: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, signal, stdout, stderr } = error as { code: unknown; signal: unknown; stdout: string; stderr: string }
    return {
      exitCode: typeof code === 'number' ? code : -1,
      out: stdout ?? '',
      err: `${stderr ?? String(error)}${signal ? ` (${String(signal)})` : ''}`,
    }
  }
}

const wordsOf = ({ line }: Invocation) => line.split(' ').filter((word) => word !== '')

describe.skipIf(!built)('the packed and installed command', () => {
  beforeAll(async () => {
    command = installedCommand()
    inputs = temporaryDirectory()
    const main = process.execPath
    await start(
      main,
      ['simulate', '--outdir', 'sim', '--seed', '7', '--ccds', '1', '--density', '9000', '--quiet'],
      inputs,
    )
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    for (const codec of ['zstd', 'lz4']) {
      await connection.run(
        `copy (select * from read_csv('${inputs}/sim/raw/gaia_source.csv.gz')) to ` +
          `'${inputs}/${codec}.parquet' (format parquet, compression ${codec})`,
      )
    }
    for (const [path, bytes] of await foreignHats(archiveRows(500, 5), { fillers: 3 })) {
      mkdirSync(dirname(join(inputs, 'hats', path)), { recursive: true })
      writeFileSync(join(inputs, 'hats', path), bytes)
    }
    const [star] = archiveRows(1, 9)
    const names = ['source_id', 'ra', 'dec', 'phot_g_mean_mag']
    const cells = [star!.id, star!.ra, star!.dec, 15].map((value) => `<TD>${value}</TD>`).join('')
    writeFileSync(
      join(inputs, 'field.vot'),
      `<VOTABLE><RESOURCE><TABLE>${names.map((name, k) => `<FIELD name="${name}" datatype="${k === 0 ? 'long' : 'double'}"/>`).join('')}` +
        `<DATA><TABLEDATA><TR>${cells}</TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n`,
    )
    const prob = new Float64Array(12 * 64).fill(1e-4)
    prob[Number(ang2pix(3, 53.1, -27.8))] = 0.9
    const cards = Object.entries({
      PIXTYPE: 'HEALPIX',
      ORDERING: 'NESTED',
      COORDSYS: 'C',
      NSIDE: 8,
      INDXSCHM: 'IMPLICIT',
    })
    writeFileSync(
      join(inputs, 'sky.fits'),
      writeFitsTable(tableOf([{ name: 'PROB', type: 'f64', values: prob }]), {
        headerCards: cards.map(([keyword, value]) => ({ keyword, value })),
      }),
    )
    const ids = gunzipSync(readFileSync(join(inputs, 'sim/raw/gaia_source.csv.gz')))
      .toString()
      .split('\n')
    const column = ids[0]!.split(',').indexOf('source_id')
    writeFileSync(join(inputs, 'camera.json'), readFileSync(new URL('../../cameras/decam.json', import.meta.url)))
    writeFileSync(join(inputs, 'targets.csv'), 'name,ra,dec\nafterglow,13:09:48.1,-23:22:53\n')
    writeFileSync(
      join(inputs, 'suspects.csv'),
      `source_id\n${ids
        .slice(1, 20)
        .map((row) => row.split(',')[column])
        .join('\n')}\n`,
    )
  })

  /** The lines, one after the other, in a directory of its own. */
  async function runAll(node: string, lines: readonly Invocation[]): Promise<{ cwd: string; ended: Ended[] }> {
    const cwd = temporaryDirectory()
    for (const name of [
      'zstd.parquet',
      'lz4.parquet',
      'sky.fits',
      'field.vot',
      'suspects.csv',
      'targets.csv',
      'camera.json',
      ...filesBelow(join(inputs, 'hats')).map((path) => `hats/${path}`),
    ]) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      writeFileSync(join(cwd, name), readFileSync(join(inputs, name)))
    }
    for (const name of ['list', 'one', 'gaia', 'legacy', 'far', 'near', 'page', 'lists', 'none'])
      mkdirSync(join(cwd, name))
    const ended: Ended[] = []
    let server: RangeServer | undefined
    try {
      for (const invocation of lines) {
        const words = wordsOf(invocation)
        if (words.includes('URL') && !server) {
          const dir = join(cwd, 'catalog')
          server = await rangeServer(
            new Map(filesBelow(dir).map((path) => [path, new Uint8Array(readFileSync(join(dir, path)))])),
          )
        }
        const { exitCode, out, err } = await start(
          node,
          words.map((word) => (word === 'URL' ? server!.url : word)),
          cwd,
        )
        const plain = (text: string) => (server ? text.replaceAll(server.url, 'URL') : text).replaceAll(cwd, '.')
        ended.push({ exitCode, out: plain(out), err: plain(err) })
      }
    } finally {
      await server?.close()
    }
    return { cwd, ended }
  }

  const runs = new Map<string, ReturnType<typeof runAll>>()
  // Two at a time, so that the machine's processors are used and no run starves.
  beforeAll(async () => {
    const waiting = NODES.filter(({ node }) => node !== undefined)
    const take = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const started = runAll(next.node!, linesOf(next.version))
        runs.set(next.version, started)
        await started
      }
    }
    await Promise.all([take(), take()])
  }, 600_000)

  afterAll(() => runs.clear())

  describe.each(NODES)('Node $version', ({ version, node }) => {
    test.skipIf(node === undefined)(
      'every command and option that it runs ends as documented, with nothing on stderr that is not ours',
      async () => {
        const { cwd, ended } = await runs.get(version)!
        expect(linesOf(version).flatMap((invocation, k) => faultsOf(invocation, ended[k]!, cwd))).toEqual([])
      },
    )

    test.skipIf(node === undefined || oldest.node === undefined || version === oldest.version)(
      'makes the files that the oldest Node makes, with the same zeropoints',
      async () => {
        const [here, there] = [await runs.get(version)!, await runs.get(oldest.version)!]
        // Names in the cache are made of the server's address.
        const filesOf = (cwd: string) => filesBelow(cwd).filter((path) => !path.startsWith('cache/'))
        const isWhole = linesOf(version) === INVOCATIONS
        if (isWhole) expect(filesOf(here.cwd)).toEqual(filesOf(there.cwd))
        else expect(filesOf(there.cwd)).toEqual(expect.arrayContaining(filesOf(here.cwd)))
        const results = filesBelow(here.cwd).filter((path) => /zeropoint_.*\.json$/.test(path))
        expect(results.length).toBeGreaterThanOrEqual(isWhole ? 11 : 4)
        for (const path of results) {
          const [ours, theirs] = [here.cwd, there.cwd].map((cwd) => zeropointsOf(readFileSync(join(cwd, path), 'utf8')))
          expect(ours!.length, path).toBe(theirs!.length)
          // Math.pow of V8 differs between releases in the last bit.
          for (const [k, value] of ours!.entries()) expect(Math.abs(value - theirs![k]!), path).toBeLessThan(1e-9)
        }
      },
    )
  })

  test('every option of every command of the help is run', async () => {
    const tried = new Set(INVOCATIONS.flatMap((invocation) => optionsOf(wordsOf(invocation))))
    const missing = (await optionsOfTheHelp()).filter((option) => !tried.has(option))
    expect(missing).toEqual([])
  })

  /** `command --option` of every option that a command's help shows. */
  async function optionsOfTheHelp(path: readonly string[] = []): Promise<string[]> {
    // The examples of the help are command lines too.
    const out = (await run([...path, '--help'])).out.replace(/^Examples:[^]*/m, '')
    const verbs = [...out.matchAll(new RegExp(`^  bliss-calib ${[...path, ''].join(' ')}([a-z]+)`, 'gm'))].map(
      ([, verb]) => verb!,
    )
    const own = verbs.filter((verb) => verb !== 'calibrate').map((verb) => optionsOfTheHelp([...path, verb]))
    const name = path.length === 0 ? 'calibrate' : path.join(' ')
    const options = out
      .split('\n')
      .flatMap((line) =>
        [...(/^ {2}((?:--[\w-]+(?:, )?)+)/.exec(line)?.[1] ?? '').matchAll(/--([\w-]+)/g)].map(([, option]) => option!),
      )
    // Those of every command are run once, by `calibrate` and `catalog info`.
    const global = ['help', 'version', 'cache', 'cache-size', 'offline']
    const listed =
      verbs.length > 0 && path.length > 0
        ? []
        : options.filter((option) => name === 'calibrate' || !global.includes(option))
    return [
      ...listed.filter((option) => option !== 'help').map((option) => `${name} --${option}`),
      ...(await Promise.all(own)).flat(),
    ]
  }
})

/** `command --option` of what a line passes. */
function optionsOf(words: readonly string[]): string[] {
  const first = words.findIndex((word) => word.startsWith('-'))
  // Files are words of the default command.
  const verbs = words.slice(0, first < 0 ? words.length : first).filter((word) => !/[./]/.test(word))
  const name = ['camera', 'catalog', 'grid', 'relation'].includes(verbs[0]!)
    ? verbs.slice(0, 2).join(' ')
    : (verbs[0] ?? 'calibrate')
  return words.filter((word) => word.startsWith('--')).map((word) => `${name} ${word.split('=')[0]!}`)
}

/** What is wrong with the end of a line, in words. */
function faultsOf({ line, exitCode = 0, makes = [], says }: Invocation, ended: Ended, cwd: string): string[] {
  const faults: string[] = []
  if (ended.exitCode !== exitCode) faults.push(`exit code ${ended.exitCode}, expected ${exitCode}`)
  if (line.includes('--quiet') && ended.exitCode === 0 && ended.err !== '') faults.push('a word on stderr with --quiet')
  if (/\(node:|Warning|unrecognized|deprecat|^\s+at |this is a bug/im.test(ended.err))
    faults.push('stderr has what is not ours')
  if (says && !says.test(ended.out + ended.err)) faults.push(`does not say ${String(says)}`)
  for (const file of makes) if (!existsSync(join(cwd, file))) faults.push(`${file} is not there`)
  return faults.map((fault) => `${line}: ${fault}: ${(ended.err || ended.out).slice(0, 300)}`)
}

const zeropointsOf = (json: string) =>
  [...json.matchAll(/"zeropoint(?:Err)?": (-?[\d.e-]+)/g)].map(([, value]) => Number(value))
