import type { BandRelation } from '../catalog/relation.js'
import type { Offset } from '../validate/offsets.js'
import type { RelationCheck } from './check-relation.js'
import type { RelationFit } from './fit-relation.js'
import type { Judgement } from './judge.js'

const mmag = (mag: number | null, digits = 1): string =>
  mag === null ? '-' : `${mag < 0 ? '-' : '+'}${(1000 * Math.abs(mag)).toFixed(digits)}`
const plain = (mag: number | null): string => mmag(mag).replace(/^\+/, '')

/** A relation in the way in which it is written on paper. */
export function relationText({ base, colour, pivot, coefficients, secondColour, faintTerm }: BandRelation): string {
  const x = pivot === 0 ? `(${colour})` : `(${colour} ${pivot < 0 ? '+' : '-'} ${Math.abs(pivot)})`
  const signed = (value: number) => `${value < 0 ? '-' : '+'} ${Math.abs(value)}`
  const terms = coefficients.map((k, n) => `${signed(k)}${n === 0 ? '' : n === 1 ? ` ${x}` : ` ${x}^${n}`}`)
  if (secondColour !== undefined)
    terms.push(`${signed(secondColour.coefficient)} (G-rp - ${secondColour.slope} (bp-rp + ${secondColour.shift}))`)
  if (faintTerm !== undefined)
    terms.push(`${signed(faintTerm.coefficient)} 10^(0.4 (${faintTerm.of} - ${faintTerm.atMag}))`)
  return `${base} ${terms.join(' ')}`
}

/** A fit as lines of a terminal. */
export function fitText({ band, relation, degree, scores, errors, own, leftOut, cells }: RelationFit): string {
  const { colour, errMag } = errors.curve
  const fields = own.byField.length === 1 ? 'one field' : `${own.byField.length} fields`
  const limits =
    `${relation.colourRange.join(' to ')} in ${relation.colour}, ` +
    `${relation.magRange.join(' to ')} in ${relation.base}`
  const byCells = scores.map(({ scatterMag }) => plain(scatterMag)).join(' ')
  const degrees = scores.map((score) => score.degree).join(' ')
  const curve = colour.map((c, k) => `${plain(errMag[k]!)} at ${c}`).join(', ')
  return [
    `${band} = ${relationText(relation)}`,
    `  ${own.stars} stars in ${cells} cells of ${fields}; ${limits}`,
    ...(scores.length === 0
      ? [`  degree ${degree}, as given`]
      : [
          `  degree ${degree}: the lowest within one standard error of the best of ${degrees}`,
          `  scatter of cells that were not fitted, by degree: ${byCells} mmag`,
        ]),
    `  error of the curve: ${curve} mmag (${errors.fits} fits to cells drawn anew)`,
    ...judgementLines(own, 'fitted stars'),
    ...leftOut.map(
      ({ name, judgement: { level, medianMag, scatterMag, stars } }) =>
        `  ${name}, fitted to the others: level ${mmag(level.offsetMag)} ± ${plain(level.offsetErrMag)}, ` +
        `median ${mmag(medianMag)}, scatter ${plain(scatterMag)} mmag, ${stars} stars`,
    ),
    `  systematic error stated: ${(1000 * relation.systematicErrMag).toFixed(0)} mmag`,
    '',
  ].join('\n')
}

/** A check as lines of a terminal. */
export function checkText({ band, relation, judgement, statedErrMag, best, colours, reasons }: RelationCheck): string {
  const beside =
    best === null ? '' : `; best polynomial of these stars (degree ${best.degree}): ${plain(best.scatterMag)} mmag`
  const tested = colours.map((c) => c.toFixed(2)).join(' to ')
  return [
    `${band} by ${relation.fittedTo.release}: ${reasons.length === 0 ? 'holds' : 'does not hold'}`,
    ...judgementLines(judgement, 'stars'),
    `  levels state ${plain(statedErrMag)} mmag${beside}`,
    `  tested over ${tested} of ${relation.colourRange.join(' to ')} in ${relation.colour}`,
    ...reasons.map((reason) => `  ! ${reason}`),
    '',
  ].join('\n')
}

function judgementLines(judgement: Judgement, of: string): string[] {
  const { stars, level, medianMag, medianErrMag, scatterMag, pulls, byMagnitude, byColour, byField } = judgement
  const row = (one: Offset) =>
    `    ${one.of.padEnd(28)} ${mmag(one.offsetMag).padStart(7)} ± ` +
    `${plain(one.offsetErrMag).padStart(4)}  ${one.stars} stars`
  return [
    `  ${stars} ${of}: level ${mmag(level.offsetMag)} ± ${plain(level.offsetErrMag)}, median ${mmag(medianMag)} ± ` +
      `${plain(medianErrMag)}, scatter ${plain(scatterMag)} mmag, pulls ${pulls.toFixed(2)}`,
    '  true minus predicted [mmag]:',
    ...[...byMagnitude, ...byColour, ...(byField.length > 1 ? byField : [])].map(row),
  ]
}
