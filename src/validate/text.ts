import type { Offset } from './offsets.js'
import type { Validation } from './validate.js'

const mmag = (mag: number | null): string => (mag === null ? '-' : `${mag < 0 ? '' : '+'}${(1000 * mag).toFixed(1)}`)

/** A validation as lines of a terminal. */
export function validationText(
  { exposure, band, system, against }: { exposure: string; band: string; system: string; against: string },
  validation: Validation,
): string {
  const { stars, offsetMag, offsetErrMag, statedErrMag, scatterMag, expectedScatterMag, pulls } = validation
  const { ccdPulls, reasons, byMagnitude, byColour, byPlace, byPart } = validation
  const rows = (offsets: readonly Offset[]) =>
    offsets.map(
      (one) =>
        `    ${one.of.padEnd(28)} ${mmag(one.offsetMag).padStart(7)} ± ` +
        `${mmag(one.offsetErrMag).replace('+', '').padStart(4)}  ${one.stars} stars`,
    )
  return [
    `${exposure} ${band} (${system}) against ${against}: ${reasons.length === 0 ? 'agrees' : 'does not agree'}`,
    `  offset ${mmag(offsetMag)} ± ${(1000 * offsetErrMag).toFixed(1)} mmag (levels state ` +
      `${(1000 * statedErrMag).toFixed(0)}), ${stars} stars`,
    `  scatter ${(1000 * scatterMag).toFixed(1)} mmag, expected ${(1000 * expectedScatterMag).toFixed(1)}; ` +
      `pulls ${pulls.toFixed(2)}${ccdPulls === null ? '' : `, of the CCDs ${ccdPulls.toFixed(2)}`}`,
    ...reasons.map((reason) => `  ! ${reason}`),
    '  ours minus the catalogue [mmag], by magnitude, colour, part, place:',
    ...[byMagnitude, byColour, byPart, byPlace].flatMap(rows),
    '',
  ].join('\n')
}
