/** A file, a part of memory or a remote object: all that a reader may ask of it. */
export interface ByteSource {
  /** What error messages call it: a path or a URL. */
  readonly name: string
  readonly byteLength: number
  /** Bytes [start, end); shorter only if the source itself ends. */
  slice(start: number, end: number): Promise<Uint8Array>
  /**
   * As many bytes from `start` on as `into` holds, in `into`; fewer only if the source itself ends. For sources whose
   * slices are new memory.
   */
  readInto?(into: Uint8Array, start: number): Promise<Uint8Array>
}

/**
 * A source in a reusable buffer: it is read at once into existing memory, which costs less than new memory for every
 * piece.
 */
export interface ReadySource extends ByteSource {
  /** Fills `into` from byte `start`; gives how many bytes, fewer only if the source itself ends. */
  readNow(into: Uint8Array, start: number): number
}

/** Where a stream of bytes goes. Nothing is visible to others before `commit`; `abort` leaves no trace. */
export interface ByteSink {
  readonly name: string
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}

/** gunzip of one whole file, handed in so that no format imports a machine's library; its errors name the file. */
export type UnpackFile = (bytes: Uint8Array, file: string) => Uint8Array

/** The same if the length of the content is known. */
export type DecompressTo = (bytes: Uint8Array, byteLength: number) => Uint8Array

/** A file that was made in memory, to be written whole or not at all. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

export function memorySource(name: string, bytes: Uint8Array): ReadySource {
  return {
    name,
    byteLength: bytes.byteLength,
    slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    readNow(into, start) {
      const part = bytes.subarray(start, start + into.byteLength)
      into.set(part)
      return part.byteLength
    },
  }
}
