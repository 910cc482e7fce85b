// What a star costs: bytes per column of stores of simulated rows at several densities and of real rows, beside the
// original's CSV, and the whole sky from its density map. Run `npm run build` first. Usage: node bench/size.mjs [rows
// at each density, default 500000] [shared data, default ../shared]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata } from 'hyparquet'
import { simulatedStars } from './simulated-stars.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const load = (path) => import(new URL(path, dist).href)
const { buildCatalogDirectory } = await load('node/store/catalog-build.js')
const { openCatalog } = await load('node/store/open-catalog.js')
const { fileSource } = await load('node/disk/files.js')
const { writeParquet } = await load('formats/parquet/index.js')
const { readFitsTable } = await load('formats/fits/table.js')

const ROWS = Number(process.argv[2] ?? 500_000)
const SHARED = process.argv[3] ?? new URL('../../shared', import.meta.url).pathname
const DENSITIES = [2000, 6500, 41_000, 200_000, 1_000_000]
/** Sources of Gaia DR2. */
const SOURCES = 1_692_919_135
const EIGHT = ['basic', 'phot_bp_mean_mag', 'phot_rp_mean_mag', 'pmra', 'pmdec']
const VARIANTS = {
  basic: { columns: ['basic'] },
  eight: { columns: EIGHT },
  'eight, lite': { columns: EIGHT, precision: 'lite' },
  default: { columns: ['default'] },
  'default, lite': { columns: ['default'], precision: 'lite' },
}
const scratch = mkdtempSync(join(tmpdir(), 'bliss-size-'))

/** Bytes per row by column and in all (footers, map, lists), of one catalogue of a collection. */
function bytesPerRow(dir) {
  const columns = new Map()
  let [rows, all] = [0, 0]
  for (const name of readdirSync(dir, { recursive: true })) {
    const file = join(dir, name)
    if (!statSync(file).isFile()) continue
    if (!/skymap|point_map/.test(name)) all += statSync(file).size
    if (!name.endsWith('.parquet')) continue
    const metadata = parquetMetadata(Uint8Array.from(readFileSync(file)).buffer)
    rows += Number(metadata.num_rows)
    for (const group of metadata.row_groups) {
      for (const { meta_data: meta } of group.columns)
        columns.set(
          meta.path_in_schema[0],
          (columns.get(meta.path_in_schema[0]) ?? 0) + Number(meta.total_compressed_size),
        )
    }
  }
  return { rows, all: all / rows, columns: new Map([...columns].map(([name, bytes]) => [name, bytes / rows])) }
}

/** Bytes per row of the original's CSV of the stars: id, ra, dec, G as the shortest text, one header line. */
async function csvBytesPerRow(dir) {
  const { sourceId, raDeg, decDeg, mag } = await (
    await openCatalog(dir)
  ).read({ order: 0, ranges: Float64Array.of(0, 12) }, [])
  let bytes = 0
  for (let i = 0; i < sourceId.length; i++) bytes += `${sourceId[i]},${raDeg[i]},${decDeg[i]},${mag[i]}\n`.length
  return bytes / sourceId.length
}

async function measured(inputs, label) {
  const sizes = {}
  let csv
  for (const [variant, options] of Object.entries(VARIANTS)) {
    const to = join(scratch, 'store')
    const report = await buildCatalogDirectory(inputs, to, { release: 'gaia_dr2', ...options, marginArcsec: 10 })
    sizes[variant] = {
      ...bytesPerRow(join(to, report.name)),
      margin: (report.margin?.byteLength ?? 0) / report.rowCount,
    }
    if (variant === 'basic') csv = await csvBytesPerRow(to)
    rmSync(to, { recursive: true })
  }
  const { basic, eight, default: whole } = sizes
  const without = basic.all - basic.columns.get('_healpix_29')
  const lite = sizes['eight, lite']
  const cell = (bytes) => `${bytes.toFixed(2)} (${(bytes / csv).toFixed(3)})`
  console.log(
    `| ${label} | ${basic.rows} | ${csv.toFixed(1)} | ${cell(without)} | ${cell(basic.all)} | ` +
      `${cell(eight.all)} | ${cell(lite.all)} | ${cell(whole.all)} | ` +
      `${cell(sizes['default, lite'].all)} | ${whole.margin.toFixed(2)} |`,
  )
  return { csv, sizes }
}

try {
  console.log('bytes per star (over those of the CSV)')
  console.log(
    '| stars | rows | CSV | id, ra, dec, G | the same + _healpix_29 | 8 columns + ' +
      '_healpix_29 | 8, lite | default | default, lite | margin |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|')
  const byDensity = []
  for (const perSqDeg of DENSITIES) {
    const input = join(scratch, 'stars.parquet')
    writeFileSync(input, await writeParquet(simulatedStars(ROWS, perSqDeg)))
    byDensity.push({ perSqDeg, ...(await measured([input], `${perSqDeg} per sq deg`)) })
  }
  const gaia = join(SHARED, 'real/gaia')
  if (existsSync(gaia)) {
    const real = [
      ...readdirSync(gaia).filter((name) => /^(ocelot|tutorial|pyia_gdr2)/.test(name)),
      ...readdirSync(join(gaia, 'legacypipe_chunks')).map((name) => `legacypipe_chunks/${name}`),
    ]
    await measured(
      real.map((name) => join(gaia, name)),
      'real rows, DR2',
    )
    await wholeSky(join(gaia, 'gaiadr3.nside64.densmap.fits'), byDensity)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/**
 * Each pixel of the map at the bytes per star of its density, between the measured ones linear in the logarithm; DR2
 * has 0.934 of DR3's sources.
 */
async function wholeSky(map, byDensity) {
  const table = await readFitsTable(await fileSource(map))
  const counts = Array.from(table.columns[0].values, Number)
  const total = counts.reduce((a, b) => a + b, 0)
  const area = 41_252.96125 / counts.length
  const interpolated = (perSqDeg, of) => {
    const at = byDensity.findIndex((entry) => entry.perSqDeg >= perSqDeg)
    if (at <= 0) return of(byDensity.at(at < 0 ? -1 : 0))
    const [low, high] = [byDensity[at - 1], byDensity[at]]
    const t = Math.log(perSqDeg / low.perSqDeg) / Math.log(high.perSqDeg / low.perSqDeg)
    return (1 - t) * of(low) + t * of(high)
  }
  const gigabytes = (of) =>
    (counts.reduce(
      (sum, count) => sum + (count === 0 ? 0 : count * interpolated((count / area) * (SOURCES / total), of)),
      0,
    ) *
      (SOURCES / total)) /
    1e9
  console.log(`\n${SOURCES} sources by the density map [GB]`)
  const csv = gigabytes(({ csv }) => csv)
  console.log(`| original's CSV | ${csv.toFixed(1)} |`)
  for (const variant of Object.keys(VARIANTS)) {
    const all = gigabytes(({ sizes }) => sizes[variant].all)
    console.log(`| ${variant} | ${all.toFixed(1)} | ${(all / csv).toFixed(3)} |`)
  }
  const without = gigabytes(({ sizes }) => sizes.basic.all - sizes.basic.columns.get('_healpix_29'))
  console.log(`| basic without _healpix_29 | ${without.toFixed(1)} | ${(without / csv).toFixed(4)} |`)
  console.log(`| margin of default | ${gigabytes(({ sizes }) => sizes.default.margin).toFixed(2)} |`)
  for (const name of byDensity[0].sizes.default.columns.keys())
    console.log(`| default: ${name} | ${gigabytes(({ sizes }) => sizes.default.columns.get(name)).toFixed(1)} |`)
}
