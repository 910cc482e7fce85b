import { openParquet, type ParquetFile } from '../../formats/parquet/index.js'
import { wholeText } from '../../formats/whole-text.js'
import type { CatalogFiles } from '../catalog-files.js'
import { PARTITIONS_NAME, parseBlock, type StoreFile } from '../partition-index.js'
import { partitionPath } from '../store-columns.js'
import type { StoreRecords } from './checksums.js'
import type { Findings } from './findings.js'
import { PROPERTIES_NAMES, type HatsLists, type HatsPartition } from '../read/hats-lists.js'

const REQUIRED_KEYS = ['obs_collection', 'dataproduct_type', 'hats_nrows'] as const
const REQUIRED_OF_OBJECTS = ['hats_col_ra', 'hats_col_dec'] as const

/** The keys that HATS asks for, and that both names of the properties say the same. */
export async function checkProperties(
  files: CatalogFiles,
  { properties, propertiesName }: HatsLists,
  isStore: boolean,
  findings: Findings,
): Promise<void> {
  const file = `${files.name}/${propertiesName}`
  const type = properties.get('dataproduct_type')
  const needed =
    type === 'object' || type === 'source' || type === 'margin'
      ? [...REQUIRED_KEYS, ...REQUIRED_OF_OBJECTS]
      : REQUIRED_KEYS
  for (const key of needed)
    if (!properties.has(key))
      findings.add('structure', 'missing-key', 'a key that HATS asks for is missing', { file, column: key })
  const rows = properties.get('hats_nrows')
  if (rows !== undefined && !/^\d+$/.test(rows))
    findings.add('structure', 'bad-key', 'the number of rows is no number', { file, column: 'hats_nrows', found: rows })
  if (!isStore) return
  const texts = await Promise.all(
    PROPERTIES_NAMES.map((name) =>
      findings.attempt('structure', `${files.name}/${name}`, async () => {
        return wholeText(await files.open(name), 'smallTextBytes')
      }),
    ),
  )
  if (texts.every((text) => text !== undefined) && texts[0] !== texts[1]) {
    findings.add('structure', 'two-properties', 'properties and hats.properties differ', {
      file: `${files.name}/properties`,
    })
  }
}

/** No cell twice, and none inside another: a star has one file. */
export function checkDisjoint(partitions: readonly HatsPartition[], file: string, findings: Findings): void {
  const named = new Set(partitions.map(({ order, cell }) => `${order} ${cell}`))
  if (named.size < partitions.length)
    findings.add('structure', 'repeated-partition', 'a cell is listed twice', {
      file,
      found: partitions.length,
      expected: `${named.size} different cells`,
    })
  for (const { order, cell } of partitions) {
    for (let k = order - 1, parent = Math.floor(cell / 4); k >= 0; k--, parent = Math.floor(parent / 4)) {
      if (named.has(`${k} ${parent}`))
        findings.add('structure', 'overlapping-partitions', 'a cell lies inside another that has a file too', {
          file,
          found: `Norder ${order}, Npix ${cell}`,
          expected: `nothing inside Norder ${k}, Npix ${parent}`,
        })
    }
  }
}

/** The store's own list of files, by path. What it says is compared with HATS' list and with the manifest. */
export async function readStoreFiles(
  files: CatalogFiles,
  { manifest }: StoreRecords,
  { partitions }: HatsLists,
  findings: Findings,
): Promise<ReadonlyMap<string, StoreFile>> {
  const listed = new Map<string, StoreFile>()
  if (manifest === undefined) return listed
  const name = `${files.name}/${PARTITIONS_NAME}`
  await findings.attempt('structure', name, async () => {
    const source = await files.open(PARTITIONS_NAME)
    for (const block of manifest.partitions) {
      for (const file of parseBlock(await source.slice(block.start, block.end), block, name))
        listed.set(partitionPath(file), file)
    }
  })
  const inHats = new Set(partitions.map(({ path }) => path))
  for (const path of listed.keys())
    if (!inHats.has(path))
      findings.add('structure', 'unlisted-partition', 'partition_info.csv lacks a cell of the manifest', {
        file: name,
        found: path,
      })
  for (const path of inHats)
    if (!listed.has(path))
      findings.add('structure', 'unlisted-partition', 'the manifest lacks a cell of partition_info.csv', {
        file: name,
        found: path,
      })
  const rows = [...listed.values()].reduce((sum, file) => sum + file.rows, 0)
  if (rows !== manifest.rowCount || listed.size !== manifest.fileCount) {
    findings.add('structure', 'wrong-count', 'the manifest counts other rows or files than its list', {
      file: name,
      found: `${rows} rows in ${listed.size} files`,
      expected: `${manifest.rowCount} in ${manifest.fileCount}`,
    })
  }
  return listed
}

/** What else a HATS directory may hold. */
const KNOWN_EXTRAS = [
  /^skymap(\.\d+)?\.fits$/,
  /^point_map\.fits$/,
  /^(dataset\/)?data_thumbnail\.parquet$/,
  /^per_partition_statistics\.parquet$/,
  /^partition_join_info\.csv$/,
  /^(provenance|catalog)_info\.json$/,
  /^README/,
  /^dataset\/_metadata$/,
]

/** Files that should be there and are not, or the other way round. */
export function checkPresence(
  present: readonly string[],
  lists: HatsLists,
  records: StoreRecords | undefined,
  directory: string,
  findings: Findings,
): void {
  const expected = new Set<string>([
    ...PROPERTIES_NAMES,
    'partition_info.csv',
    'dataset/_common_metadata',
    ...lists.partitions.map(({ path }) => path),
  ])
  if (records !== undefined)
    for (const path of ['manifest.json', 'checksums.sha256', ...(records.checksums?.keys() ?? [])]) expected.add(path)
  const isPresent = new Set(present)
  const folders = [...expected].filter((path) => path.endsWith('/'))
  for (const path of expected) {
    const isThere = isPresent.has(path) || (path.endsWith('/') && present.some((name) => name.startsWith(path)))
    const isOptional = path === 'properties' || path === 'hats.properties'
    if (!isThere && (records !== undefined || !isOptional))
      findings.add('structure', 'missing-file', 'the file is missing', { file: `${directory}/${path}` })
  }
  for (const path of present) {
    if (expected.has(path) || folders.some((folder) => path.startsWith(folder))) continue
    if (records === undefined && KNOWN_EXTRAS.some((name) => name.test(path))) continue
    findings.add('structure', 'unexpected-file', 'the file does not belong to the catalogue', {
      file: `${directory}/${path}`,
    })
  }
}

/** Names, types and repetition of the columns of a file, as one text. */
export function schemaText({ metadata }: ParquetFile): string {
  return metadata.schema
    .slice(1)
    .map(({ name, type, repetition_type: repetition, converted_type: converted }) =>
      `${name} ${type ?? 'group'} ${repetition ?? ''} ${converted ?? ''}`.trim(),
    )
    .join(', ')
}

/** The schema that all files share: `dataset/_common_metadata`. */
export function readCommonSchema(files: CatalogFiles, findings: Findings): Promise<string | undefined> {
  const path = 'dataset/_common_metadata'
  return findings.attempt('structure', `${files.name}/${path}`, async () =>
    schemaText(await openParquet(await files.open(path))),
  )
}
