// The kernels beside their peers, each pair in turns, CPU of both, the best of each: matching (scipy, STILTS), FITS
// columns (fitsio, astropy), HEALPix columns (healpy), stars of a CCD (DuckDB), the start (an empty module). Peers that
// are not installed are left out. `npm run build` first.
// Usage: node bench/kernels.mjs [--write]: writes the table into bench/README.md, beside the figures that stood there.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { simulatedStars } from './simulated-stars.mjs'
import { byCell, simulatedField } from './simulated-fields.mjs'

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url).href)
const { matchSky } = await built('math/match-sky.js')
const { seededRandom } = await built('math/random.js')
const { nestedIndices, nestedIndices29, polygonCover } = await built('healpix/index.js')
const { readFitsTable, writeFitsTable } = await built('formats/fits/index.js')
const { fileSource } = await built('node/disk/files.js')
const { writeParquet } = await built('formats/parquet/index.js')
const { buildCatalogDirectory } = await built('node/store/catalog-build.js')
const { openCatalog } = await built('node/store/open-catalog.js')
const { stiltsPeer } = await built('node/programs/stilts-match.js')
const { tableOf } = await built('table/columns.js')

const README = join(import.meta.dirname, 'README.md')
const TURNS = 3
const OWN_RUNS = 5
const dir = mkdtempSync(join(tmpdir(), 'bench-kernels-'))
const random = seededRandom(1)
const stilts = await stiltsPeer()

/** CPU of this process, ms. */
async function ownMs(work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Python that times `run()` by the CPU of its process; undefined without what it imports. */
function pythonMs(imports, script, args) {
  const text = `import sys, time\nimport numpy as np\n${imports}\n${script}
best = 1e9
for _ in range(3):
    t = time.process_time(); run(); best = min(best, time.process_time() - t)
print(1000 * best)`
  const { stdout, status } = spawnSync('/usr/bin/python3', ['-W', 'ignore', '-c', text, ...args], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

const stored = (name, ...columns) => {
  const path = join(dir, name)
  writeFileSync(path, Buffer.concat(columns.map((values) => Buffer.from(values.buffer))))
  return path
}

const SCIPY = `
ra_a, dec_a, ra_b, dec_b = np.fromfile(sys.argv[1]).reshape(4, -1)
def unit(ra, dec):
    r, d = np.radians(ra), np.radians(dec)
    return np.c_[np.cos(d) * np.cos(r), np.cos(d) * np.sin(r), np.sin(d)]
def run():
    a, b = unit(ra_a, dec_a), unit(ra_b, dec_b)
    tree_a, tree_b = cKDTree(a), cKDTree(b)
    radius = 2 * np.sin(np.radians(1 / 7200))
    d, i = tree_b.query(a, distance_upper_bound=radius)
    _, j = tree_a.query(b, distance_upper_bound=radius)
    found = np.flatnonzero(np.isfinite(d))
    return (j[i[found]] == found).sum()`

function matching(what, target, { a, b }, repeats = 1) {
  const file = stored(what.replaceAll(/\W/g, ''), a.raDeg, a.decDeg, b.raDeg, b.decDeg)
  return {
    what,
    target,
    peer: 'scipy',
    own: async () =>
      (await ownMs(() => {
        for (let k = 0; k < repeats; k++) matchSky(a, b, 1, { mode: 'mutual' })
      })) / repeats,
    theirs: () => pythonMs('from scipy.spatial import cKDTree', SCIPY, [file]),
  }
}

function healpix(order) {
  const count = 1_000_000
  const raDeg = Float64Array.from({ length: count }, () => 360 * random.uniform())
  const decDeg = Float64Array.from({ length: count }, () => (Math.asin(2 * random.uniform() - 1) * 180) / Math.PI)
  const file = stored(`sky-${order}`, raDeg, decDeg)
  const script = `
ra, dec = np.fromfile(sys.argv[1]).reshape(2, -1)
def run(): return healpy.ang2pix(2**${order}, ra, dec, nest=True, lonlat=True)`
  return {
    what: `NESTED cells of order ${order}, 1M directions`,
    peer: 'healpy',
    target: 1,
    own: () => ownMs(() => (order === 29 ? nestedIndices29(raDeg, decDeg) : nestedIndices(order, raDeg, decDeg))),
    theirs: () => pythonMs('import healpy', script, [file]),
  }
}

const READERS = {
  fitsio: `def run():
    rows = fitsio.read(sys.argv[1], columns=names, ext=1)
    return [rows[name].astype('f8') for name in names]`,
  'astropy, mapped': `def run():
    with fits.open(sys.argv[1], memmap=True) as hdus:
        return [np.array(hdus[1].data[name], dtype='f8') for name in names]`,
}
const IMPORTS = { fitsio: 'import fitsio', 'astropy, mapped': 'from astropy.io import fits' }

function doubles(columns, rows) {
  return tableOf(
    Array.from({ length: columns }, (_, c) => ({
      name: `C${c}`,
      type: 'f64',
      values: Float64Array.from({ length: rows }, () => random.normal()),
    })),
  )
}

function reading(peer, target, file) {
  const columns = Array.from({ length: 10 }, (_, k) => `C${4 * k}`)
  return {
    what: 'FITS: 10 of 40 columns, 200k rows',
    peer,
    target,
    own: () => ownMs(async () => readFitsTable(await fileSource(file), { columns })),
    theirs: () => pythonMs(IMPORTS[peer], `names = [f'C{4 * k}' for k in range(10)]\n${READERS[peer]}`, [file]),
  }
}

function writing() {
  const table = doubles(25, 100_000)
  const file = join(dir, 'written.fits')
  const script = `
columns = {f'C{c}': np.random.normal(size=100000) for c in range(25)}
def run(): fitsio.write(sys.argv[1], columns, clobber=True)`
  return {
    what: 'FITS: write 25 columns of 100k rows',
    peer: 'fitsio',
    target: 1,
    own: () => ownMs(() => writeFileSync(file, writeFitsTable(table))),
    theirs: () => pythonMs('import fitsio', script, [file]),
  }
}

/** CPU of a program, ms; undefined if it fails. */
function programMs(command) {
  const script = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(1000 * (used.ru_utime + used.ru_stime))`
  const { stdout, status } = spawnSync('/usr/bin/python3', ['-c', script, ...command], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

function besideStilts({ a, b }) {
  return {
    what: 'match 1M x 1M, mutual, random order',
    peer: 'STILTS less its start',
    target: 1 / 40,
    own: () => ownMs(() => matchSky(a, b, 1, { mode: 'mutual' })),
    theirs: async () => (await stilts?.match(a, b, 1, { mode: 'mutual' }))?.cpuMs,
  }
}

/** The columns of a default run beside id and position, here and in the store. */
const STAR_COLUMNS = {
  magErr: 'phot_g_mean_mag_error',
  bpMag: 'phot_bp_mean_mag',
  bpMagErr: 'phot_bp_mean_mag_error',
  rpMag: 'phot_rp_mean_mag',
  rpMagErr: 'phot_rp_mean_mag_error',
  bpRpExcess: 'phot_bp_rp_excess_factor',
  pmRaCosDecMasYr: 'pmra',
  pmDecMasYr: 'pmdec',
}

/** Stars of a CCD of 0.3 x 0.15 degrees out of 500,000 at the mean density of Gaia, 41,000 a square degree. */
async function footprint() {
  const input = join(dir, 'stars.parquet')
  writeFileSync(input, await writeParquet(simulatedStars(500_000, 41_000, { seed: 1, further: true })))
  await buildCatalogDirectory([input], join(dir, 'store'), { release: 'gaia_dr2' })
  const catalog = await openCatalog(join(dir, 'store'))
  const cells = polygonCover(13, [44.82, 45.18, 45.18, 44.82], [-35.07, -35.07, -34.93, -34.93], 10 / 3600)
  const edges = Array.from(cells.ranges, (cell) => BigInt(cell) << 32n)
  const ranges = Array.from({ length: edges.length / 2 }, (_, k) => [edges[2 * k], edges[2 * k + 1]])
  const inRange = ([first, end]) => `_healpix_29 >= ${first} AND _healpix_29 < ${end}`
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const names = ['source_id', 'ra', 'dec', 'phot_g_mean_mag', ...Object.values(STAR_COLUMNS)]
  const query = `SELECT ${names} FROM read_parquet('${join(dir, 'store/gaia_dr2/dataset/*/*/*.parquet')}')
    WHERE ${inRange([edges[0], edges.at(-1)])} AND (${ranges.map(inRange).join(' OR ')})`
  return {
    what: 'stars of a CCD, 41,000 per sq deg, warm',
    peer: 'DuckDB',
    target: 1 / 3,
    own: () => ownMs(() => catalog.read(cells, Object.keys(STAR_COLUMNS))),
    theirs: async () => {
      await connection.runAndReadAll(query)
      return ownMs(() => connection.runAndReadAll(query))
    },
  }
}

function start() {
  const empty = join(dir, 'empty.mjs')
  writeFileSync(empty, '')
  return {
    what: '`--version`',
    peer: 'an empty ESM file',
    target: 2,
    own: () => programMs([process.execPath, join(import.meta.dirname, '../bin/bliss-calib.js'), '--version']),
    theirs: () => programMs([process.execPath, empty]),
  }
}

async function measured() {
  const sky = simulatedField(1_000_000, random)
  const table = join(dir, 'table.fits')
  writeFileSync(table, writeFitsTable(doubles(40, 200_000)))
  return [
    matching('match 1M x 1M, mutual, random order', 0.1, sky),
    matching('match 1M x 1M, mutual, HEALPix order', 1 / 6, { a: byCell(sky.a), b: byCell(sky.b) }),
    besideStilts(sky),
    matching('match 3,000 x 3,000, mutual, warm', 0.2, simulatedField(3000, random), 50),
    healpix(12),
    healpix(29),
    reading('fitsio', 0.6, table),
    reading('astropy, mapped', 0.8, table),
    writing(),
    await footprint(),
    start(),
  ]
}

const START = '<!-- kernels -->'
const END = '<!-- end of kernels -->'
const readme = readFileSync(README, 'utf8')
const before = new Map(
  readme
    .slice(readme.indexOf(START), readme.indexOf(END))
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, what, peer, , , ratio]) => [`${what}, ${peer}`, ratio]),
)

const lines = ['| what | peer | ms | peer ms | ratio | before | target |', '|---|---|---|---|---|---|---|']
console.log(lines.join('\n'))
for (const { what, peer, target, own, theirs } of await measured()) {
  let [ours, other] = [Infinity, Infinity]
  for (let turn = 0; turn < TURNS; turn++) {
    for (let run = 0; run < OWN_RUNS; run++) ours = Math.min(ours, await own())
    other = Math.min(other, (await theirs()) ?? Infinity)
  }
  const ratio = Number.isFinite(other) ? (ours / other).toFixed(3) : '-'
  const cells = [what, peer, ours.toFixed(1), other.toFixed(1), ratio, before.get(`${what}, ${peer}`) ?? '-']
  lines.push(`| ${[...cells, target.toFixed(3)].join(' | ')} |`)
  console.log(lines.at(-1))
}
rmSync(dir, { recursive: true })
if (process.argv.includes('--write')) {
  const machine = `${cpus()[0].model}, Node ${process.version}, CPU, the best of ${TURNS} turns.`
  const table = `${START}\n\n${machine}\n\n${lines.join('\n')}\n\n`
  writeFileSync(README, readme.slice(0, readme.indexOf(START)) + table + readme.slice(readme.indexOf(END)))
}
