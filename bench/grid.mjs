// What the jobs of a grid need: peak memory, CPU time and disk of each kind of job, on simulated exposures; what
// src/grid/requests.ts asks for rests on this. usage: node bench/grid.mjs [scratch directory]; takes some minutes
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const bin = resolve(import.meta.dirname, '../bin/bliss-calib.js')
const scratch = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'bliss-bench-grid-'))

/** Peak memory (VmHWM) and CPU time of a command; both are read while it runs and at its end. */
function measured(args) {
  return new Promise((done, failed) => {
    const started = performance.now()
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
    let peakKb = 0
    let ticks = 0
    const look = () => {
      try {
        peakKb = Math.max(
          peakKb,
          Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
        )
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        ticks = Number(fields[11]) + Number(fields[12])
      } catch {
        // It has just ended.
      }
    }
    const timer = setInterval(look, 2)
    child.on('error', failed).on('exit', (code) => {
      clearInterval(timer)
      if (code !== 0 && code !== 4) failed(new Error(`${args.join(' ')}: exit code ${code}`))
      done({ peakMb: peakKb / 1024, cpuS: ticks / 100, wallS: (performance.now() - started) / 1000 })
    })
  })
}

const run = (...args) => {
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
const sizeMb = (dir, pattern) =>
  readdirSync(dir)
    .filter((name) => pattern.test(name))
    .reduce((total, name) => total + statSync(join(dir, name)).size, 0) / 1e6

console.log(`Node ${process.version} · ${cpus()[0].model} · ${cpus().length} cores · simulated exposures, seed 7\n`)
console.log('| field | job | peak memory MB | CPU s | reads MB | writes MB |')
console.log('|---|---|---|---|---|---|')
for (const [field, density] of [
  ['2,000 stars per sq deg', 2000],
  ['40,000', 40000],
  ['200,000', 200000],
]) {
  const home = join(scratch, `${density}`)
  const [work, out, catalog] = ['work', 'out', 'catalog'].map((name) => join(home, name))
  mkdirSync(out, { recursive: true })
  run(
    'simulate',
    '--outdir',
    home,
    '--seed',
    '7',
    '--density',
    `${density}`,
    '--quiet',
    ...(density > 100000 ? ['--ccds', '1-10'] : []),
  )
  run('catalog', 'build', '--from', join(home, 'raw'), '--to', catalog, '--quiet')
  const list = ['--expnum', '668439', '--workdir', work, '--outdir', out]
  const row = (job, { peakMb, cpuS }, read, written) =>
    console.log(
      `| ${field} | ${job} | ${peakMb.toFixed(0)} | ${cpuS.toFixed(2)} | ${read.toFixed(1)} | ${written.toFixed(1)} |`,
    )
  const one = await measured([...list, '--ccd', '3', '--catalog', catalog, '--quiet'])
  row('calibrate, one CCD', one, sizeMb(work, /_03_.*fullcat/), sizeMb(out, /_03_/))
  const all = await measured([...list, '--ccd', 'all', '--workers', '1', '--catalog', catalog, '--quiet'])
  const ccds = readdirSync(out).filter((name) => name.startsWith('Zero_')).length
  row(`calibrate, ${ccds} CCDs in one process`, all, sizeMb(work, /fullcat/), sizeMb(out, /^(D|Zero|zero|all|match)/))
  row(
    `merge, ${ccds} CCDs`,
    await measured(['merge', ...list, '--workers', '1', '--quiet']),
    sizeMb(work, /fullcat/),
    sizeMb(out, /^(D|Zero|zero|all|match)/),
  )
  const grid = join(home, 'grid')
  run('grid', 'condor', work, '--to', grid, '--outdir', out, '--catalog', catalog, '--force', '--quiet')
  row('prepare', await measured(['grid', 'prepare', join(grid, 'bliss.plan.json')]), 0, 0)
  row(
    'verify',
    await measured(['grid', 'verify', join(grid, 'bliss.plan.json')]),
    sizeMb(work, /fullcat/) + sizeMb(out, /^(D|Zero|zero|all|match)/),
    0,
  )
}
