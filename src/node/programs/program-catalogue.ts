import { readFile } from 'node:fs/promises'
import { memorySource } from '../../formats/bytes.js'
import { LDAC_OBJECTS, ldacImageHeaders, readFitsHeaders, type FitsHdu } from '../../formats/fits/index.js'
import { isBlissError } from '../../errors.js'

/** A catalogue that source-extractor wrote, whole and with all its columns. */
export interface ProgramCatalogue {
  readonly bytes: Uint8Array
  readonly objects: FitsHdu
  readonly rowCount: number
}

/** What is wrong with a catalogue, in words. */
interface CatalogueFault {
  readonly fault: string
}

/** What differs from run to run in the header of the image: day, time and duration. */
const OF_THE_RUN = /^SEX(DATE|TIME|ELAPS)$/

/**
 * Reads a catalogue that source-extractor has just written, and looks whether it is what was asked for: programs have
 * ended with 0 and left half a file. The cards that tell when it was made become blank, so that one image always gives
 * the same bytes.
 *
 * @param columns names that it must have
 */
export async function programCatalogue(
  path: string,
  columns: readonly string[],
): Promise<ProgramCatalogue | CatalogueFault> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined || bytes.length === 0) return { fault: 'no catalogue' }
  const source = memorySource('the catalogue', bytes)
  try {
    const hdus = await readFitsHeaders(source)
    const objects = hdus.find(({ name }) => name === LDAC_OBJECTS)
    if (objects === undefined) return { fault: 'a catalogue without objects' }
    if (hdus.some(({ missingBytes }) => missingBytes > 0)) return { fault: 'a catalogue that is cut short' }
    const rowCount = objects.header.requireInteger('NAXIS2', 0)
    const [image] = await ldacImageHeaders(source, hdus)
    const told = image?.header.number('SEXNFIN')
    if (told !== rowCount) return { fault: `a catalogue of ${rowCount} objects for ${told ?? 'an unknown number'}` }
    const found = objects.header.cards.filter(({ keyword }) => /^TTYPE\d+$/.test(keyword))
    const names = new Set(found.map(({ value }) => String(value).trim()))
    const missing = columns.filter((name) => !names.has(name))
    if (missing.length > 0 && rowCount > 0) return { fault: `a catalogue without ${missing.join(', ')}` }
    blankRunCards(bytes, image!.hdu)
    return { bytes, objects, rowCount }
  } catch (error) {
    if (!isBlissError(error)) throw error
    return { fault: `a catalogue that cannot be read: ${error.message}` }
  }
}

function blankRunCards(bytes: Uint8Array, { dataOffset, dataBytes }: FitsHdu): void {
  for (let at = dataOffset; at + 80 <= dataOffset + dataBytes; at += 80) {
    const card = bytes.subarray(at, at + 80)
    if (OF_THE_RUN.test(Buffer.from(card.subarray(0, 8)).toString('latin1').trim())) card.fill(0x20)
  }
}
