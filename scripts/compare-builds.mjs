// Compares the products of two built checkouts byte by byte, for a change that must not alter any.
//
//   node scripts/compare-builds.mjs OLD_ROOT NEW_ROOT [--only demo,golden,simulated,faults] [--keep DIR]
//
// Runs bin/bliss-calib.js of each root with the same relative paths, each in a directory of its own:
//
//   demo       the bundled demonstration, one CCD and all of them
//   golden     every case of ../shared/golden, if it is there: each run of the original with --legacy, and the default
//   simulated  one CCD; all CCDs with --plots and --report, in 1 and in 3 threads; each CCD by itself and `merge`;
//              `batch`, twice (the second time it finds everything done)
//   faults     a CCD without a file, one that is damaged, one whose product cannot take its place
//
// Compared are all files that the runs leave (the built catalogues too), their exit codes, and what they say on stdout
// and stderr. Two things truly name the run and are taken out before: the `stamp` of a file in a batch's marker (its
// inode and times), and the milliseconds of a run in `--json`.
//
// Prints the first difference of each file that differs. Exit code 1 if there is one.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: 'demo,golden,simulated,faults' }, keep: { type: 'string' } },
})
const [oldRoot, newRoot] = positionals
if (newRoot === undefined) {
  console.error('usage: node scripts/compare-builds.mjs OLD_ROOT NEW_ROOT [--only PARTS] [--keep DIR]')
  process.exit(2)
}
const golden = resolve(dirname(fileURLToPath(import.meta.url)), '../../shared/golden')
const CCDS = '1,4,9,14,20,28,35,42,49,55,60,62'
const EXPOSURE = '--expnum 668439'
const SIMULATED = '--catalog sim/catalog'

/** What is run, by part; `run` takes the name of a run and its arguments, `dir` is the directory it runs in. */
const PARTS = {
  demo(run) {
    run('demo', 'demo --outdir demo')
    run('demo-all', `${EXPOSURE} --ccd all --catalog demo --workdir demo --outdir demo`)
  },
  golden(run, dir) {
    if (!existsSync(golden)) return void console.log(`golden: skipped, there is no ${golden}`)
    for (const name of readdirSync(golden).filter((one) => existsSync(join(golden, one, 'runs.json')))) {
      const at = `golden/${name}`
      made(dir, at)
      for (const input of ['raw', 'store', 'work']) symlinkSync(join(golden, name, input), join(dir, at, input))
      for (const from of ['raw', 'store'])
        run(`${at}/build-${from}`, `catalog build --from ${at}/${from} --to ${at}/of-${from}`)
      for (const { run: title, arguments: asked } of JSON.parse(readFileSync(join(golden, name, 'runs.json')))) {
        const args = asked.join(' ').replace('--exposure-mode', '--ccd all')
        const paths = `--workdir ${at}/work --outdir ${made(dir, `${at}/${title}`)}`
        run(`${at}/${title}/legacy`, `${args} ${paths} --legacy --catalog ${at}/of-store`)
        run(`${at}/${title}/default`, `${args} ${paths} --force --json --catalog ${at}/of-raw`)
      }
      const paths = `--workdir ${at}/work --outdir ${made(dir, `${at}/all`)}`
      run(`${at}/all`, `${EXPOSURE} --ccd all ${paths} --catalog ${at}/of-raw`)
    }
  },
  simulated(run, dir) {
    simulate(run, dir)
    const into = (name) => `--workdir sim/work --outdir ${made(dir, `sim/${name}`)}`
    run('sim/one', `${EXPOSURE} --ccd 1 --plots --report --json ${SIMULATED} ${into('one')}`)
    for (const threads of ['1', '3']) {
      const all = `--ccd all --workers ${threads} --plots --report --json`
      run(`sim/all-${threads}`, `${EXPOSURE} ${all} ${SIMULATED} ${into(threads)}`)
    }
    for (const ccd of CCDS.split(','))
      run(`sim/alone-${ccd}`, `${EXPOSURE} --ccd ${ccd} ${SIMULATED} ${into('merged')}`)
    for (const time of ['first', 'again']) {
      run(`sim/merge-${time}`, `merge ${EXPOSURE} --json ${into('merged')}`)
      run(`sim/batch-${time}`, `batch sim/work --outdir ${made(dir, 'sim/batch')} ${SIMULATED}`)
    }
  },
  faults(run, dir) {
    simulate(run, dir)
    for (const threads of ['1', '3']) {
      const at = `faults/${threads}`
      made(dir, `${at}/work`)
      for (const name of readdirSync(join(dir, 'sim/work')).filter((one) => !one.includes('_i_09_'))) {
        const bytes = readFileSync(join(dir, 'sim/work', name))
        writeFileSync(join(dir, at, 'work', name), name.includes('_i_20_') ? bytes.subarray(0, 400_000) : bytes)
      }
      made(dir, `${at}/out/D00668439_35_r4p5_ZP.fits`)
      const paths = `--workdir ${at}/work --outdir ${at}/out --workers ${threads}`
      for (const ccd of ['all', '4', '9', '20', '35'])
        run(`${at}/ccd-${ccd}`, `${EXPOSURE} --ccd ${ccd} ${SIMULATED} ${paths}`)
      run(`${at}/merge`, `merge ${EXPOSURE} ${paths}`)
      run(`${at}/batch`, `batch ${at}/work --outdir ${at}/batch --workers ${threads} ${SIMULATED}`)
    }
  },
}

function made(dir, name) {
  mkdirSync(join(dir, name), { recursive: true })
  return name
}

/** A seeded exposure and its catalogue, made once. */
function simulate(run, dir) {
  if (existsSync(join(dir, 'sim'))) return
  run('simulate', `simulate --outdir sim --seed 7 --ccds ${CCDS} --density 9000`)
  run('build', 'catalog build --from sim/raw --to sim/catalog --quiet')
}

/** Does all parts with one root, in an empty directory. Gives the files that are there then. */
function filesOf(root, dir) {
  for (const part of values.only.split(',')) {
    PARTS[part]((name, args) => {
      const argv = [join(resolve(root), 'bin/bliss-calib.js'), ...args.split(' ')]
      const ended = spawnSync(process.execPath, argv, { cwd: dir, env: { PATH: process.env.PATH } })
      made(dir, dirname(name))
      writeFileSync(join(dir, `${name}.said`), `exit ${ended.status}\n${ended.stdout}\n${ended.stderr}`)
    }, dir)
  }
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name))
      const namesRun = name.endsWith('.said') || name.startsWith('.bliss-done-')
      return [join(parentPath, name).slice(dir.length + 1), namesRun ? withoutRun(bytes) : bytes]
    }),
  )
}

const withoutRun = (bytes) => Buffer.from(bytes.toString().replace(/("stamp":|"total": )("[^"]*"|null|\d+)/g, '$1'))

/** Where two files differ first, and what is there; undefined if they are the same. */
function difference(a, b) {
  if (!a || !b) return `only in ${a ? oldRoot : newRoot}`
  if (a.equals(b)) return undefined
  const found = a.findIndex((byte, i) => byte !== b[i])
  const at = found < 0 ? a.length : found
  const around = (bytes) => JSON.stringify(bytes.subarray(Math.max(0, at - 20), at + 40).toString('latin1'))
  return `byte ${at} of ${a.length} and ${b.length}: ${around(a)} became ${around(b)}`
}

const scratch = values.keep ?? join(tmpdir(), `bliss-compare-${process.pid}`)
const [before, after] = [oldRoot, newRoot].map((root, k) => filesOf(root, join(scratch, made(scratch, `${k}`))))
const names = [...new Set([...before.keys(), ...after.keys()])].sort()
const found = names.flatMap((name) => difference(before.get(name), after.get(name))?.replace(/^/, `${name}: `) ?? [])
for (const line of found) console.log(line)
console.log(`${names.length} files, ${found.length} of them different`)
if (values.keep === undefined) rmSync(scratch, { recursive: true })
process.exitCode = found.length > 0 ? 1 : 0
