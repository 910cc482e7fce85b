// The report's cost: what --report adds to an exposure of 62 CCDs with about 300 matched stars each, and when its page
// is interactive in Chromium. Run `npm run build` first. Usage: node bench/report.mjs [runs]. Needs /usr/bin/chromium
// for the second table.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const RUNS = Number(process.argv[2] ?? 7)
const bin = resolve(import.meta.dirname, '../bin/bliss-calib.js')
const dir = mkdtempSync(join(tmpdir(), 'bliss-bench-report-'))
const cli = (...args) => execFileSync(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })

cli('simulate', '--outdir', join(dir, 'sim'), '--seed', '7', '--ccds', '1-62', '--density', '11000', '--quiet')
cli('catalog', 'build', '--from', join(dir, 'sim/raw'), '--to', join(dir, 'cat'), '--quiet')

/** Seconds of wall and of CPU (user and system, children included) of one run. */
function timed(kind) {
  const outdir = join(dir, kind)
  rmSync(outdir, { recursive: true, force: true })
  mkdirSync(outdir)
  const options = [
    '--expnum',
    '668439',
    '--ccd',
    'all',
    '--workdir',
    join(dir, 'sim/work'),
    '--outdir',
    outdir,
    '--catalog',
    join(dir, 'cat'),
    '--workers',
    '1',
    '--quiet',
    ...(kind === 'with' ? ['--report'] : []),
  ]
  const started = performance.now()
  const { stdout } = spawnSync(
    '/bin/bash',
    ['-c', `TIMEFORMAT='%U %S'; { time "$0" "$@" >/dev/null 2>&1; } 2>&1`, process.execPath, bin, ...options],
    { encoding: 'utf8' },
  )
  return {
    wall: (performance.now() - started) / 1000,
    cpu: stdout
      .trim()
      .split(' ')
      .reduce((sum, part) => sum + Number(part), 0),
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const pairs = Array.from({ length: RUNS }, () => ({ without: timed('without'), with: timed('with') }))
console.log(`${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, Node ${process.version}, ${RUNS} interleaved pairs`)
console.log('62 CCDs | wall s, median | CPU s, median')
for (const kind of ['without', 'with'])
  console.log(
    `${kind} --report | ${median(pairs.map((pair) => pair[kind].wall)).toFixed(2)} | ` +
      `${median(pairs.map((pair) => pair[kind].cpu)).toFixed(2)}`,
  )
const added = (of) => median(pairs.map((pair) => pair.with[of] - pair.without[of]))
console.log(`--report adds | ${added('wall').toFixed(2)} | ${added('cpu').toFixed(2)}`)

const page = join(dir, 'with/report_D00668439_r4p5.html')
console.log(`\npage ${(statSync(page).size / 1e3).toFixed(0)} kB`)
if (existsSync('/usr/bin/chromium')) {
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const rows = []
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const tab = await context.newPage()
    await tab.goto(`file://${page}`)
    // From the start of the navigation, on the page's own clock; the script has run when the document is interactive
    // and parsed.
    const { interactive, loaded } = await tab.evaluate(
      () =>
        new Promise((done) =>
          setTimeout(() => {
            const [entry] = performance.getEntriesByType('navigation')
            done({ interactive: entry.domContentLoadedEventEnd, loaded: entry.loadEventEnd })
          }),
        ),
    )
    const opened = await tab.evaluate(() => {
      const started = performance.now()
      document
        .querySelector('.ccd-cell[data-ccd="28"]')
        .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
      return new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started))),
      )
    })
    rows.push({ interactive, loaded, opened })
    await context.close()
  }
  await browser.close()
  console.log('in Chromium | ms, median | least')
  for (const [name, words] of [
    ['interactive', 'interactive'],
    ['loaded', 'loaded'],
    ['opened', 'a CCD chosen and drawn'],
  ])
    console.log(
      `${words} | ${median(rows.map((row) => row[name])).toFixed(0)} | ` +
        `${Math.min(...rows.map((row) => row[name])).toFixed(0)}`,
    )
}
rmSync(dir, { recursive: true })
