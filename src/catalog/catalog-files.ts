import type { ByteSource } from '../formats/bytes.js'
import type { Brotli, PageCodecs } from '../formats/parquet/index.js'

/** What is known of a file before it is opened: it saves a remote reader a request. */
export interface OpenHint {
  readonly byteLength?: number
  /** Which end is read first. */
  readonly from?: 'start' | 'end'
}

/** A directory of files, local or remote: all that an opened catalogue asks of the machine. */
export interface CatalogFiles {
  /** Directory or URL, for messages. */
  readonly name: string
  /** Two wanted pieces of a file with at most this many bytes between them are cheaper to fetch as one. */
  readonly gapBytes: number
  /** Opens a file by its path below the directory. Throws InputError if it is missing or unreadable. */
  open(path: string, hint?: OpenHint): Promise<ByteSource>
  exists(path: string, hint?: OpenHint): Promise<boolean>
  /** Names of the files of a directory, undefined if there is none; a server cannot tell. */
  folder?(path: string): Promise<readonly string[] | undefined>
}

/** What a reader of a catalogue borrows from the machine's libraries. */
export interface ReadTools extends PageCodecs {
  /** SHA-256 in hexadecimal; that of a browser (WebCrypto) gives a promise. */
  readonly sha256: (bytes: Uint8Array) => string | Promise<string>
}

/** What its builder and its checker borrow too. */
export interface CatalogTools extends ReadTools {
  /** What stores are packed with. */
  readonly brotli: Brotli
  readonly sha256: (bytes: Uint8Array) => string
}

/** The files below a directory of others. */
export function filesBelow(files: CatalogFiles, path: string): CatalogFiles {
  const below = (name: string) => `${path}/${name}`
  const { folder } = files
  return {
    name: `${files.name}/${path}`,
    gapBytes: files.gapBytes,
    open: (name, hint) => files.open(below(name), hint),
    exists: (name, hint) => files.exists(below(name), hint),
    ...(folder === undefined ? {} : { folder: (name: string) => folder(below(name)) }),
  }
}
