import { Findings, type Check, type Finding, type VerifyOptions } from './findings.js'
import { memorySource, type ByteSource } from '../../formats/bytes.js'
import { openParquet } from '../../formats/parquet/index.js'
import { filesBelow, type CatalogTools } from '../catalog-files.js'
import type { CatalogDescription } from '../description.js'
import { MANIFEST_NAME } from '../manifest.js'
import { PARTITIONS_NAME, type StoreFile } from '../partition-index.js'
import { KEY_COLUMN } from '../store-columns.js'
import { readStoreRecords, type StoreRecords } from './checksums.js'
import {
  checkCollectionFiles,
  checkCollectionText,
  COLLECTION_NAME,
  readCollection,
  type ListedFiles,
} from './collection.js'
import { readHatsLists, type HatsLists, type HatsPartition } from '../read/hats-lists.js'
import { verifyMargin } from './margins.js'
import { verifyRows } from './rows.js'
import type { RowRules } from './row-group.js'
import {
  checkDisjoint,
  checkPresence,
  checkProperties,
  readCommonSchema,
  readStoreFiles,
  schemaText,
} from './structure.js'

export type { Finding } from './findings.js'

export type { ListedFiles } from './collection.js'

interface VerifyReport {
  readonly location: string
  /** A store of `catalog build`, or another's HATS catalogue. */
  readonly kind: 'store' | 'hats'
  readonly files: number
  /** Rows that were looked at. */
  readonly rows: number
  /** What could not be checked, as sentences. */
  readonly notChecked: readonly string[]
  readonly findings: readonly Finding[]
  /** Findings beyond those that are named. */
  readonly unnamed: readonly { readonly tag: string; readonly file: string; readonly more: number }[]
}

/**
 * Checks a catalogue or a collection of one and its margins: files and lists, checksums, rows. A finding never stops
 * the check. Of a HATS catalogue of another program it checks what the standard promises; it has no checksums.
 *
 * @throws InputError if there is no catalogue at all
 */
export async function verifyCatalog(files: ListedFiles, options: VerifyOptions): Promise<VerifyReport> {
  const findings = new Findings()
  const notChecked = new Set<string>()
  const present = await files.list?.()
  const found = (await files.exists(COLLECTION_NAME))
    ? await verifyCollection(files, present, options, findings, notChecked)
    : await verifyOne(files, present, options, findings, notChecked)
  if (present === undefined) notChecked.add('whether files are there that do not belong: a server does not list them')
  if (options.quick === true) notChecked.add('rows')
  return {
    location: files.name,
    ...found,
    notChecked: [...notChecked],
    findings: findings.named,
    unnamed: findings.unnamed,
  }
}

interface Verified {
  readonly kind: 'store' | 'hats'
  readonly files: number
  readonly rows: number
  /** The description that a store carries. */
  readonly description?: CatalogDescription
}

/** A catalogue and its margins, each in a directory of its own. */
async function verifyCollection(
  files: ListedFiles,
  present: readonly string[] | undefined,
  options: VerifyOptions,
  findings: Findings,
  notChecked: Set<string>,
): Promise<Verified> {
  const collection = await findings.attempt('structure', `${files.name}/${COLLECTION_NAME}`, () =>
    readCollection(files),
  )
  if (collection === undefined) {
    notChecked.add('its catalogues: the collection does not name them')
    return { kind: 'hats', files: 1, rows: 0 }
  }
  checkCollectionFiles(files, collection, present, findings)
  let rows = 0
  let kind: Verified['kind'] = 'hats'
  let own: CatalogDescription | undefined
  for (const directory of [collection.primary, ...collection.margins]) {
    const below = `${directory}/`
    const inside = present?.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length))
    const found = await findings.attempt('structure', `${files.name}/${directory}`, () =>
      verifyOne(filesBelow(files, directory), inside, options, findings, notChecked),
    )
    rows += found?.rows ?? 0
    if (directory !== collection.primary || found?.kind !== 'store') continue
    kind = 'store'
    own = found.description
  }
  const descriptions = own === undefined ? options.descriptions : [own]
  if (kind === 'store') checkCollectionText(files, collection, descriptions, findings)
  if (options.quick !== true)
    for (const directory of collection.margins)
      await verifyMargin(files, collection.primary, directory, options, findings, notChecked)
  return { kind, files: present?.length ?? 0, rows }
}

async function verifyOne(
  files: ListedFiles,
  present: readonly string[] | undefined,
  options: VerifyOptions,
  findings: Findings,
  notChecked: Set<string>,
): Promise<Verified> {
  const isStore = (await files.exists(MANIFEST_NAME)) || (await files.exists(PARTITIONS_NAME))
  const lists = isStore
    ? await findings.attempt('structure', files.name, () => readHatsLists(files))
    : await readHatsLists(files)
  const records = isStore ? await readStoreRecords(files, options, findings) : undefined
  if (records === undefined) notChecked.add('there are no checksums: the catalogue was not made by catalog build')
  let rows = 0
  if (lists !== undefined) {
    await checkProperties(files, lists, isStore, findings)
    checkDisjoint(lists.partitions, `${files.name}/partition_info.csv`, findings)
    if (present !== undefined) checkPresence(present, lists, records, files.name, findings)
    rows = await verifyPartitions({ files, present, lists, records, options, findings, notChecked })
  }
  await verifyOtherFiles(files, lists, records, options, findings)
  const description = records?.manifest?.description
  return {
    kind: isStore ? 'store' : 'hats',
    files: present?.length ?? lists?.partitions.length ?? 0,
    rows,
    ...(description && { description }),
  }
}

interface Work {
  readonly files: ListedFiles
  readonly present: readonly string[] | undefined
  readonly lists: HatsLists
  readonly records: StoreRecords | undefined
  readonly options: VerifyOptions
  readonly findings: Findings
  readonly notChecked: Set<string>
}

async function verifyPartitions(work: Work): Promise<number> {
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

async function hasChecksum(
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

/** Checksums of what is no data file. */
async function verifyOtherFiles(
  files: ListedFiles,
  lists: HatsLists | undefined,
  records: StoreRecords | undefined,
  options: VerifyOptions,
  findings: Findings,
): Promise<void> {
  const data = new Set(lists?.partitions.map(({ path }) => path))
  for (const [path, expected] of records?.checksums ?? []) {
    if (data.has(path)) continue
    await findings.attempt('checksums' satisfies Check, `${files.name}/${path}`, async () =>
      hasChecksum(await files.open(path), expected, options, findings),
    )
  }
}
