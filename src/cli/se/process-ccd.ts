import { CommandError } from '../../errors.js'
import { parseCcds } from '../../exposure/catalogue-list.js'

/** The CCDs of the job's 60 processes, in their order: as the job that is submitted counts them. */
const CCD_OF_PROCESS = [1, ...Array.from({ length: 58 }, (_, k) => k + 3), 62]

/**
 * The CCDs that `-c` asks for; 0 is the one of the process, the (k+1)th of 1, 3-60 and 62 for `PROCESS` = k.
 *
 * @throws CommandError for CCDs that cannot be read, or 0 without a PROCESS from 0 to 59
 */
export function ccdsOf(spec: string, process: string | undefined): number[] | 'all' {
  if (spec.trim() !== '0') return parseCcds(spec, '-c')
  const ccd = /^\d+$/.test(process?.trim() ?? '') ? CCD_OF_PROCESS[Number(process)] : undefined
  if (ccd !== undefined) return [ccd]
  throw new CommandError('bad-ccd', '-c 0 needs the number of the process in the variable PROCESS', {
    option: '-c',
    found: process === undefined ? 'no PROCESS' : `PROCESS '${process}'`,
    expected: '0 to 59',
  })
}
