const MAGIC = 0xfd2fb528
const HEADER_BYTES = { dictionary: [0, 1, 2, 4], content: [0, 2, 4, 8] } as const
/**
 * Blocks hold up to 128 kB (RFC 8878, 3.1.1.2.4) and no writer fills them so little: more of them are there to take
 * time.
 */
const MIN_BLOCK_BYTES = 4096

/**
 * Unpacks one frame of ZSTD (RFC 8878) into memory of the size that is expected; what its header says of its size and
 * window is not taken. The blocks are walked over first: a page is one frame, and holds no more blocks than it can
 * need.
 *
 * @throws Error for damage
 */
export async function loadUnzstd(): Promise<(packed: Uint8Array, byteLength: number) => Uint8Array> {
  const { decompressZstd } = await import('hyparquet-compressors')
  return (packed, byteLength) => {
    checkFrame(packed, byteLength)
    return decompressZstd(packed, new Uint8Array(byteLength))
  }
}

function checkFrame(packed: Uint8Array, byteLength: number): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.byteLength < 6 || view.getUint32(0, true) !== MAGIC) throw new Error('the page is no frame of ZSTD')
  const flags = packed[4]!
  const isSingle = (flags & 0x20) !== 0
  const contentBytes = flags >> 6 === 0 && isSingle ? 1 : HEADER_BYTES.content[flags >> 6]!
  let at = 5 + (isSingle ? 0 : 1) + HEADER_BYTES.dictionary[flags & 3]! + contentBytes
  for (let blocks = 1, isLast = false; !isLast; blocks++) {
    if (at + 3 > packed.byteLength) throw new Error('the frame of ZSTD ends early')
    if (blocks > 16 + byteLength / MIN_BLOCK_BYTES) throw new Error(`more blocks than ${byteLength} bytes need`)
    const head = packed[at]! + 256 * packed[at + 1]! + 65_536 * packed[at + 2]!
    isLast = (head & 1) === 1
    const isRun = ((head >> 1) & 3) === 1
    at += 3 + (isRun ? 1 : head >> 3)
  }
  if (at + ((flags & 4) !== 0 ? 4 : 0) !== packed.byteLength) throw new Error('the page is not one frame of ZSTD')
}
