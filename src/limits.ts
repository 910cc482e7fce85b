import { InputError, type Place } from './errors.js'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

/**
 * How large an input may be. What is beyond a limit is refused (exit code 3), naming the file, what was found and the
 * limit; docs/limits.md lists them for people. Each lies well above what real surveys hold, and keeps a file of 50 MB
 * that was made to hurt below 1 GB of memory.
 */
export const LIMITS = {
  /**
   * Bytes that a compressed file may unpack to, whatever its size: an empty image of 8k x 8k float32 (256 MiB) is
   * packed 1000:1, and is real.
   */
  unpackedBytes: 256 * MIB,
  /** Beyond that, bytes unpacked for each byte read: catalogues in FITS or CSV measure 1.5 to 4. */
  unpackedPerByte: 16,
  /** And in all, for what is unpacked in memory: 10^7 rows of 200 bytes are 2 GB. */
  unpackedMostBytes: 4 * GIB,
  /** Pixels of an image that the own engine measures: 8192 x 8192 takes 0.83 GB of memory, without mask and weight. */
  measuredPixels: 120_000_000,
  /** A file that is read whole: as above. Larger tables are read by ranges (`catalog build`). */
  wholeFileBytes: 4 * GIB,
  /** Properties, descriptions, markers and locks: a few kB each. */
  smallTextBytes: MIB,
  /** Results as JSON: an exposure of 62 CCDs is below 1 MB. `[[],[],...]` of this size takes V8 400 MB. */
  jsonBytes: 16 * MIB,
  /** A manifest, or a list of partitions: 10^5 partitions are 2 to 8 MB. */
  manifestBytes: 64 * MIB,
  /**
   * Text that is held whole: lists of CCDs, of exposures and of suspects; 10^5 rows of a list are 20 MB. A string of V8
   * ends at 512 MiB.
   */
  textBytes: 256 * MIB,
  /** One line of text: a row of Gaia's 152 columns is 2 kB, a list of a night's options less. */
  lineBytes: MIB,
  /**
   * Lines of a list of CCDs, exposures or partitions: 10^5 rows are real; two million lines are 1 GB as text in memory.
   */
  listLines: 2_000_000,
  /** Rows of one table: all variables of Gaia DR3 are 10^7, a catalogue of a survey field 10^7. */
  tableRows: 100_000_000,
  /** Columns of one table: LSST's object table has 1,300, FITS allows 999. */
  tableColumns: 10_000,
  /** Cards of one FITS header: images stacked from many, with all HISTORY, hold thousands; these are 16 MB. */
  headerCards: 200_000,
  /** HDUs of one FITS file: LDAC of a mosaic of 200 detectors has 401. */
  fitsHdus: 10_000,
  /**
   * Elements that variable-length arrays give for each byte of their heap: arrays may share bytes, but one row has no
   * need of another's.
   */
  heapElementsPerByte: 8,
  /** Brackets within brackets in JSON: our own have 6. */
  jsonDepth: 64,
  /** Elements within elements in XML: a VOTable has 8, with resources in resources some more. */
  xmlDepth: 64,
  /** A directory that names another to be read in its place: a collection names a catalogue, and that is the end. */
  namedDepth: 4,
  /** Partitions of a catalogue: HATS catalogues of the whole sky have up to 3 x 10^5. */
  partitions: 2_000_000,
  /**
   * Rows of a Parquet file, whatever its size: a constant column takes no space, four million rows of ten columns 320
   * MB of memory.
   */
  parquetRows: 4_000_000,
  /** Beyond that, bytes of the file for each row: positions alone take 8 and are not packed below 4. */
  parquetBytesPerRow: 4,
  /**
   * One unpacked page of a Parquet file: writers aim at 8 kB to 1 MB, and those without pages write a row group of 10^6
   * rows as one.
   */
  pageBytes: 64 * MIB,
  /** Footer of a Parquet file: 1,000 columns in 1,000 row groups are 100 MB; HATS partitions have 10 kB to 2 MB. */
  footerBytes: 64 * MIB,
  /** One answer that leads to another: catalogues behind a redirect need 1 or 2. */
  redirects: 5,
  /** The head of an answer: servers send 1 kB, with long signatures 4; Node's own limit. */
  answerHeadBytes: 16 * KIB,
  /** A transfer that is slower than this over `transferSeconds` counts as stalled: a modem of 1996 made 3,500. */
  transferBytesPerSec: 1024,
  transferSeconds: 30,
  /** All tries of a request without such progress, with the pauses between them: a user waits for a minute. */
  withoutProgressSeconds: 60,
  /** Threads: one for each CCD of the largest mosaics is more than any machine has use for. */
  workers: 1024,
} as const

export type Limit = keyof typeof LIMITS

/** The refusal of an input that is beyond a limit: what is too large, by how much, and the limit. */
export function beyondLimit(limit: Limit, sentence: string, place: Place, found?: number): InputError {
  const facts = {
    ...(found === undefined ? {} : { found: counted(found) }),
    expected: `at most ${counted(LIMITS[limit])}`,
  }
  return new InputError('beyond-limit', `${sentence} (limit ${limit}, see docs/limits.md)`, { ...facts, ...place })
}

/** Maximum number of bytes that this many compressed bytes may unpack to in memory. */
export function mayUnpackTo(packedBytes: number): number {
  return Math.min(LIMITS.unpackedMostBytes, Math.max(LIMITS.unpackedBytes, LIMITS.unpackedPerByte * packedBytes))
}

/** The refusal of a compressed file that holds too much: the way out is to unpack it by hand, if it is meant. */
export function unpacksTooFar(file: string, packedBytes: number): InputError {
  const most = mayUnpackTo(packedBytes)
  const sentence =
    `the compressed file holds more than ${LIMITS.unpackedPerByte} times its own size; if it ` +
    `is meant, unpack it first (limits unpackedBytes and unpackedPerByte, see docs/limits.md)`
  return new InputError('beyond-limit', sentence, {
    file,
    found: `${counted(packedBytes)} bytes that unpack to more`,
    expected: `at most ${counted(most)} bytes`,
  })
}

function counted(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : String(value)
}
