import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { card } from '../../formats/fits/card-text.js'
import { primaryCardText, withPrimaryCard } from '../../formats/fits/set-card.js'
import { PROGRAM_KEYWORD } from '../../products/zeropoint-cards.js'
import { isOurText } from '../../products/own-text.js'
import { openRegular } from '../disk/regular-file.js'

const KEYWORD = 'CREATOR'
const CREATOR = 'bliss-calib'
/** Headers that are longer than this are of no file that is measured here. */
const HEADER_BYTES = 256 * 2880
/** Text says it before its rows. */
const TEXT_BYTES = 2880

/** A file of the programs as it becomes a product: its primary header says who had it made. */
export const markedAsOurs = (bytes: Uint8Array): Uint8Array =>
  withPrimaryCard(bytes, card(KEYWORD, CREATOR, 'measured by source-extractor and psfex for it'))

/**
 * Refuses names under which files are that this program has not made: they may be somebody's own catalogue or PSF.
 *
 * @param expected the way out
 * @throws InputError `foreign-file`
 */
export async function refuseForeignFiles(directory: string, names: readonly string[], expected: string): Promise<void> {
  for (const name of names) {
    const path = join(directory, name)
    if ((await isOurs(path)) !== false) continue
    throw new InputError('foreign-file', 'the file is in the place of a product, and bliss-calib has not made it', {
      file: path,
      found: `no ${KEYWORD} '${CREATOR}' in its header`,
      expected,
    })
  }
}

/** Whether a file was measured by this program; undefined if there is none. */
export async function isOurs(path: string): Promise<boolean | undefined> {
  const head = await firstBytes(path)
  return head && saysSo(head)
}

/** By the primary header of FITS, by a line near the top of text. */
function saysSo(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head.subarray(0, TEXT_BYTES))
  if (!text.startsWith('SIMPLE')) return isOurText(text)
  return [KEYWORD, PROGRAM_KEYWORD].some((keyword) => primaryCardText(head, keyword)?.includes(`'${CREATOR}`) === true)
}

/** Undefined if there is no file; nothing of what is no regular file. */
async function firstBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    const { handle, facts } = await openRegular(path)
    try {
      const head = new Uint8Array(Math.min(facts.size, HEADER_BYTES))
      const { bytesRead } = await handle.read(head, 0, head.length, 0)
      return head.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : new Uint8Array(0)
  }
}
