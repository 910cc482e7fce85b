import { isBlissError } from '../../errors.js'
import { readFitsHeaders } from '../../formats/fits/index.js'
import { fileSource, openInput } from '../disk/files.js'

/**
 * Whether a SExtractor catalogue (FITS_LDAC, plain or gzip) is there to its last row: every HDU that it needs, with all
 * of its data.
 */
export async function isWholeCatalogue(path: string): Promise<boolean> {
  try {
    const hdus = await readFitsHeaders(await openInput(path))
    const objects = hdus.some(({ name }) => name === 'LDAC_OBJECTS') || hdus.length >= 3
    return objects && hdus.every(({ missingBytes }) => missingBytes === 0)
  } catch (error) {
    if (isBlissError(error)) return false
    throw error
  }
}

/** Whether a file is there to the last byte that its FITS headers speak of; one that is no FITS tells no end. */
export async function isWholeFile(path: string): Promise<boolean> {
  try {
    const source = /\.gz$/i.test(path) ? await openInput(path) : await fileSource(path)
    if (source.byteLength === 0) return false
    if (new TextDecoder().decode(await source.slice(0, 6)) !== 'SIMPLE') return true
    return (await readFitsHeaders(source)).every(({ missingBytes }) => missingBytes === 0)
  } catch (error) {
    if (isBlissError(error)) return false
    throw error
  }
}
