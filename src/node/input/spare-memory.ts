import type { Allocate } from '../../formats/bytes.js'

/** Memory of the files that are worked on at one time; of larger ones none is kept. */
const MOST_SPARE = 8
const LARGEST_SPARE_BYTES = 4 << 20

/** Memory that nobody needs any more, for whoever comes next: new memory costs as much as reading a file into it. */
const spare: Uint8Array[] = []

/** Does something with memory that is valid until it is done. */
export async function withSpareMemory<T>(work: (allocate: Allocate) => Promise<T>): Promise<T> {
  const taken: Uint8Array<ArrayBuffer>[] = []
  const allocate: Allocate = (bytes) => {
    const fits = spare.findIndex(({ byteLength }) => byteLength >= bytes)
    // The next file may be a little larger.
    const memory = (
      fits >= 0 ? spare.splice(fits, 1)[0] : new Uint8Array(bytes + (bytes >> 3))
    ) as Uint8Array<ArrayBuffer>
    taken.push(memory)
    return memory.subarray(0, bytes)
  }
  try {
    return await work(allocate)
  } finally {
    for (const memory of taken) if (memory.byteLength <= LARGEST_SPARE_BYTES) spare.push(memory)
    // The oldest go, which may be too small by now.
    spare.splice(0, Math.max(0, spare.length - MOST_SPARE))
  }
}
