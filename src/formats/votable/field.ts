import { InputError } from '../../errors.js'

/** Datatypes of VOTable 1.5 (IVOA 2024, section 2.1) and the bytes of one element. */
const ELEMENT_BYTES = {
  boolean: 1,
  bit: 1,
  unsignedByte: 1,
  short: 2,
  int: 4,
  long: 8,
  char: 1,
  unicodeChar: 2,
  float: 4,
  double: 8,
  floatComplex: 8,
  doubleComplex: 16,
} as const

export type Datatype = keyof typeof ELEMENT_BYTES

/** One FIELD: a column of a VOTable. */
export interface VotableField {
  readonly name: string
  readonly datatype: Datatype
  /** Elements of one value; undefined if the number varies from row to row. */
  readonly length: number | undefined
  /** Fixed elements of which a varying number follows: 3 of `3x*`. */
  readonly rowsOf: number
  readonly unit: string | undefined
  /** The text that VALUES declares for a missing value. */
  nullText: string | undefined
}

/**
 * A column from the attributes of its FIELD.
 *
 * @throws InputError for a datatype or an array size that the standard does not have
 */
export function votableField(attributes: Readonly<Record<string, string>>, file: string, index: number): VotableField {
  const name = attributes['name'] ?? attributes['ID'] ?? `column ${index + 1}`
  const datatype = attributes['datatype'] ?? ''
  if (!Object.hasOwn(ELEMENT_BYTES, datatype)) {
    const place = { file, column: name, found: datatype, expected: Object.keys(ELEMENT_BYTES).join(', ') }
    throw new InputError('bad-votable', 'the datatype of the FIELD is not one of VOTable', place)
  }
  const size = (attributes['arraysize'] ?? '1').trim()
  const parts = /^((?:\d+x)*)(\d+|\d*\*)$/.exec(size)
  if (parts === null) {
    const place = { file, column: name, found: size, expected: 'such as 3, 3x2, * or 3x*' }
    throw new InputError('bad-votable', 'the arraysize of the FIELD cannot be read', place)
  }
  const rowsOf = parts[1]!
    .split('x')
    .filter((part) => part !== '')
    .reduce((product, part) => product * Number(part), 1)
  const last = parts[2]!
  const unit = attributes['unit']
  return {
    name,
    datatype: datatype as Datatype,
    length: last.endsWith('*') ? undefined : rowsOf * Number(last),
    rowsOf,
    unit: unit === undefined || unit.trim() === '' ? undefined : unit,
    nullText: undefined,
  }
}

export const isText = ({ datatype }: VotableField): boolean => datatype === 'char' || datatype === 'unicodeChar'

/** Bytes of so many elements in the binary serializations; bits are packed by eight. */
export function bytesOf({ datatype }: VotableField, length: number): number {
  return datatype === 'bit' ? Math.ceil(length / 8) : length * ELEMENT_BYTES[datatype]
}
