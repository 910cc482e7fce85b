// Builds of the store from many raw files: rows per second, CPU and peak memory, beside DuckDB's COPY of the same rows
// in the store's order and at its size (Parquet V2, zstd 15). Run `npm run build` first. Usage: node bench/build.mjs
// [rows ...], default 2000000 5000000; 20000000 takes 3 GB of disk and some minutes.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeRows } from './simulated-rows.mjs'

const dist = process.env.BLISS_DIST ?? new URL('../dist/', import.meta.url).href
const scratch = mkdtempSync(join(process.env.BLISS_SCRATCH ?? tmpdir(), 'bliss-bench-build-'))

const BUILD = `
import { buildCatalogDirectory } from '${dist}node/store/catalog-build.js'
const [from, to, workers] = process.argv.slice(2)
const report = await buildCatalogDirectory([from], to, { workers: Number(workers) })
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(JSON.stringify({ cpuS: (userCPUTime + systemCPUTime) / 1e6, peakMB: maxRSS / 1024, files: report.files, rows: report.rowCount, margin: report.margin?.rows ?? 0 }))
`
const COPY = `
import { createRequire } from 'node:module'
const { DuckDBInstance } = createRequire('${new URL('.', import.meta.url).pathname}')('@duckdb/node-api')
const [from, to] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
await connection.run(\`copy (select * from read_parquet('\${from}/dataset/*/*/*.parquet', hive_partitioning = false)) to '\${to}' (format parquet, parquet_version v2, compression zstd, compression_level 15)\`)
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(JSON.stringify({ cpuS: (userCPUTime + systemCPUTime) / 1e6, peakMB: maxRSS / 1024 }))
`
writeFileSync(join(scratch, 'build.mjs'), BUILD)
writeFileSync(join(scratch, 'copy.mjs'), COPY)

function timed(script, ...args) {
  const started = performance.now()
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(scratch, script), ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return { ...JSON.parse(stdout), s: (performance.now() - started) / 1000 }
}

const sizeOf = (dir) =>
  readdirSync(dir, { recursive: true }).reduce(
    (total, name) => total + (name.endsWith('.parquet') ? statSync(join(dir, name)).size : 0),
    0,
  )

try {
  console.log(
    `${cpus()[0].model}, ${cpus().length} processors, Node ${process.version}; 12 columns + ` +
      `_healpix_29, 41,000 stars per sq deg, files of 500,000 rows`,
  )
  console.log(
    '| rows | threads | rows/s | CPU us/row | peak MB | bytes/row | margin rows | ' +
      'DuckDB CPU us/row | peak MB | bytes/row | CPU over DuckDB |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|---|')
  for (const rows of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [2_000_000, 5_000_000]) {
    const from = join(scratch, 'raw')
    const to = join(scratch, 'store')
    mkdirSync(from)
    await writeRows(join(from, 'rows'), { rows, perSqDeg: 41_000, rowsPerFile: 500_000 })
    const build = timed('build.mjs', from, to, '2')
    rmSync(from, { recursive: true })
    const store = join(to, 'gaia_dr2')
    const copied = join(scratch, 'copy.parquet')
    const copy = timed('copy.mjs', store, copied)
    const per = (s) => ((1e6 * s) / rows).toFixed(2)
    const ours = sizeOf(join(store, 'dataset')) / build.rows
    console.log(
      `| ${rows} | 2 | ${Math.round(rows / build.s)} | ${per(build.cpuS)} | ${Math.round(build.peakMB)} | ` +
        `${ours.toFixed(2)} | ${build.margin} | ${per(copy.cpuS)} | ${Math.round(copy.peakMB)} | ` +
        `${(statSync(copied).size / rows).toFixed(2)} | ${(build.cpuS / copy.cpuS).toFixed(2)} |`,
    )
    rmSync(to, { recursive: true })
    rmSync(copied)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
