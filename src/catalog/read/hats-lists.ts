import { InputError } from '../../errors.js'
import { MAX_NUMBER_ORDER } from '../../healpix/index.js'
import { refuseLongText, wholeText } from '../../formats/whole-text.js'
import type { CatalogFiles } from '../catalog-files.js'
import { refuseHipscat } from './hipscat.js'
import { parseProperties } from '../properties.js'

/** The lists of a HATS catalogue, from its directory's own files. */
export interface HatsLists {
  readonly properties: ReadonlyMap<string, string>
  /** The file that holds them. */
  readonly propertiesName: string
  readonly partitions: readonly HatsPartition[]
}

export interface HatsPartition {
  readonly order: number
  readonly cell: number
  /** Below the catalogue's directory; ends with `/` if a partition is a directory of files. */
  readonly path: string
}

export const PROPERTIES_NAMES = ['hats.properties', 'properties'] as const
const PARTITION_INFO = 'partition_info.csv'

/**
 * Reads `hats.properties`, else `properties`, and `partition_info.csv`. Throws InputError if they are missing or no
 * lists.
 */
export async function readHatsLists(files: CatalogFiles): Promise<HatsLists> {
  for (const propertiesName of PROPERTIES_NAMES) {
    if (!(await files.exists(propertiesName))) continue
    const properties = parseProperties(await wholeText(await files.open(propertiesName), 'smallTextBytes'))
    const listed = await wholeText(await files.open(PARTITION_INFO), 'manifestBytes')
    const suffix = properties.get('hats_npix_suffix') ?? '.parquet'
    return {
      properties,
      propertiesName,
      partitions: parsePartitionInfo(listed, `${files.name}/${PARTITION_INFO}`, suffix),
    }
  }
  await refuseHipscat(files)
  throw new InputError('no-catalog', 'there is no HATS catalogue here', {
    file: files.name,
    expected: PROPERTIES_NAMES.join(' or '),
  })
}

function parsePartitionInfo(text: string, file: string, suffix: string): HatsPartition[] {
  refuseLongText(text, file, 'partitions')
  const lines = text.trimEnd().split('\n')
  const header = lines.shift() ?? ''
  const names = header.split(',').map((name) => name.trim())
  const [atOrder, atCell] = [names.indexOf('Norder'), names.indexOf('Npix')]
  if (atOrder < 0 || atCell < 0)
    throw new InputError('bad-partition-info', 'the list of partitions lacks a column', {
      file,
      line: 1,
      found: header.slice(0, 80),
      expected: 'Norder and Npix',
    })
  return lines.map((line, i) => {
    const fields = line.split(',')
    const [order, cell] = [wholeNumber(fields[atOrder]), wholeNumber(fields[atCell])]
    if (!(order <= MAX_NUMBER_ORDER && cell < 12 * 4 ** order)) {
      throw new InputError('bad-partition-info', 'the list of partitions names a cell that does not exist', {
        file,
        line: i + 2,
        found: line.slice(0, 80),
        expected: `order 0 to ${MAX_NUMBER_ORDER} and a cell of it`,
      })
    }
    return {
      order,
      cell,
      path: `dataset/Norder=${order}/Dir=${Math.floor(cell / 10_000) * 10_000}/Npix=${cell}${suffix}`,
    }
  })
}

const wholeNumber = (text: string | undefined): number =>
  text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : NaN
