import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memorySource, type ByteSource } from '../../formats/bytes.js'
import { readFitsHeaders, refuseTruncated } from '../../formats/fits/index.js'
import { runProgram } from '../processes/run-program.js'

/**
 * A file whose tables fpack has compressed (FITS 4.0, 10.3), unpacked by funpack under the same name; any other file as
 * it is.
 *
 * @throws InputError as `readFitsHeaders` and `runProgram`: without funpack the message names its package
 */
export async function unpackedTables(source: ByteSource): Promise<ByteSource> {
  const hdus = await readFitsHeaders(source)
  if (!hdus.some(({ kind }) => kind === 'tile-compressed table')) return source
  refuseTruncated(hdus)
  const folder = await mkdtemp(join(tmpdir(), 'bliss-calib-funpack-'))
  try {
    // CFITSIO reads more into a name than a name.
    const stem = `packed-${randomUUID()}`
    await writeFile(join(folder, `${stem}.fits.fz`), await source.slice(0, source.byteLength))
    const words = ['-C', '-O', `${stem}.fits`, `${stem}.fits.fz`]
    await runProgram('funpack', words, { folder, image: source.name })
    return memorySource(source.name, await readFile(join(folder, `${stem}.fits`)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
