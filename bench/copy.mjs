// Copies of parts of a catalogue: peak memory and CPU by the rows copied, out of a full store of ours, a lite one, and
// a HATS catalogue of another program (DuckDB: ZSTD, one row group a file of an order-4 cell, no page index). Each copy
// is a process of its own. Run `npm run build` first. Usage: node bench/copy.mjs [rows ...], default 300000 1000000
// 3000000.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { writeRows } from './simulated-rows.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { buildCatalogDirectory } = await import(new URL('node/store/catalog-build.js', dist).href)
const bin = new URL('../bin/bliss-calib.js', import.meta.url).pathname
const scratch = process.env.BLISS_SCRATCH ?? mkdtempSync(join(tmpdir(), 'bliss-bench-copy-'))
const PER_SQ_DEG = 41_000
const FOREIGN_ORDER = 4

/** What a process took, from within: `maxRSS` would begin with that of the process that starts it, VmHWM is its own. */
const REPORT = join(scratch, 'report.mjs')
writeFileSync(
  REPORT,
  `import { readFileSync } from 'node:fs'
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  const peakKB = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  console.log(JSON.stringify({ cpuS: (userCPUTime + systemCPUTime) / 1e6, peakMB: peakKB / 1024 }))
})`,
)

/** The rows of a store as files of another program. */
async function foreignCatalog(store, to) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const cellOf = `(_healpix_29 >> ${58 - 2 * FOREIGN_ORDER})`
  await connection.run(
    `create view t as select *, ${cellOf} as cell from ` +
      `read_parquet('${store}/dataset/*/*/*.parquet', hive_partitioning = false)`,
  )
  const found = (await connection.runAndReadAll('select cell, count(*) from t group by cell order by cell')).getRows()
  for (const [cell] of found) {
    const file = join(to, `dataset/Norder=${FOREIGN_ORDER}/Dir=0/Npix=${cell}.parquet`)
    mkdirSync(dirname(file), { recursive: true })
    await connection.run(
      `copy (select * exclude (cell) from t where cell = ${cell} order by _healpix_29) to ` +
        `'${file}' (format parquet, compression 'zstd', row_group_size 2000000)`,
    )
  }
  const rows = found.reduce((total, [, count]) => total + Number(count), 0)
  writeFileSync(
    join(to, 'partition_info.csv'),
    ['Norder,Npix', ...found.map(([cell]) => `${FOREIGN_ORDER},${cell}`)].join('\n'),
  )
  writeFileSync(
    join(to, 'hats.properties'),
    [
      'obs_collection=gaia_dr2',
      'dataproduct_type=object',
      `hats_nrows=${rows}`,
      'hats_col_ra=ra',
      'hats_col_dec=dec',
      'hats_npix_suffix=.parquet',
      'hats_version=v1.0',
    ].join('\n'),
  )
}

const wanted = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [300_000, 1_000_000, 3_000_000]
try {
  const raw = join(scratch, 'raw')
  mkdirSync(raw)
  // A square around the largest cone.
  await writeRows(join(raw, 'rows'), {
    rows: Math.ceil(1.4 * Math.max(...wanted)),
    perSqDeg: PER_SQ_DEG,
    rowsPerFile: 500_000,
  })
  await buildCatalogDirectory([raw], join(scratch, 'full'), { release: 'gaia_dr2', workers: 2 })
  await buildCatalogDirectory([raw], join(scratch, 'lite'), { release: 'gaia_dr2', workers: 2, precision: 'lite' })
  rmSync(raw, { recursive: true })
  await foreignCatalog(join(scratch, 'full/gaia_dr2'), join(scratch, 'foreign'))
  console.log(
    `${cpus()[0].model}, ${cpus().length} processors, Node ` +
      `${process.version}; 12 columns, ${PER_SQ_DEG} stars per sq deg`,
  )
  console.log('| source | rows copied | peak MB | CPU us/row | wall s |')
  console.log('|---|---|---|---|---|')
  for (const source of ['full', 'lite', 'foreign']) {
    for (const rows of wanted) {
      const to = join(scratch, 'copy')
      const started = performance.now()
      const cone = `45,-35,${Math.sqrt(rows / PER_SQ_DEG / Math.PI).toFixed(4)}`
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['--import', REPORT, bin, 'catalog', 'copy', '--from', join(scratch, source), '--to', to, '--cone', cone],
        { encoding: 'utf8' },
      )
      if (status !== 0) throw new Error(stderr)
      const { cpuS, peakMB } = JSON.parse(stdout.trim().split('\n').at(-1))
      const copied = Number(/: (\d+) stars of/.exec(stdout)[1])
      console.log(
        `| ${source} | ${copied} | ${Math.round(peakMB)} | ` +
          `${((1e6 * cpuS) / copied).toFixed(2)} | ${((performance.now() - started) / 1000).toFixed(1)} |`,
      )
      rmSync(to, { recursive: true })
    }
  }
} finally {
  if (process.env.BLISS_SCRATCH === undefined) rmSync(scratch, { recursive: true, force: true })
}
