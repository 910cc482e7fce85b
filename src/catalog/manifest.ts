import { InputError } from '../errors.js'
import { parseJson } from '../formats/json-shape.js'
import type { CellRanges } from '../healpix/index.js'
import type { ReadTools } from './catalog-files.js'
import type { CatalogDescription } from './description.js'
import { checkManifest } from './manifest-shape.js'
import type { PartitionBlock } from './partition-index.js'
import type { FurtherColumn, MissingValues, Precision, StoreColumn } from './store-columns.js'

export const MANIFEST_NAME = 'manifest.json'
export const CHECKSUMS_NAME = 'checksums.sha256'

/** How the coverage was found. */
export type CoverageOrigin = 'pixel-files' | 'occupied-cells' | 'given' | 'mixed'

/** Where the rows of a catalogue were fetched from, and when. */
export interface CatalogSource {
  /** The address, without what may let its reader in. */
  readonly url: string
  /** What was asked for, its time (ISO 8601, UTC), and the rows of the answer if it was one. */
  readonly answers: readonly { readonly query: string; readonly at: string; readonly rows?: number }[]
}

/** The store's own table of contents; the SHA-256 of its bytes is the hash of the catalogue. */
export interface Manifest {
  readonly name: string
  readonly release: string
  readonly epochYr: number
  readonly rowCount: number
  readonly fileCount: number
  readonly columns: readonly StoreColumn[]
  /** Columns that were asked for beyond those of a calibration; absent if there are none. */
  readonly furtherColumns?: readonly FurtherColumn[]
  /** How values are kept; absent in stores of the first kind, which are `full`. */
  readonly precision?: Precision
  /** How the files keep what is missing. */
  readonly missingValues: MissingValues
  /** Of a margin: the rows within this distance of each file's cell. */
  readonly marginArcsec?: number
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
  /** Rows that were kept out, by reason. */
  readonly keptOut: Readonly<Record<string, number>>
  /** Absent if it was built from files. */
  readonly source?: CatalogSource
  /** The description, of a catalogue that the package has none of. */
  readonly description?: CatalogDescription
  /** SHA-256 of `checksums.sha256`, which lists that of every other file. */
  readonly checksums: string
  /** Where `partitions.csv` tells of which part of the sky. */
  readonly partitions: readonly PartitionBlock[]
}

/** Of what is written; 3 had NaN in required columns for what is missing. */
export const MANIFEST_SCHEMA = 4
const MISSING_VALUES: ReadonlyMap<unknown, MissingValues> = new Map([
  [3, 'NaN'],
  [MANIFEST_SCHEMA, 'NULL'],
])
type Sha256 = (bytes: Uint8Array) => string

/** The manifest as text; its last field is the checksum of all before it, so that damage is seen. */
export function manifestText(manifest: Manifest, sha256: Sha256): string {
  const { coverage, partitions, missingValues: _, ...facts } = manifest
  const body = {
    schema: MANIFEST_SCHEMA,
    ...facts,
    coverage: { order: coverage.order, ranges: Array.from(coverage.ranges) },
    partitionFields: ['firstCell', 'start', 'end', 'crc32'],
    partitions: partitions.map(({ firstCell, start, end, crc32 }) => [firstCell, start, end, crc32]),
  }
  const text = JSON.stringify(body)
  return `${text.slice(0, -1)},"check":"${sha256(new TextEncoder().encode(text))}"}\n`
}

/** Parses and checks a manifest. Throws InputError naming the file if it is damaged or of another make. */
export async function parseManifest(bytes: Uint8Array, file: string, sha256: ReadTools['sha256']): Promise<Manifest> {
  const damaged = (sentence: string, cause?: unknown) =>
    new InputError('damaged-manifest', sentence, { file }, { cause })
  const text = new TextDecoder().decode(bytes)
  let record: Record<string, unknown>
  try {
    record = parseJson(text) as Record<string, unknown>
  } catch (cause) {
    throw damaged(`the manifest of the catalogue is not JSON: ${(cause as Error).message}`, cause)
  }
  const missingValues = MISSING_VALUES.get(record?.schema)
  if (missingValues === undefined) {
    const place = { file, found: String(record?.schema), expected: `schema ${[...MISSING_VALUES.keys()].join(' or ')}` }
    throw new InputError(
      'unfit-manifest',
      'the manifest is of another version of the store: build the store again',
      place,
    )
  }
  const end = text.lastIndexOf(',"check":')
  const sound = end >= 0 && (await sha256(new TextEncoder().encode(`${text.slice(0, end)}}`))) === record.check
  if (!sound) throw damaged('the manifest of the catalogue is damaged: its checksum differs')
  checkManifest(record, file)
  const { coverage, partitions, ...facts } = record as unknown as Omit<Manifest, 'coverage' | 'partitions'> & {
    coverage: { order: number; ranges: number[] }
    partitions: [number, number, number, number][]
  }
  return {
    ...facts,
    missingValues,
    coverage: { order: coverage.order, ranges: Float64Array.from(coverage.ranges) },
    partitions: partitions.map(([firstCell, start, end, crc32]) => ({ firstCell, start, end, crc32 })),
  }
}
