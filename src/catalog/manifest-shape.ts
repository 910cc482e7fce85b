import { InputError } from '../errors.js'
import { shapeFault, type JsonShape } from '../formats/json-shape.js'
import { MAX_NUMBER_ORDER } from '../healpix/index.js'
import { LIMITS } from '../limits.js'
import { OPTIONAL_STAR_COLUMNS } from './stars.js'

const COUNT: JsonShape = { type: 'integer', minimum: 0 }
const TEXT: JsonShape = { type: 'string' }
const NAME: JsonShape = { type: 'string', pattern: '^[^/\\\\\\0]{1,200}$' }

/**
 * Types of the values of a manifest. A checksum tells that nothing was changed by accident, not that somebody wrote
 * sense.
 */
const MANIFEST: JsonShape = {
  type: 'object',
  required: [
    'name',
    'release',
    'epochYr',
    'rowCount',
    'fileCount',
    'columns',
    'coverage',
    'keptOut',
    'checksums',
    'partitions',
  ],
  properties: {
    name: TEXT,
    release: TEXT,
    epochYr: { type: 'number', minimum: 1800, maximum: 2200 },
    rowCount: COUNT,
    fileCount: COUNT,
    columns: {
      type: 'array',
      minItems: 4,
      maxItems: LIMITS.tableColumns,
      items: {
        type: 'object',
        required: ['star', 'name', 'type'],
        properties: {
          star: { enum: ['sourceId', 'raDeg', 'decDeg', 'mag', ...OPTIONAL_STAR_COLUMNS] },
          name: NAME,
          type: { enum: ['i64', 'f64', 'f32'] },
        },
      },
    },
    furtherColumns: {
      type: 'array',
      maxItems: LIMITS.tableColumns,
      items: { type: 'object', required: ['name', 'type'], properties: { name: NAME, type: { enum: ['f64', 'f32'] } } },
    },
    precision: { enum: ['full', 'exact', 'lite'] },
    marginArcsec: { type: 'number', minimum: 0, maximum: 3600 },
    coverage: {
      type: 'object',
      required: ['order', 'ranges'],
      properties: {
        order: { type: 'integer', minimum: 0, maximum: MAX_NUMBER_ORDER },
        ranges: { type: 'array', items: COUNT },
      },
    },
    coverageFrom: { enum: ['pixel-files', 'occupied-cells', 'given', 'mixed'] },
    keptOut: { type: 'object', additionalProperties: COUNT },
    source: {
      type: 'object',
      required: ['url', 'answers'],
      properties: {
        url: TEXT,
        answers: {
          type: 'array',
          items: {
            type: 'object',
            required: ['query', 'at'],
            properties: { query: TEXT, at: TEXT, rows: COUNT },
          },
        },
      },
    },
    checksums: TEXT,
    partitions: {
      type: 'array',
      maxItems: LIMITS.partitions,
      items: { type: 'array', minItems: 4, maxItems: 4, items: COUNT },
    },
  },
}

/**
 * Checks that the values of a manifest are what they are called: types, cells that exist, ranges that ascend.
 *
 * @throws InputError `damaged-manifest` with the place in the manifest, what is there and what should be
 */
export function checkManifest(record: unknown, file: string): void {
  const fault = shapeFault(record, MANIFEST)
  const bad = (path: string, found: string, expected: string) =>
    new InputError('damaged-manifest', `${path} of the manifest cannot be right: build the store again`, {
      file,
      found,
      expected,
    })
  if (fault !== undefined) throw bad(fault.path, fault.found, fault.expected)
  const { columns, coverage, partitions } = record as CheckedManifest
  for (const star of ['sourceId', 'raDeg', 'decDeg', 'mag']) {
    const count = columns.filter((column) => column.star === star).length
    if (count !== 1) throw bad('columns', `${count} of ${star}`, 'one')
  }
  const twice = columns.find(({ star }, i) => columns.findIndex((other) => other.star === star) < i)
  if (twice !== undefined) throw bad('columns', `${twice.star} twice`, 'each once')
  const wrong = columns.find(({ star, type }) => (star === 'sourceId') !== (type === 'i64'))
  if (wrong !== undefined) throw bad('columns', `${wrong.star} as ${wrong.type}`, 'i64 for sourceId, f64 or f32 else')
  const cells = 12 * 4 ** coverage.order
  if (coverage.ranges.length % 2 !== 0) throw bad('coverage.ranges', `${coverage.ranges.length} numbers`, 'pairs')
  coverage.ranges.forEach((bound, i) => {
    if (bound > cells || bound <= (coverage.ranges[i - 1] ?? -1))
      throw bad(`coverage.ranges[${i}]`, String(bound), `ascending bounds, at most ${cells}`)
  })
  partitions.forEach(([firstCell, start, end], i) => {
    const [beforeCell, , beforeEnd] = partitions[i - 1] ?? [-1, 0, 0]
    if (firstCell <= beforeCell || start < beforeEnd || end <= start) {
      throw bad(`partitions[${i}]`, `cell ${firstCell}, bytes ${start} to ${end}`, 'blocks one after the other')
    }
  })
}

interface CheckedManifest {
  readonly columns: readonly { readonly star: string; readonly type: string }[]
  readonly coverage: { readonly order: number; readonly ranges: readonly number[] }
  readonly partitions: readonly (readonly [firstCell: number, start: number, end: number, crc32: number])[]
}
