import type { Offset } from '../validate/offsets.js'
import type { ColourTermFit } from './colour-term.js'

const mmag = (mag: number | null): string =>
  mag === null ? '-' : `${mag < 0 ? '-' : '+'}${(1000 * Math.abs(mag)).toFixed(1)}`

/** What was fitted, in words. */
export interface FittedFilterName {
  readonly system: string
  readonly band: string
  readonly filter: string | null
  readonly color: string
}

/** A colour term as it is written on paper. */
export const termFormula = ({ band, color }: FittedFilterName, { k, c0 }: ColourTermFit): string =>
  `${band} = -2.5 log10(flux) + zeropoint ${k < 0 ? '-' : '+'} ${Math.abs(k).toFixed(4)} (${color} - ${c0})`

/** A colour term as lines of a terminal. */
export function colourTermText(name: FittedFilterName, fit: ColourTermFit): string {
  const { kErr, bootstrapErr, stars, exposures, ccds, scatterMag, scatterWithoutMag, byColour, byMagnitude } = fit
  const deviations = fit.byExposure.map(({ k, kErr: err }) => (k - fit.k) / err)
  const pulls = Math.sqrt(deviations.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, deviations.length - 1))
  const row = ({ of, offsetMag, offsetErrMag, stars: count }: Offset) =>
    `    ${of.padEnd(28)} ${mmag(offsetMag).padStart(7)} ± ` +
    `${mmag(offsetErrMag).replace(/^\+/, '').padStart(4)}  ${count} stars`
  return [
    `${termFormula(name, fit)}  (${name.system}${name.filter === null ? '' : `, filter ${name.filter}`})`,
    `  k ± ${kErr.toFixed(4)} mag per mag, of it ${bootstrapErr.toFixed(4)} by the choice of exposures`,
    `  ${stars} stars on ${ccds} CCDs of ${exposures} exposures, which differ by ${pulls.toFixed(2)} of their errors`,
    `  scatter ${mmag(scatterMag).slice(1)} mmag, without the term ${mmag(scatterWithoutMag).slice(1)}`,
    '  reference minus calibrated [mmag]:',
    ...[...byColour, ...byMagnitude].map(row),
    '',
  ].join('\n')
}
