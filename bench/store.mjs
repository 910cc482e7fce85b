// Bytes and requests that one CCD costs: a simulated store against the whole CSV files that the original reads.
// Run `npm run build` first. Usage: node bench/store.mjs [density per sq deg ...]
import { createServer } from 'node:http'
import { mkdtempSync, openSync, readSync, closeSync, rmSync, statSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulatedStars } from './simulated-stars.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const load = (path) => import(new URL(path, dist).href)
const { polygonCover, queryDiscInclusive, cellAreaSqDeg, unionRanges } = await load('healpix/index.js')
const { writeParquet } = await load('formats/parquet/index.js')
const { seededRandom } = await load('math/random.js')
const { buildCatalogDirectory } = await load('node/store/catalog-build.js')
const { openCatalog } = await load('node/store/open-catalog.js')

const DEFAULT_RUN = ['magErr', 'bpMag', 'bpMagErr', 'rpMag', 'rpMagErr', 'bpRpExcess', 'pmRaCosDecMasYr', 'pmDecMasYr']
/** Bytes of a line of the original's CSV on real rows, floats printed in full. */
const LINE_BYTES = 66.7
const CCD = { widthDeg: 0.298, heightDeg: 0.149, marginArcsec: 10 }
/** Rows enough for several full row groups. */
const ROWS = 1_500_000
const FOOTPRINTS = 200
const PIXEL_ORDER = 5

const densities = process.argv.slice(2).map(Number)
const scratch = mkdtempSync(join(tmpdir(), 'bliss-bench-'))
try {
  console.log(
    'stars/sq deg | rows | bytes/star | CCD bytes (median) | requests | rows ' +
      'wanted | original (median) | ratio (median, worst)',
  )
  for (const density of densities.length > 0 ? densities : [2000, 41_000, 1_000_000]) await measure(density)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function measure(density) {
  // A square field round RA 45, Dec -35, off the borders of the base cells.
  const side = Math.sqrt(ROWS / density)
  const field = { raDeg: 45, decDeg: -35, halfDeg: side / 2 }
  const input = join(scratch, `${density}.parquet`)
  writeFileSync(input, await writeParquet(simulatedStars(ROWS, density, { seed: density, further: true })))
  const to = join(scratch, `store-${density}`)
  const report = await buildCatalogDirectory([input], to, { release: 'gaia_dr2' })
  const stored = readdirSync(to, { recursive: true }).reduce(
    (total, name) => total + (statSync(join(to, name)).isFile() ? statSync(join(to, name)).size : 0),
    0,
  )
  const random = seededRandom(density + 1)
  const [bytes, requests, rows, originals, ratios] = [[], [], [], [], []]
  for (let n = 0; n < FOOTPRINTS; n++) {
    const decDeg = field.decDeg + (2 * random.uniform() - 1) * (field.halfDeg - 0.3)
    const raDeg =
      field.raDeg + ((2 * random.uniform() - 1) * (field.halfDeg - 0.3)) / Math.cos((field.decDeg * Math.PI) / 180)
    const footprint = ccdCells(raDeg, decDeg)
    // Opened anew: one CCD, one process.
    const catalog = await openCatalog(to)
    const manifestBytes = catalog.counters.bytesRead
    const stars = await catalog.read(footprint, DEFAULT_RUN)
    const pixels = queryDiscInclusive(PIXEL_ORDER, raDeg, decDeg, 0.2)
    const original = pixels.length * cellAreaSqDeg(PIXEL_ORDER) * density * LINE_BYTES
    bytes.push(catalog.counters.bytesRead - manifestBytes)
    requests.push(catalog.counters.requests - 1)
    rows.push(stars.sourceId.length)
    originals.push(original)
    ratios.push(original / bytes.at(-1))
  }
  console.log(await remoteLine(to, field))
  if (field.halfDeg > 1.5) console.log(await focalPlaneLine(to, field))
  const line = [
    density,
    report.rowCount,
    (stored / report.rowCount).toFixed(2),
    median(bytes),
    median(requests),
    median(rows),
    Math.round(median(originals)),
    `1/${median(ratios).toFixed(1)}, 1/${Math.min(...ratios).toFixed(1)}`,
  ]
  console.log(line.join(' | '), `| sum ratio 1/${(sum(originals) / sum(bytes)).toFixed(1)}`)
}

/** One CCD's polygon as cells. */
function ccdCells(raDeg, decDeg) {
  const dRa = CCD.widthDeg / 2 / Math.cos((decDeg * Math.PI) / 180)
  const dDec = CCD.heightDeg / 2
  return polygonCover(
    13,
    [raDeg - dRa, raDeg + dRa, raDeg + dRa, raDeg - dRa],
    [decDeg - dDec, decDeg - dDec, decDeg + dDec, decDeg + dDec],
    CCD.marginArcsec / 3600,
  )
}

/**
 * The same CCDs from a directory and by HTTP on the loopback: requests and bytes of bodies as the server counts them.
 */
async function remoteLine(dir, field) {
  const counts = { requests: 0, bytes: 0 }
  const server = createServer((request, response) => {
    const path = join(dir, decodeURIComponent(request.url))
    const size = statSync(path, { throwIfNoEntry: false })?.size
    counts.requests++
    if (size === undefined) return response.writeHead(404).end()
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range)
    const end = Math.min(size, Number(last) + 1)
    const body = Buffer.alloc(end - Number(first))
    const file = openSync(path)
    readSync(file, body, 0, body.length, Number(first))
    closeSync(file)
    counts.bytes += body.length
    response
      .writeHead(206, {
        'Content-Range': `bytes ${first}-${end - 1}/${size}`,
        'Content-Length': body.length,
        ETag: `"${size}"`,
      })
      .end(body)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const local = { requests: 0, bytes: 0 }
  const random = seededRandom(5)
  const ccds = 20
  for (let n = 0; n < ccds; n++) {
    const footprint = ccdCells(
      field.raDeg + (random.uniform() - 0.5) * field.halfDeg,
      field.decDeg + (random.uniform() - 0.5) * field.halfDeg,
    )
    const remote = await openCatalog(`http://127.0.0.1:${server.address().port}`, {
      remote: { cacheDir: '', cacheBytes: 0, offline: false },
    })
    const near = await openCatalog(dir)
    const [a, b] = [await remote.read(footprint, DEFAULT_RUN), await near.read(footprint, DEFAULT_RUN)]
    if (a.sourceId.length !== b.sourceId.length) throw new Error('other rows by HTTP')
    local.requests += near.counters.requests
    local.bytes += near.counters.bytesRead
  }
  server.close()
  return (
    `  by HTTP, manifest included, a CCD: ${counts.requests / ccds} requests, ` +
    `${Math.round(counts.bytes / ccds)} bytes; from disk ${local.requests / ccds}, ${Math.round(local.bytes / ccds)}`
  )
}

/** The 60 CCDs of an exposure, 2.2 deg across, in one read. */
async function focalPlaneLine(dir, field) {
  let cells
  for (let row = 0; row < 12; row++) {
    for (let column = 0; column < 5; column++) {
      const some = ccdCells(
        field.raDeg + ((column - 2) * 0.31) / Math.cos((field.decDeg * Math.PI) / 180),
        field.decDeg + (row - 5.5) * 0.165,
      )
      cells = cells === undefined ? some : unionRanges(cells, some)
    }
  }
  const catalog = await openCatalog(dir)
  const start = process.cpuUsage()
  const stars = await catalog.read(cells, DEFAULT_RUN)
  const { user, system } = process.cpuUsage(start)
  return (
    `  60 CCDs in one read: ${catalog.counters.requests} requests, ${catalog.counters.bytesRead} ` +
    `bytes, ${stars.sourceId.length} rows, ${Math.round((user + system) / 1000)} ms of CPU`
  )
}

function median(values) {
  return values.slice().sort((a, b) => a - b)[values.length >>> 1]
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
