import type { BitWriter } from './bit-writer.js'
import { clusterContexts } from './cluster.js'
import { putContextMap, putCount } from './context-map.js'
import { BLOCK_LENGTHS, COPY_LENGTHS, INSERT_LENGTHS, lengthCodeOf } from './lengths.js'
import { literalCode } from './literal-code.js'
import { prefixCodeOf, putOnlySymbol, putPrefixCode, putSymbol, type PrefixCode } from './prefix-code.js'

/** How the two bytes before a literal choose its code (RFC 7932, 7.1). */
export interface LiteralContext {
  /** Number of the mode in the format. */
  readonly mode: number
  /** 0 to 63, each of which is in `order`. */
  readonly of: (before: number, beforeThat: number) => number
  /** Contexts in an order that puts alike ones together. */
  readonly order: readonly number[]
}

/** Literals, then a copy of the bytes `distance` before, at most 120; the last copy may be missing. */
export interface Command {
  readonly insert: number
  readonly copy: number
  readonly distance: number
}

/** Bytes [start, end) of a page, as one compressed piece of its stream. */
export interface MetaBlock {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** Each has codes of its own: their contexts, and the literals in each of them, of which the last block may have fewer. */
  readonly blocks: readonly LiteralContext[]
  readonly literalsInBlock: number
  readonly commands: readonly Command[]
}

const CONTEXTS = 64
const COMMAND_SYMBOLS = 704
const MOST_BYTES = 2 ** 24
const NO_COPY = 2
/** Distances up to 15 * 2^3 have symbols of their own, from 16 on (RFC 7932, 4). */
const DISTANCE_POSTFIX_BITS = 3
const DIRECT_DISTANCES = 15 << DISTANCE_POSTFIX_BITS
const DISTANCE_SYMBOLS = 16 + DIRECT_DISTANCES + (48 << DISTANCE_POSTFIX_BITS)

/** The length of a piece, and whether it is stored as it is (RFC 7932, 9.2). */
function putLength(writer: BitWriter, byteLength: number, isStored: boolean): void {
  if (!(byteLength >= 1 && byteLength <= MOST_BYTES)) throw new RangeError(`a piece of ${byteLength} bytes`)
  const nibbles = byteLength <= 2 ** 16 ? 4 : byteLength <= 2 ** 20 ? 5 : 6
  writer.put(0, 1)
  writer.put(nibbles - 4, 2)
  writer.put((byteLength - 1) & 0xffff, 16)
  writer.put((byteLength - 1) >>> 16, 4 * (nibbles - 4))
  writer.put(Number(isStored), 1)
}

/** Bytes as they are. */
export function putStored(writer: BitWriter, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; at += MOST_BYTES) {
    const piece = bytes.subarray(at, at + MOST_BYTES)
    putLength(writer, piece.byteLength, true)
    writer.align()
    writer.append(piece)
  }
}

/** A piece with prefix codes (RFC 7932, 9.2 and 9.3): literals by block and context, one code for all commands, one for all distances. */
export function putCompressed(writer: BitWriter, piece: MetaBlock): void {
  const { start, end, blocks, literalsInBlock, commands } = piece
  let placeCount = 0
  const firstPlaces = blocks.map(({ order }) => (placeCount += order.length) - order.length)
  const { literals, places } = literalsOf(piece, firstPlaces)
  const { codeOf, contextMap, codes } = literalCodes(piece, firstPlaces, literals, places)
  const repeats = commands.map((command, i) => repeatsDistance(command, commands[i - 1]))
  const symbols = Uint16Array.from(commands, (command, i) => commandSymbol(command, repeats[i]!))
  const commandCode = codeOfSymbols(symbols, COMMAND_SYMBOLS)
  const copies = commands.filter(({ copy }, i) => copy > 0 && !repeats[i])
  const distanceCode = codeOfSymbols(Uint16Array.from(copies, distanceSymbol), DISTANCE_SYMBOLS)

  putLength(writer, end - start, false)
  putCount(writer, blocks.length)
  const blockCode = lengthCodeOf(BLOCK_LENGTHS, literalsInBlock)
  const putBlockLength = () => writer.put(literalsInBlock - BLOCK_LENGTHS.bases[blockCode]!, BLOCK_LENGTHS.extraBits[blockCode]!)
  if (blocks.length > 1) {
    // Symbol 1 is the block type after this one.
    putOnlySymbol(writer, 1, blocks.length + 2)
    putOnlySymbol(writer, blockCode, BLOCK_LENGTHS.bases.length)
    putBlockLength()
  }
  putCount(writer, 1)
  putCount(writer, 1)
  writer.put(DISTANCE_POSTFIX_BITS, 2)
  writer.put(DIRECT_DISTANCES >> DISTANCE_POSTFIX_BITS, 4)
  for (const { mode } of blocks) writer.put(mode, 2)
  putContextMap(writer, contextMap, codes.length)
  putCount(writer, 1)
  for (const code of codes) putPrefixCode(writer, code)
  putPrefixCode(writer, commandCode)
  putPrefixCode(writer, distanceCode)

  let at = 0
  let blockEnd = literalsInBlock
  for (let i = 0; i < commands.length; i++) {
    const command = commands[i]!
    const { insert, copy } = command
    putSymbol(writer, commandCode, symbols[i]!)
    putExtra(writer, INSERT_LENGTHS, insert)
    putExtra(writer, COPY_LENGTHS, copy || NO_COPY)
    for (const stop = at + insert; at < stop; at++) {
      if (at === blockEnd) {
        putBlockLength()
        blockEnd += literalsInBlock
      }
      putSymbol(writer, codes[codeOf[places[at]!]!]!, literals[at]!)
    }
    if (copy > 0 && !repeats[i]) putSymbol(writer, distanceCode, distanceSymbol(command))
  }
}

/** The literals of all commands, each with its place: the first place of its block, and its context. */
function literalsOf({ bytes, start, blocks, literalsInBlock, commands }: MetaBlock, firstPlaces: readonly number[]): { literals: Uint8Array; places: Uint16Array } {
  const literals = new Uint8Array(blocks.length * literalsInBlock)
  const places = new Uint16Array(literals.length)
  let n = 0
  let block = 0
  let at = start
  for (const { insert, copy } of commands) {
    for (const stop = at + insert; at < stop; at++, n++) {
      if (n === (block + 1) * literalsInBlock) block++
      literals[n] = bytes[at]!
      places[n] = firstPlaces[block]! + blocks[block]!.of(at > 0 ? bytes[at - 1]! : 0, at > 1 ? bytes[at - 2]! : 0)
    }
    at += copy
  }
  return { literals: literals.subarray(0, n), places }
}

/** The codes of all literals, which of them belongs to each place, and the same as the format has it: for 64 contexts of every block. */
function literalCodes({ blocks }: MetaBlock, firstPlaces: readonly number[], literals: Uint8Array, places: Uint16Array) {
  const placeCount = firstPlaces.at(-1)! + blocks.at(-1)!.order.length
  const counts = new Uint32Array(256 * placeCount)
  for (let n = 0; n < literals.length; n++) counts[256 * places[n]! + literals[n]!]!++
  const codeOf = new Uint8Array(placeCount)
  const contextMap = new Uint8Array(CONTEXTS * blocks.length)
  const codes: PrefixCode[] = []
  for (const [block, { order }] of blocks.entries()) {
    const first = firstPlaces[block]!
    const clusters = clusterContexts(order.map((_, context) => counts.subarray(256 * (first + context), 256 * (first + context + 1))), order)
    for (let context = 0; context < CONTEXTS; context++) contextMap[CONTEXTS * block + context] = codes.length + (clusters.groupOf[context] ?? 0)
    for (let context = 0; context < order.length; context++) codeOf[first + context] = codes.length + clusters.groupOf[context]!
    for (const group of clusters.counts) codes.push(literalCode(group))
  }
  return { codeOf, contextMap, codes }
}

const distanceSymbol = ({ distance }: Command): number => 15 + distance

/** A code for these symbols; where there are none the code of a lone one. */
function codeOfSymbols(symbols: Uint16Array, alphabet: number): PrefixCode {
  const counts = new Uint32Array(alphabet)
  for (const symbol of symbols) counts[symbol]!++
  if (symbols.length === 0) counts[0] = 1
  return prefixCodeOf(counts)
}

/** Which 64 symbols hold a command, by eights of its insert code and of its copy code (RFC 7932, 5). */
const CELLS = [[2, 3, 6], [4, 5, 8], [7, 9, 10]]
/** Lengths below these have symbols that say that the distance is the last one. */
const REPEATING = { insert: 10, copy: 70 }

function repeatsDistance({ insert, copy, distance }: Command, before: Command | undefined): boolean {
  return insert < REPEATING.insert && copy < REPEATING.copy && distance === before?.distance
}

/** Symbol of a command (RFC 7932, 5). */
function commandSymbol({ insert, copy }: Command, repeats: boolean): number {
  const insertCode = lengthCodeOf(INSERT_LENGTHS, insert)
  const copyCode = lengthCodeOf(COPY_LENGTHS, copy || NO_COPY)
  const cell = repeats ? copyCode >> 3 : CELLS[insertCode >> 3]![copyCode >> 3]!
  return 64 * cell + 8 * (insertCode & 7) + (copyCode & 7)
}

function putExtra(writer: BitWriter, codes: typeof INSERT_LENGTHS, value: number): void {
  const code = lengthCodeOf(codes, value)
  writer.put(value - codes.bases[code]!, codes.extraBits[code]!)
}
