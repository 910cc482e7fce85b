import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../src/simulate/index.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { temporaryDirectory } from '../cli/run.js'
import { filesBelow, sumsBelow } from './file-tree.js'
import { smallSurvey } from './small-exposures.js'

/** One kind of run that writes a set of files where an older one is. */
export interface Kind {
  readonly name: string
  /** A directory with the old set; what is written lies below its `out`. */
  readonly old: string
  /** The run, below a copy of that directory. */
  readonly run: (root: string) => readonly string[]
  /** Runs that may come next: the first is the same again, and ends with the new set. */
  readonly next: readonly ((root: string) => readonly string[])[]
  /** Which set a path belongs to; none for what is not judged. */
  readonly setOf: (path: string) => string | undefined
}

/** The calls that `strike-call.c` counts, in its order. */
const CALLS = ['open', 'write', 'fsync', 'rename', 'link', 'unlink'] as const

/** What became of the runs of a kind. */
export interface Tally {
  runs: number
  /** Runs that the kill, or the failing call, met before their end. */
  struck: number
  /** Sets that are neither the old nor the new one after the next start. */
  mixed: number
  /** Temporary files after the next start. */
  leftovers: number
  /** Next starts that did not end as they should. */
  blocked: number
}

const SOAK = process.env['BLISS_SOAK'] !== undefined
const LIBRARY_SOURCE = resolve(import.meta.dirname, 'strike-call.c')
/** EIO; a batch tries again. */
const FAILS = '5'

/** The library that strikes at a call; undefined if there is no compiler for it, or no such linker. */
export function strikeLibrary(): string | undefined {
  const library = join(temporaryDirectory(), 'strike.so')
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, LIBRARY_SOURCE, '-ldl'])
  return process.platform === 'linux' && status === 0 ? library : undefined
}

/** Runs of a program over prepared directories, broken off in all ways. */
export class Campaign {
  private readonly random
  private readonly expected = new Map<
    string,
    {
      readonly old: Record<string, string>
      readonly fresh: Record<string, string>
      readonly ms: number
      readonly calls: Record<string, number>
    }
  >()

  constructor(
    private readonly program: string,
    private readonly library: string,
    seed: number,
  ) {
    this.random = seededRandom(seed)
  }

  /** Kills runs of a kind: at a random moment, and at a random call, in turns. */
  async kill(kind: Kind, runs: number): Promise<Tally> {
    const { ms, calls } = await this.known(kind)
    const tally = emptyTally()
    for (let n = 0; n < runs; n++) {
      const root = this.fresh(kind)
      const next = kind.next[n % kind.next.length]!
      // Every start needs some 100 ms before it does anything.
      if (n % 2 === 0)
        await this.judge(
          kind,
          root,
          await this.start(kind.run(root), {}, 100 + (ms - 100) * this.random.uniform()),
          next,
          tally,
        )
      else {
        const call = CALLS[Math.floor(CALLS.length * this.random.uniform())]!
        const at = 1 + Math.floor(calls[call]! * this.random.uniform())
        await this.judge(kind, root, await this.start(kind.run(root), this.strike(root, call, at)), next, tally)
      }
      rmSync(root, { recursive: true })
    }
    return tally
  }

  /** Lets a call of each sort fail, the first to the last, or so many of them as are asked for. */
  async fail(kind: Kind, most: number): Promise<Tally> {
    const { calls } = await this.known(kind)
    const tally = emptyTally()
    const all = CALLS.flatMap((call) => Array.from({ length: calls[call]! }, (_, k) => [call, k + 1] as const))
    const first = this.random.uniform()
    const chosen =
      all.length <= most
        ? all
        : Array.from({ length: most }, (_, k) => all[Math.floor(((k + first) * all.length) / most)]!)
    for (const [call, at] of chosen) {
      const root = this.fresh(kind)
      const end = await this.start(kind.run(root), { ...this.strike(root, call, at), STRIKE_ERRNO: FAILS })
      if (end !== 0 && end !== 3 && end !== 4)
        throw new Error(`${kind.name}: exit code ${end} where ${call} ${at} failed`)
      tally.mixed += this.contradictions(root)
      await this.judge(kind, root, end === 0 ? 0 : null, kind.next[0]!, tally)
      rmSync(root, { recursive: true })
    }
    return tally
  }

  private fresh({ old }: Kind): string {
    const root = join(temporaryDirectory(), 'root')
    cpSync(old, root, { recursive: true, preserveTimestamps: true })
    return root
  }

  private strike(root: string, call: string, at: number): Record<string, string> {
    return { LD_PRELOAD: this.library, STRIKE_DIR: join(root, 'out'), STRIKE_CALL: call, STRIKE_AT: String(at) }
  }

  /** The exit code; null for a run that was killed. */
  private async start(
    args: readonly string[],
    env: Record<string, string> = {},
    killAfterMs?: number,
  ): Promise<number | null> {
    const child = spawn(process.execPath, [this.program, ...args], { stdio: 'ignore', env: { ...process.env, ...env } })
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(timer)
    return code
  }

  /** Sets of an exposure that contradict what its own JSON says of them. */
  private contradictions(root: string): number {
    const out = join(root, 'out')
    const jsons = filesBelow(out).filter((path) => /zeropoint_D\d+_r.*json$/.test(path))
    return jsons.filter((own) => {
      const { ccds } = JSON.parse(readFileSync(join(out, own), 'utf8')) as ResultJson
      return ccds.some(({ ccd, ...facts }) => {
        const path = join(out, own.replace(/_r([^/]*)$/, `_${String(ccd).padStart(2, '0')}_r$1`))
        const [one] = (JSON.parse(readFileSync(path, 'utf8')) as ResultJson).ccds
        return one!.zeropoint !== facts.zeropoint || one!.system !== facts.system
      })
    }).length
  }

  private async judge(
    kind: Kind,
    root: string,
    end: number | null,
    next: Kind['next'][number],
    tally: Tally,
  ): Promise<void> {
    const { old, fresh } = await this.known(kind)
    tally.runs++
    if (end === null) tally.struck++
    if ((await this.start(next(root))) !== 0) tally.blocked++
    const now = setsOf(kind, root)
    const [before, after] = [old, fresh].map((sums) => bySet(kind, sums)) as [
      Record<string, string>,
      Record<string, string>,
    ]
    const isSame = next === kind.next[0]
    for (const set of new Set([...Object.keys(now), ...Object.keys(before), ...Object.keys(after)])) {
      if (now[set] !== after[set] && (isSame || now[set] !== before[set])) tally.mixed++
    }
    // Work that the same build goes on from is none, unless it was the same that came next.
    const isLeft = (path: string) =>
      path.startsWith('.bliss-build-') ? isSame : basename(path).startsWith('.bliss-tmp-')
    tally.leftovers += filesBelow(join(root, 'out')).filter(isLeft).length
  }

  /** What an undisturbed run makes of the old set, how long it takes and how often it makes each call. */
  private async known(kind: Kind) {
    const known = this.expected.get(kind.name)
    if (known !== undefined) return known
    const root = this.fresh(kind)
    const old = sumsBelow(join(root, 'out'))
    const count = join(temporaryDirectory(), 'count')
    const started = performance.now()
    const env = { LD_PRELOAD: this.library, STRIKE_DIR: join(root, 'out'), STRIKE_COUNT: count }
    if ((await this.start(kind.run(root), env)) !== 0) throw new Error(`${kind.name}: the undisturbed run failed`)
    const ms = performance.now() - started
    const fresh = sumsBelow(join(root, 'out'))
    const counts = readFileSync(count, 'utf8').split('\n').map(Number)
    const calls: Record<string, number> = Object.fromEntries(CALLS.map((call, k) => [call, counts[k]!]))
    const made = { old, fresh, ms, calls }
    this.expected.set(kind.name, made)
    return made
  }
}

interface ResultJson {
  readonly ccds: readonly { readonly ccd: number; readonly zeropoint: number; readonly system: string }[]
}

const emptyTally = (): Tally => ({ runs: 0, struck: 0, mixed: 0, leftovers: 0, blocked: 0 })

/** Each set as one text: its paths and their sums. */
function bySet({ setOf }: Kind, sums: Record<string, string>): Record<string, string> {
  const sets: Record<string, string> = {}
  for (const [path, sum] of Object.entries(sums)) {
    const set = setOf(path)
    if (set !== undefined) sets[set] = `${sets[set] ?? ''}${path} ${sum}\n`
  }
  return sets
}

const setsOf = (kind: Kind, root: string) => bySet(kind, sumsBelow(join(root, 'out')))

/**
 * The sorts of run that write sets of files, over an exposure of four CCDs (eight in the soak), a survey of two small
 * ones, and their catalogues.
 */
export async function kindsOfRun(program: string): Promise<Kind[]> {
  const dir = temporaryDirectory()
  const command = (args: readonly string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${args.join(' ')}: exit code ${status}: ${stderr}`)
  }
  const ccds = SOAK ? [1, 4, 9, 14, 20, 28, 35, 42] : [1, 28, 35, 42]
  const exposure = simulateExposure(
    { ccds, columns: 'slim', galaxiesPerSqDeg: 5000 },
    describeCatalogue('gaia_dr2'),
    seededRandom(8),
  )
  const [work, raw, catalog] = [join(dir, 'work'), join(dir, 'raw'), join(dir, 'catalog')]
  for (const path of [work, raw]) mkdirSync(path)
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
  writeFileSync(join(raw, gaiaCsvFile(exposure).name), gaiaCsvFile(exposure).bytes)
  command(['catalog', 'build', '--from', raw, '--to', catalog, '--quiet'])
  const survey = await smallSurvey(join(dir, 'survey'), 2)

  const prepared = (name: string, make: (out: string) => void) => {
    const root = join(dir, name)
    mkdirSync(join(root, 'out'), { recursive: true })
    make(join(root, 'out'))
    return root
  }
  const which = ['--expnum', '668439', '--workdir', work]
  const calibrate = (out: string, ccd: string, ...more: string[]) => [
    ...which,
    '--ccd',
    ccd,
    '--outdir',
    out,
    '--catalog',
    catalog,
    '--workers',
    '2',
    '--quiet',
    ...more,
  ]
  const report = (root: string) => ['report', join(root, 'out'), '--quiet']
  const products = (path: string) =>
    /report_.*html$/.test(path) || basename(path).startsWith('.bliss-tmp') ? undefined : 'products'
  const ofCcd = (path: string) => (/_28_r4p5/.test(path) ? products(path) : undefined)
  const kind = (
    name: string,
    old: string,
    run: (root: string) => readonly string[],
    others: Kind['next'],
    setOf: Kind['setOf'],
  ): Kind => ({ name, old, run, next: [run, ...others], setOf })

  const catalogueSets = (path: string) => (path.startsWith('cat/') ? 'cat' : undefined)
  const build = (out: string, part: string, to = 'cat') => [
    'catalog',
    'build',
    '--from',
    join(dir, 'survey/raw', part),
    '--to',
    join(out, to),
    '--force',
    '--quiet',
  ]
  const copy = (out: string, raDeg: number, to = 'cat') => [
    'catalog',
    'copy',
    '--from',
    survey.catalog,
    '--cone',
    `${raDeg},-40,20arcmin`,
    '--to',
    join(out, to),
    '--force',
    '--quiet',
  ]
  const batch = (root: string, ...more: string[]) => [
    'batch',
    survey.work,
    '--outdir',
    join(root, 'out'),
    '--catalog',
    survey.catalog,
    '--workers',
    '1',
    '--force',
    '--quiet',
    ...more,
  ]
  return [
    kind(
      'one CCD',
      prepared('one', (out) => command(calibrate(out, '28', '--system', 'catalog'))),
      (root) => calibrate(join(root, 'out'), '28', '--force'),
      [(root) => calibrate(join(root, 'out'), '35', '--force'), report],
      ofCcd,
    ),
    kind(
      'an exposure',
      prepared('all', (out) => command(calibrate(out, 'all', '--system', 'catalog', '--plots'))),
      (root) => calibrate(join(root, 'out'), 'all', '--force', '--plots'),
      [report],
      products,
    ),
    kind(
      'a merge',
      prepared('merge', (out) => {
        command(calibrate(out, '1-35'))
        command(calibrate(out, '42'))
      }),
      (root) => ['merge', ...which, '--outdir', join(root, 'out'), '--quiet'],
      [report],
      products,
    ),
    kind(
      'a batch',
      prepared('batch', (out) => command(batch(join(out, '..'), '--system', 'catalog'))),
      (root) => batch(root),
      [],
      (path) => (basename(path).startsWith('.bliss') ? undefined : path.includes('/') ? path.split('/')[0]! : 'tables'),
    ),
    kind(
      'catalog build --force',
      prepared('build', (out) => command(build(out, '0.csv'))),
      (root) => build(join(root, 'out'), '1.csv'),
      [(root) => build(join(root, 'out'), '0.csv', 'beside')],
      catalogueSets,
    ),
    kind(
      'catalog copy --force',
      prepared('copy', (out) => command(copy(out, 20))),
      (root) => copy(join(root, 'out'), 21.1),
      [(root) => copy(join(root, 'out'), 20, 'beside')],
      catalogueSets,
    ),
  ]
}
