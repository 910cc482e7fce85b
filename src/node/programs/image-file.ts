import { randomUUID } from 'node:crypto'
import { open, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError } from '../../errors.js'
import type { ImageFile } from '../../exposure/image-planes.js'
import type { ByteSource } from '../../formats/bytes.js'
import { fitsPadding, readFitsHeaders, type FitsHdu } from '../../formats/fits/index.js'
import { isReadablePacking } from '../../formats/fits/packed/packing.js'
import { unpackedImage } from '../../formats/fits/packed/unpack-image.js'
import { fileSource, openInput } from '../disk/files.js'
import { firstBytes, isGzip } from '../disk/input-chunks.js'
import { gunzipWhole } from '../disk/unpack.js'
import { runProgram, type ProgramControl } from '../processes/run-program.js'

/**
 * Opens an image file, plain, gzip or tile-compressed (`.fz`): then unpacked into the work folder, by funpack what is
 * packed as HCOMPRESS_1.
 *
 * @throws InputError `fits-truncated` if the file is cut short; as `readFitsHeaders`, `openInput`, `unpackedImage` and
 *   `runProgram`
 */
export async function openImage(path: string, folder: string, control: ProgramControl): Promise<ImageFile> {
  const file = await opened(path, path)
  const packed = file.hdus.filter(({ kind }) => kind === 'tile-compressed image')
  if (packed.length === 0) return file
  const stem = `packed-${randomUUID()}`
  const unpacked = join(folder, `${stem}.fits`)
  if (packed.every(isReadablePacking)) await writeUnpacked(file, unpacked)
  else {
    // CFITSIO reads more into a name than a name: brackets choose HDUs, a leading dash is an option.
    await symlink(resolve(path), join(folder, `${stem}.fits.fz`))
    await runProgram('funpack', ['-C', '-O', `${stem}.fits`, `${stem}.fits.fz`], { ...control, folder, image: path })
  }
  return opened(unpacked, path)
}

async function opened(path: string, name: string): Promise<ImageFile> {
  const packed = isGzip(await firstBytes(path, 2))
  const source = { ...(packed ? await openInput(path) : await fileSource(path)), name }
  const hdus = await readFitsHeaders(source)
  const cut = hdus.find(({ missingBytes }) => missingBytes > 0)
  if (cut !== undefined) {
    throw new InputError('fits-truncated', 'the file is cut short', {
      file: name,
      hdu: cut.index,
      found: `${cut.dataBytes - cut.missingBytes} bytes of data`,
      expected: `${cut.dataBytes}`,
    })
  }
  return { source, hdus }
}

/** Writes the file with its images as plain ones, one HDU after the other. */
async function writeUnpacked({ source, hdus }: ImageFile, path: string): Promise<void> {
  const to = await open(path, 'wx')
  try {
    // A packed image cannot be the primary HDU: one that was, comes after an empty one.
    const wasPrimary = hdus[1]?.header.has('ZSIMPLE') === true && hdus[0]!.dataBytes === 0
    for (const hdu of wasPrimary ? hdus.slice(1) : hdus)
      for (const bytes of await unpackedHdu(source, hdu, wasPrimary && hdu.index === 1)) await to.appendFile(bytes)
  } finally {
    await to.close()
  }
}

async function unpackedHdu(source: ByteSource, hdu: FitsHdu, primary: boolean): Promise<readonly Uint8Array[]> {
  if (hdu.kind !== 'tile-compressed image') {
    const { headerOffset, dataOffset, dataBytes } = hdu
    return [await source.slice(headerOffset, dataOffset + dataBytes), fitsPadding(dataBytes)]
  }
  const { header, data } = await unpackedImage(source, hdu, gunzipWhole, primary)
  return [header, data]
}
