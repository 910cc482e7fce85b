import type { TieDocument } from './document.js'
import { ADVICE } from './tie-verdict.js'

const mmag = (mag: number | null): string => (mag === null ? '-' : (1000 * mag).toFixed(1))
const signed = (mag: number | null): string => `${mag !== null && mag >= 0 ? '+' : ''}${mmag(mag)}`

/** A tie as lines of a terminal. */
export function tieText(document: TieDocument): string {
  const { tie, band, system, verdict, concerns, exposures, pairs, anchor, levelErr } = document
  const ratios = pairs.filter(({ a, b }) => roleOf(document, a.exposure) !== roleOf(document, b.exposure))
  const errors = ratios.map(({ ratioErr }) => ratioErr).sort((a, b) => a - b)
  const typical = errors[errors.length >> 1] ?? null
  return [
    `${tie} ${band} (${system}): ${ADVICE[verdict]}`,
    ...concerns.map(({ sentence }) => `  ! ${sentence}`),
    ...exposures.map(
      (one) =>
        `  ${one.role.padEnd(8)} ${one.exposure}  ` +
        (one.leftOut
          ? 'left out'
          : `${one.tied} of ${one.ccds} CCDs tied, moved by ${signed(one.moved)} mmag in the median`),
    ),
    ...(ratios.length === 0
      ? []
      : [`  ${ratios.length} ratios of CCDs of search and templates, errors ${mmag(typical)} mmag in the median`]),
    ...amplifierLine(document),
    `  common level: ${anchor}${levelErr === null ? '' : ` ± ${mmag(levelErr)} mmag`}`,
    '',
  ].join('\n')
}

/** CCDs of the search whose amplifiers have a zeropoint each. */
function amplifierLine(document: TieDocument): string[] {
  const two = document.ccds.filter(
    ({ exposure, amplifiers }) => amplifiers !== null && roleOf(document, exposure) === 'search',
  )
  const numbers = [...new Set(two.map(({ ccd }) => ccd))]
  return numbers.length === 0
    ? []
    : [`  two amplifiers with a zeropoint each: ${numbers.length === 1 ? 'CCD' : 'CCDs'} ${numbers.join(', ')}`]
}

const roleOf = ({ exposures }: TieDocument, exposure: string): string | undefined =>
  exposures.find((one) => one.exposure === exposure)?.role
