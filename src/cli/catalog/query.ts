import { chooseColumns, joinTables, queryRows } from '../../catalog/region/query.js'
import { scampReference } from '../../catalog/region/scamp-reference.js'
import { CommandError } from '../../errors.js'
import type { Table } from '../../table/columns.js'
import type { ByteSink } from '../../formats/bytes.js'
import { csvBytes } from '../../formats/csv-write.js'
import { jsonLines } from '../../formats/json-lines.js'
import { writeParquet } from '../../formats/parquet/index.js'
import { fileSink } from '../../node/disk/file-sink.js'
import { openCatalog } from '../../node/store/open-catalog.js'
import { arrowFile } from '../../node/store/to-arrow.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { Values } from '../options/option.js'
import type { QUERY_OPTIONS } from './options.js'
import { parseCone, parsePolygon } from './region-options.js'
import { namedCatalog } from '../calibrate/choose-catalog.js'

type QueryCommand = Values<typeof QUERY_OPTIONS>
type Format = NonNullable<QueryCommand['format']>

/**
 * `catalog query`: the rows of a catalogue in a cone or polygon, to stdout or a file. CSV and JSON stream; Parquet,
 * Arrow and the reference for SCAMP are made in memory.
 */
export async function catalogQuery(command: QueryCommand, io: Io): Promise<ExitCode> {
  const region = command.cone === undefined ? parsePolygon(command.polygon!) : parseCone(command.cone)
  const format = formatOf(command)
  if (format === 'ldac' && command.columns !== undefined)
    throw new CommandError('bad-option', 'a reference for SCAMP has columns of its own: leave out --columns', {
      option: '--columns',
    })
  const catalog = await openCatalog(
    await namedCatalog(command.catalog, io.env, command.quiet ? undefined : (text) => io.err(text)),
  )
  const columns = chooseColumns(
    catalog,
    command.columns
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  // Printed before the rows, so that it also appears if the reader of the rows stops early (`| head`).
  const outside = catalog.missingSqDeg(region.cells)
  if (!command.quiet && outside > 0)
    io.err(`the catalogue does not cover ${outside.toPrecision(3)} sq deg of the cells of this region\n`)
  const sink = command.to === undefined ? stdoutSink(io) : await fileSink(command.to)
  let rows = 0
  try {
    const counted = async function* () {
      for await (const table of queryRows(catalog, region, columns)) {
        rows += table.rowCount
        yield table
      }
    }
    if (format === 'ldac') {
      const reference = await scampReference(catalog, region)
      rows = reference.rowCount
      await sink.write(reference.bytes)
    } else await writeTables(counted(), format, sink)
    await sink.commit()
  } catch (error) {
    await sink.abort()
    if (error instanceof ReaderGone) return 0
    throw error
  }
  if (!command.quiet && command.to !== undefined)
    io.err(`${command.to}: ${rows} ${rows === 1 ? 'row' : 'rows'} of ${catalog.name}\n`)
  return 0
}

/** `--format`, else by the ending of the file, else CSV. */
function formatOf({ format, to }: QueryCommand): Format {
  const ending = /\.([a-z]+)$/i.exec(to ?? '')?.[1]?.toLowerCase()
  const byEnding: Readonly<Record<string, Format>> = {
    csv: 'csv',
    json: 'json',
    jsonl: 'json',
    ndjson: 'json',
    parquet: 'parquet',
    arrow: 'arrow',
    feather: 'arrow',
    ldac: 'ldac',
  }
  return format ?? (ending === undefined ? 'csv' : (byEnding[ending] ?? 'csv'))
}

async function writeTables(
  tables: AsyncIterable<Table>,
  format: Exclude<Format, 'ldac'>,
  sink: ByteSink,
): Promise<void> {
  if (format === 'parquet' || format === 'arrow') {
    const all: Table[] = []
    for await (const table of tables) all.push(table)
    const rows = joinTables(all)
    // Every star has a position; of the other columns any value may be missing.
    const optional = rows.columns.map(({ name }) => name).filter((name) => name !== 'ra' && name !== 'dec')
    await sink.write(format === 'parquet' ? await writeParquet(rows, optional) : arrowFile(rows, optional))
    return
  }
  let isFirst = true
  for await (const table of tables) {
    if (format === 'json') await sink.write(new TextEncoder().encode(jsonLines(table)))
    else {
      const bytes = csvBytes(table)
      await sink.write(isFirst ? bytes : bytes.subarray(bytes.indexOf(0x0a) + 1))
    }
    isFirst = false
  }
}

/** The reader of our output closed it (`| head`): nothing more is needed. */
class ReaderGone extends Error {}

function stdoutSink(io: Io): ByteSink {
  return {
    name: 'stdout',
    async write(bytes) {
      if (io.outBytes === undefined) io.out(new TextDecoder().decode(bytes))
      else if (!(await io.outBytes(bytes))) throw new ReaderGone()
    },
    commit: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  }
}
