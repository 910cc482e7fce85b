import type { ByteSource } from '../bytes.js'
import { checksumText, WordSum } from './checksum.js'
import { padded, type FitsHdu } from './hdus.js'
import { withCards } from './set-cards.js'

/**
 * A header with DATASUM, the sum of its data, and CHECKSUM, which brings the sum of both to zero (FITS 4.0, 4.4.2.7).
 *
 * @param header whole blocks
 * @param data whole blocks, or none
 */
export function withChecksums(header: Uint8Array, data: Uint8Array): Uint8Array {
  const ofData = new WordSum().add(data).value
  const checksum = (value: string) => ({ keyword: 'CHECKSUM', value, comment: 'of the HDU' })
  const zeroed = withCards(header, [
    checksum('0'.repeat(16)),
    { keyword: 'DATASUM', value: String(ofData), comment: 'of the data' },
  ]).bytes
  const sum = new WordSum().add(zeroed).add(data).value
  return withCards(zeroed, [checksum(checksumText(sum))]).bytes
}

/** What is wrong with the checksums of an HDU: what is found, and what was expected. */
export interface ChecksumFault {
  readonly column: 'DATASUM' | 'CHECKSUM'
  readonly found: string
  readonly expected: string
}

/** Sums of ones' complement have two zeros. */
const isZero = (sum: number): boolean => sum === 0 || sum === 0xffffffff

/** Compares an HDU with its DATASUM and CHECKSUM; undefined if both are there and right. */
export async function checksumFault(source: ByteSource, hdu: FitsHdu): Promise<ChecksumFault | undefined> {
  const { header, headerOffset, dataOffset, dataBytes } = hdu
  for (const column of ['DATASUM', 'CHECKSUM'] as const)
    if (header.text(column) === undefined) return { column, found: `no ${column}`, expected: 'DATASUM and CHECKSUM' }
  const bytes = await source.slice(headerOffset, dataOffset + padded(dataBytes))
  const ofData = new WordSum().add(bytes.subarray(dataOffset - headerOffset)).value
  const stated = header.text('DATASUM')!.trim()
  if (Number(stated) !== ofData) return { column: 'DATASUM', found: stated, expected: `${ofData}, the sum of the data` }
  const left = new WordSum().add(bytes).value
  if (isZero(left)) return undefined
  return { column: 'CHECKSUM', found: `a sum of ${left} with header and data`, expected: '0' }
}
