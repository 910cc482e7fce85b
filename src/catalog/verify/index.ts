import { filesBelow } from '../catalog-files.js'
import type { CatalogDescription } from '../description.js'
import { MANIFEST_NAME } from '../manifest.js'
import { PARTITIONS_NAME } from '../partition-index.js'
import { readHatsLists, type HatsLists } from '../read/hats-lists.js'
import { readStoreRecords, type StoreRecords } from './checksums.js'
import {
  checkCollectionFiles,
  checkCollectionText,
  COLLECTION_NAME,
  readCollection,
  type ListedFiles,
} from './collection.js'
import { Findings, type Check, type Finding, type VerifyOptions } from './findings.js'
import { verifyMargin } from './margins.js'
import { hasChecksum, verifyPartitions } from './partitions.js'
import { checkDisjoint, checkPresence, checkProperties } from './structure.js'

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
