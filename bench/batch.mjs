// What an exposure costs in a batch: many small ones (4 CCDs x 300 detections), whose cost and memory must not grow,
// and ten full ones (60 CCDs x 1,700). usage: node bench/batch.mjs [small exposures, default 1000] [full exposures,
// default 10]
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDescription } from '../dist/catalog/description.js'
import { seededRandom } from '../dist/math/random.js'
import { gaiaCsvFile, PLANE, simulateExposure, workFiles } from '../dist/simulate/index.js'

const bin = new URL('../bin/bliss-calib.js', import.meta.url).pathname
const description = parseDescription(
  JSON.parse(readFileSync(new URL('../catalogs/gaia_dr2.json', import.meta.url))),
  'catalogs/gaia_dr2.json',
)
const [small = 1000, full = 10] = process.argv.slice(2).map(Number)
const root = mkdtempSync(join(tmpdir(), 'bliss-calib-bench-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

/** Writes exposures and their catalogue; gives the directories and the mean number of detections of a CCD. */
async function survey(name, count, optionsOf) {
  const [work, raw, catalog] = ['work', 'raw', 'catalog'].map((part) => join(root, name, part))
  mkdirSync(raw, { recursive: true })
  let [detections, ccds, bytes] = [0, 0, 0]
  for (let k = 0; k < count; k++) {
    const exposure = simulateExposure({ expnum: 700_000 + k, ...optionsOf(k) }, description, seededRandom(k + 1))
    const dir = join(work, String(Math.floor(k / 100)), String(exposure.options.expnum))
    mkdirSync(dir, { recursive: true })
    for (const file of workFiles(exposure)) {
      writeFileSync(join(dir, file.name), file.bytes)
      bytes += file.bytes.length
    }
    writeFileSync(join(raw, `${k}.csv`), gaiaCsvFile(exposure).bytes)
    ccds += exposure.ccds.length
    for (const { table } of exposure.ccds) detections += table.rowCount
  }
  await run(['catalog', 'build', '--from', raw, '--to', catalog, '--quiet'])
  rmSync(raw, { recursive: true })
  return { work, catalog, detections: detections / ccds, inputMb: bytes / 1e6 / count }
}

/**
 * Runs the command; `atLine` is called with the number of each line of stdout, so that the process can be looked at as
 * it goes.
 */
function run(args, atLine = () => undefined) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let lines = 0
    child.stdout.on('data', (text) => {
      for (const character of String(text)) if (character === '\n') atLine(++lines, child.pid)
    })
    child.on('error', failed).on('close', (code) => (code === 0 ? done() : failed(new Error(`exit ${code}`))))
  })
}

/** CPU seconds of all threads and resident memory [MB] of a process that lives. */
function look(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return {
    wallSec: performance.now() / 1000,
    cpuSec: (Number(fields[11]) + Number(fields[12])) / 100,
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024,
    peakMb: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024,
  }
}

async function measured(args, marks) {
  const looks = new Map()
  const begun = performance.now() / 1000
  await run(args, (line, pid) => {
    if (marks.includes(line) && existsSync(`/proc/${pid}/stat`)) looks.set(line, look(pid))
  })
  return { looks, begun, ended: performance.now() / 1000 }
}

const ms = (seconds) => (1000 * seconds).toFixed(1)
console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}\n`)

if (small > 0) {
  const few = await survey('small', small, (k) => ({
    pointing: { raDeg: 20 + (k % 40) * 1.1, decDeg: -40 + Math.floor(k / 40) },
    ...{
      ccds: [22, 28, 35, 41],
      columns: 'slim',
      densityPerSqDeg: 2500,
      galaxiesPerSqDeg: 2500,
      spuriousPerSqDeg: 200,
      padDeg: 0.02,
    },
  }))
  console.log(`${small} exposures of 4 CCDs, ${few.detections.toFixed(0)} detections a CCD\n`)
  console.log('| exposures | CPU ms each | wall ms each | memory MB, peak |\n|---|---|---|---|')
  const marks = [10, 50, 100, 200, 400, 600, 800, 1000].filter((mark) => mark < small).concat(small)
  const { looks } = await measured(['batch', few.work, '--catalog', few.catalog], marks)
  marks.slice(1).forEach((mark, k) => {
    const [from, to] = [looks.get(marks[k]), looks.get(mark)]
    const each = (key) => ms((to[key] - from[key]) / (mark - marks[k]))
    console.log(
      `| ${marks[k] + 1} to ${mark} | ${each('cpuSec')} | ${each('wallSec')} | ` +
        `${to.rssMb.toFixed(0)}, ${to.peakMb.toFixed(0)} |`,
    )
  })
  for (const [what, ...options] of [
    ['again, nothing changed'],
    ['again with --rehash', '--rehash'],
    ['again, nothing changed'],
  ]) {
    const { begun, ended } = await measured(['batch', few.work, '--catalog', few.catalog, ...options], [])
    console.log(`${what}: ${ms((ended - begun) / small)} ms wall an exposure`)
  }
}

if (full > 0) {
  const whole = await survey('full', full, (k) => ({
    pointing: { raDeg: 53.1 + 2.4 * (k % 5), decDeg: -27.8 + 2.2 * Math.floor(k / 5) },
    ccds: PLANE.workingCcds().slice(0, 60),
    columns: 'full',
    galaxiesPerSqDeg: 31_000,
  }))
  const marks = [1, full]
  for (const workers of [1, 2]) {
    for (const dir of readdirSync(whole.work, { recursive: true }))
      if (/\.bliss-done|_ZP\.|^.*(Zero_|zeropoint_|matches_)/.test(dir) && statSync(join(whole.work, dir)).isFile())
        rmSync(join(whole.work, dir))
    const { looks, begun, ended } = await measured(
      ['batch', whole.work, '--catalog', whole.catalog, '--workers', String(workers)],
      marks,
    )
    const [from, to] = [looks.get(1), looks.get(full)]
    console.log(
      `\n${full} exposures of 60 CCDs, ${whole.detections.toFixed(0)} detections a CCD, ` +
        `${whole.inputMb.toFixed(1)} MB of input each, ${workers} worker${workers > 1 ? 's' : ''}: ` +
        `${((to.cpuSec - from.cpuSec) / (full - 1)).toFixed(2)} s CPU, ` +
        `${((to.wallSec - from.wallSec) / (full - 1)).toFixed(2)} s wall an exposure; the whole ` +
        `${(ended - begun).toFixed(1)} s, peak ${to.peakMb.toFixed(0)} MB`,
    )
  }
  for (const [what, ...options] of [
    ['again, nothing changed'],
    ['again with --rehash', '--rehash'],
    ['again, nothing changed'],
  ]) {
    const { begun, ended } = await measured(['batch', whole.work, '--catalog', whole.catalog, ...options], [])
    console.log(`${what}: ${ms((ended - begun) / full)} ms wall an exposure`)
  }
}
