import { memorySource, type ByteSource } from '../../formats/bytes.js'
import { openParquet } from '../../formats/parquet/index.js'
import type { CatalogTools } from '../catalog-files.js'
import type { StoreFile } from '../partition-index.js'
import type { HatsLists, HatsPartition } from '../read/hats-lists.js'
import { KEY_COLUMN } from '../store-columns.js'
import type { StoreRecords } from './checksums.js'
import type { ListedFiles } from './collection.js'
import type { Findings, VerifyOptions } from './findings.js'
import type { RowRules } from './row-group.js'
import { verifyRows } from './rows.js'
import { readCommonSchema, readStoreFiles, schemaText } from './structure.js'

/** A catalogue that is being checked, and where what is found goes. */
export interface Work {
  readonly files: ListedFiles
  readonly present: readonly string[] | undefined
  readonly lists: HatsLists
  readonly records: StoreRecords | undefined
  readonly options: VerifyOptions
  readonly findings: Findings
  readonly notChecked: Set<string>
}

/** Checks the files of all partitions; gives how many rows were looked at. */
export async function verifyPartitions(work: Work): Promise<number> {
  const { files, lists, records, options, findings, notChecked } = work
  const stored = records === undefined ? undefined : await readStoreFiles(files, records, lists, findings)
  const schema = await readCommonSchema(files, findings)
  const rules = rowRulesOf(work)
  let counted = 0
  let rows = 0
  let unread = false
  const isPresent = work.present === undefined ? undefined : new Set(work.present)
  for (const [i, partition] of lists.partitions.entries()) {
    options.onProgress?.(i, lists.partitions.length)
    for (const path of pathsOf(partition, work)) {
      if (isPresent?.has(path) === false) {
        unread = true
        continue
      }
      const found = await findings.attempt('structure', `${files.name}/${path}`, () =>
        verifyFile(path, partition, stored?.get(path), schema, rules, work),
      )
      if (found === undefined) unread = true
      else {
        counted += found.counted
        rows += found.checked
      }
    }
  }
  const promised = Number(lists.properties.get('hats_nrows'))
  if (unread) notChecked.add('the number of rows: a file could not be read')
  else if (Number.isFinite(promised) && promised !== counted) {
    findings.add('structure', 'wrong-count', 'the files hold another number of rows than the properties say', {
      file: `${files.name}/${lists.propertiesName}`,
      column: 'hats_nrows',
      found: counted,
      expected: `${promised}`,
    })
  }
  return rows
}

/** The files of a partition: one, or those of its directory. */
function pathsOf(partition: HatsPartition, { present, notChecked }: Work): readonly string[] {
  if (!partition.path.endsWith('/')) return [partition.path]
  if (present !== undefined)
    return present.filter((path) => path.startsWith(partition.path) && path.endsWith('.parquet'))
  notChecked.add('partitions that are directories')
  return []
}

async function verifyFile(
  path: string,
  partition: HatsPartition,
  stored: StoreFile | undefined,
  schema: string | undefined,
  rules: RowRules | undefined,
  work: Work,
): Promise<{ counted: number; checked: number }> {
  const { files, records, options, findings } = work
  const opened = await files.open(path)
  const expected = records?.checksums?.get(path)
  if (records?.checksums !== undefined && expected === undefined)
    findings.add('checksums', 'no-checksum', 'the file has no checksum', { file: opened.name })
  // A file of a store is small enough to be held whole: read once for its checksum and its rows.
  const source = records === undefined ? opened : memorySource(opened.name, await wholeOf(opened))
  if (expected !== undefined && !(await hasChecksum(source, expected, options, findings)))
    return { counted: stored?.rows ?? 0, checked: 0 }
  if (stored !== undefined && stored.byteLength !== source.byteLength) {
    findings.add('structure', 'wrong-length', 'the file has another length than the manifest says', {
      file: source.name,
      found: source.byteLength,
      expected: `${stored.byteLength} bytes`,
    })
  }
  const parquet = await openParquet(source)
  if (stored !== undefined && stored.rows !== parquet.rowCount) {
    findings.add('structure', 'wrong-count', 'the file has another number of rows than the manifest says', {
      file: source.name,
      found: parquet.rowCount,
      expected: `${stored.rows}`,
    })
  }
  if (schema !== undefined && schemaText(parquet) !== schema) {
    findings.add('structure', 'other-schema', 'the columns are not those of _common_metadata', {
      file: source.name,
      found: schemaText(parquet),
      expected: schema,
    })
  }
  const checked = rules === undefined ? 0 : await verifyRows(parquet, partition, rules, options, findings)
  return { counted: parquet.rowCount, checked }
}

async function wholeOf(source: ByteSource): Promise<Uint8Array> {
  return source.slice(0, source.byteLength)
}

/** Whether a file is as it was written; a finding if not. */
export async function hasChecksum(
  source: ByteSource,
  expected: string,
  { sha256 }: CatalogTools,
  findings: Findings,
): Promise<boolean> {
  const found = sha256(await wholeOf(source))
  if (found === expected) return true
  findings.add('checksums', 'wrong-checksum', 'the file is not as it was written: its rows are not looked at', {
    file: source.name,
    found,
    expected,
  })
  return false
}

/** Undefined if no rows are to be looked at, or no positions are named. */
function rowRulesOf({ lists, records, options, notChecked }: Work): RowRules | undefined {
  if (options.quick === true) return undefined
  const { properties } = lists
  const manifest = records?.manifest
  const name = (star: string) => manifest?.columns.find((column) => column.star === star)?.name
  const raDeg = name('raDeg') ?? properties.get('hats_col_ra')
  const decDeg = name('decDeg') ?? properties.get('hats_col_dec')
  if (raDeg === undefined || decDeg === undefined) {
    notChecked.add('rows: the properties do not name the columns of the positions')
    return undefined
  }
  const keyName = manifest === undefined ? properties.get('hats_col_healpix') : KEY_COLUMN
  if (keyName === undefined) notChecked.add('the order of the rows: the catalogue has no HEALPix column')
  const keyOrder = Number(properties.get('hats_col_healpix_order') ?? 29)
  const quantities = (manifest?.columns ?? []).filter(
    ({ star }) => star !== 'sourceId' && star !== 'raDeg' && star !== 'decDeg',
  )
  const others = [...quantities, ...(manifest?.furtherColumns ?? [])].map((column) => column.name)
  return {
    columns: {
      key: keyName === undefined ? undefined : { name: keyName, order: keyOrder },
      raDeg,
      decDeg,
      sourceId: name('sourceId'),
      others,
    },
    place: properties.get('dataproduct_type') === 'margin' ? 'margin' : 'inside',
    exactCells: manifest !== undefined,
    missingValues: manifest?.missingValues,
  }
}
