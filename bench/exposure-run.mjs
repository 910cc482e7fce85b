// One exposure of 60 CCDs with 1,900 detections each, from files to products: one process with one and two threads, and
// one cold CCD. Seeded; the ways alternate, and minima count, because a machine has other work. Run `npm run build`
// first. Usage: node bench/exposure-run.mjs [rounds]
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

/** 60 runs of the original's Python 3 conversion on an idle machine of this kind: measured elsewhere, quoted here. */
const ORIGINAL_SECONDS = 174
const rounds = Number(process.argv[2] ?? 5)
const bin = join(import.meta.dirname, '../bin/bliss-calib.js')
const dir = mkdtempSync(join(tmpdir(), 'bliss-bench-'))

/**
 * Prints VmHWM of the process, all its threads included, when it ends: in runs of their own, for it takes its time to
 * load.
 */
const PEAK = `import { readFileSync } from 'node:fs'; import { isMainThread } from 'node:worker_threads'
if (isMainThread) process.on('exit', () => console.error('PEAK ' + /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]))`

/** Runs the command; wall and CPU seconds. */
function run(args) {
  const { stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%R %U %S'; time "$0" "$@" >/dev/null`, process.execPath, bin, ...args],
    { encoding: 'utf8' },
  )
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return { wall, cpu: user + system }
}

/** Runs the command; peak MB. */
function peak(args) {
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(PEAK)}`, bin, ...args],
    { encoding: 'utf8' },
  )
  return Number(/PEAK (\d+)/.exec(stderr)?.[1]) / 1024
}

const sum = (out) =>
  createHash('sha256')
    .update(
      readdirSync(out)
        .sort()
        .map((name) =>
          createHash('sha256')
            .update(readFileSync(join(out, name)))
            .digest('hex'),
        )
        .join(),
    )
    .digest('hex')

try {
  run(['simulate', '--outdir', join(dir, 'sim'), '--seed', '60', '--ccds', 'all', '--density', '6500', '--quiet'])
  run(['catalog', 'build', '--from', join(dir, 'sim/raw'), '--to', join(dir, 'catalog'), '--quiet'])
  const ways = ['one CCD', '60 CCDs, 1 thread', '60 CCDs, 2 threads', 'merge of 60 CCDs'].map((name) => ({
    name,
    out: join(dir, name.replaceAll(' ', '-')),
    runs: [],
    peaks: [],
  }))
  ways.forEach(({ out }) => mkdirSync(out))
  const calibrate = (ccd, out, workers) => [
    '--expnum',
    '668439',
    '--ccd',
    ccd,
    '--workdir',
    join(dir, 'sim/work'),
    '--outdir',
    out,
    '--catalog',
    join(dir, 'catalog'),
    '--quiet',
    '--workers',
    workers,
  ]
  const merge = [
    'merge',
    '--expnum',
    '668439',
    '--workdir',
    join(dir, 'sim/work'),
    '--outdir',
    ways[3].out,
    '--quiet',
    '--workers',
    '2',
  ]
  const commands = [
    calibrate('10', ways[0].out, '1'),
    calibrate('all', ways[1].out, '1'),
    calibrate('all', ways[2].out, '2'),
    merge,
  ]
  run(calibrate('all', ways[3].out, '1'))
  for (let round = 0; round < rounds; round++) {
    ways.forEach(({ runs }, k) => runs.push(run(commands[k])))
    if (round < 2) ways.forEach(({ peaks }, k) => peaks.push(peak(commands[k])))
  }
  const rows = readFileSync(join(ways[1].out, 'D00668439_r4p5_ZP.csv'), 'utf8').split('\n').length - 2
  const [cpu] = cpus()
  console.log(
    `${rows} detections in 60 CCDs · ${cpus().length} x ${cpu.model} · Node ` +
      `${process.versions.node} · load ${loadavg()[0].toFixed(1)} · minima of ${rounds} rounds`,
  )
  console.log(
    '| run | wall s | CPU s | peak MB | of one cold CCD | of 60 runs of the original |\n|---|---|---|---|---|---|',
  )
  const least = (runs, key) => Math.min(...runs.map((one) => one[key]))
  const one = least(ways[0].runs, 'wall')
  for (const { name, runs, peaks } of ways) {
    const wall = least(runs, 'wall')
    console.log(
      `| ${name} | ${wall.toFixed(2)} | ${least(runs, 'cpu').toFixed(2)} | ${Math.max(...peaks).toFixed(0)} ` +
        `| ${(wall / one).toFixed(1)} x | 1/${(ORIGINAL_SECONDS / wall).toFixed(0)} |`,
    )
  }
  console.log(`same bytes: ${new Set(ways.slice(1).map(({ out }) => sum(out))).size === 1}`)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
