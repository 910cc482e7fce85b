import type { Random } from '../../src/math/random.js'

type Bytes = Uint8Array
type Mutation = (bytes: Bytes, random: Random) => Bytes

/** A place in the bytes: half of them near the end, where Parquet has its footer. */
const placeIn = (bytes: Bytes, random: Random): number =>
  random.uniform() < 0.5 ? bytes.length - 1 - random.below(Math.min(bytes.length, 3000)) : random.below(bytes.length)

const EXTREMES = [0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, -0x80000000]

const BYTE_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'flipped bits': (bytes, random) => {
    for (let k = 1 + random.below(4); k > 0; k--) bytes[placeIn(bytes, random)]! ^= 1 << random.below(8)
    return bytes
  },
  'other bytes': (bytes, random) => {
    for (let k = 1 + random.below(4); k > 0; k--) bytes[placeIn(bytes, random)] = random.below(256)
    return bytes
  },
  'a length changed': (bytes, random) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const at = Math.min(placeIn(bytes, random), bytes.length - 4)
    view.setInt32(at, EXTREMES[random.below(EXTREMES.length)]!, random.uniform() < 0.5)
    return bytes
  },
  // Thrift and LEB128 write lengths in sevens of bits: a run of these is a huge one.
  'a varint made huge': (bytes, random) => {
    const at = placeIn(bytes, random)
    bytes.fill(0xff, at, at + 1 + random.below(9))
    return bytes
  },
  'a piece moved': (bytes, random) => {
    const length = 1 + random.below(200)
    const from = random.below(bytes.length)
    bytes.copyWithin(placeIn(bytes, random), from, from + length)
    return bytes
  },
  'a piece lost': (bytes, random) => {
    const at = placeIn(bytes, random)
    const length = 1 + random.below(60)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
  },
  'cut short': (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'a piece of zeros': (bytes, random) => {
    const at = placeIn(bytes, random)
    return bytes.fill(0, at, at + 1 + random.below(64))
  },
}

/** One of the mutations of bytes, of a copy. */
export function mutatedBytes(bytes: Bytes, random: Random): { readonly how: string; readonly bytes: Bytes } {
  const names = Object.keys(BYTE_MUTATIONS)
  const how = names[random.below(names.length)]!
  return { how, bytes: BYTE_MUTATIONS[how]!(Uint8Array.from(bytes), random) }
}

const CARD = 80
const VALUES = [
  '0',
  '1',
  '-1',
  '2147483647',
  '9223372036854775807',
  '1E400',
  "'x'",
  "''",
  'T',
  "'1PE(4)'",
  "'0A'",
  "'999999999D'",
  "'(1,2)'",
  '',
  "'&'",
]

/** A FITS file with cards changed: values, keywords, order. */
export function mutatedCards(bytes: Bytes, random: Random): { readonly how: string; readonly bytes: Bytes } {
  const copy = Buffer.from(bytes)
  const cards = [...Array(Math.floor(copy.length / CARD)).keys()].filter((k) =>
    /^[A-Z][A-Z0-9_-]{0,7} *= /.test(copy.toString('latin1', k * CARD, k * CARD + 12)),
  )
  for (let k = 1 + random.below(2); k > 0; k--) {
    const at = CARD * cards[random.below(cards.length)]!
    const change = random.below(4)
    if (change === 0)
      copy.copyWithin(at, CARD * cards[random.below(cards.length)]!, CARD * cards[random.below(cards.length)]! + CARD)
    else if (change === 1) copy.write(`X${random.below(10)}`.padEnd(8), at, 'latin1')
    else copy.write(`= ${VALUES[random.below(VALUES.length)]!}`.padEnd(72), at + 8, 'latin1')
  }
  return { how: 'cards', bytes: copy }
}

const CELLS = [
  '',
  'nan',
  '-inf',
  '1e999',
  '99999999999999999999',
  '-1',
  '"',
  '""',
  'x'.repeat(300),
  '0x10',
  ' ',
  '\0',
  'ü',
  '../x',
  ',',
  '\t',
]

/** Text of rows with cells, lines and separators changed. */
export function mutatedRows(bytes: Bytes, random: Random): { readonly how: string; readonly bytes: Bytes } {
  const lines = Buffer.from(bytes).toString().split('\n')
  for (let k = 1 + random.below(3); k > 0 && lines.length > 0; k--) {
    const at = random.below(lines.length)
    const cells = lines[at]!.split(',')
    const change = random.below(5)
    if (change === 0) lines.splice(at, 1)
    else if (change === 1) lines.splice(at, 0, lines[random.below(lines.length)]!)
    else if (change === 2) cells.splice(random.below(cells.length), 1)
    else cells[random.below(cells.length)] = CELLS[random.below(CELLS.length)]!
    if (change > 1) lines[at] = cells.join(',')
  }
  return { how: 'rows', bytes: Buffer.from(lines.join('\n')) }
}

const JSON_VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 99, 1e300, -1e15, 2 ** 53, 'x', '', 'NaN', '1e999', '__proto__', '../../x', 'a\nb'],
  ...[[], [[]], [null], ['x'], {}, { x: 1 }, { length: 1e9 }, JSON.parse('{"__proto__":{"x":1},"constructor":1}')],
]

/** A JSON value with some of its values, at any depth, exchanged, left out or doubled. */
export function mutatedJson(value: unknown, random: Random): unknown {
  const root = { whole: structuredClone(value) }
  for (let k = 1 + random.below(2); k > 0; k--) {
    let holder: Record<string, unknown> = root
    let key = 'whole'
    for (let depth = 1 + random.below(6); depth > 0; depth--) {
      const inner = holder[key]
      if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0) break
      const keys = Object.keys(inner)
      holder = inner as Record<string, unknown>
      key = keys[random.below(Math.min(keys.length, 40))]!
    }
    const change = random.below(8)
    if (change === 0) delete holder[key]
    else if (change === 1 && Array.isArray(holder)) holder.push(holder[random.below(holder.length)])
    else if (change === 2) holder[key] = nested(random.below(3000))
    else holder[key] = structuredClone(JSON_VALUES[random.below(JSON_VALUES.length)])
  }
  return root.whole
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let k = 0; k < depth; k++) value = [value]
  return value
}
