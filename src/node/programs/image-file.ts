import { randomUUID } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError } from '../../errors.js'
import type { ImageFile } from '../../exposure/image-planes.js'
import { readFitsHeaders } from '../../formats/fits/index.js'
import { fileSource, openInput } from '../disk/files.js'
import { firstBytes, isGzip } from '../disk/input-chunks.js'
import { runProgram, type ProgramControl } from '../processes/run-program.js'

/**
 * Opens an image file, plain, gzip or tile-compressed (`.fz`, by funpack in the work folder).
 *
 * @throws InputError `fits-truncated` if the file is cut short; as `readFitsHeaders`, `openInput` and `runProgram`
 */
export async function openImage(path: string, folder: string, control: ProgramControl): Promise<ImageFile> {
  const file = await opened(path, path)
  if (!file.hdus.some(({ kind }) => kind === 'tile-compressed image')) return file
  // CFITSIO reads more into a name than a name: brackets choose HDUs, a leading dash is an option.
  const stem = `packed-${randomUUID()}`
  await symlink(resolve(path), join(folder, `${stem}.fits.fz`))
  await runProgram('funpack', ['-C', '-O', `${stem}.fits`, `${stem}.fits.fz`], { ...control, folder, image: path })
  return opened(join(folder, `${stem}.fits`), path)
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
