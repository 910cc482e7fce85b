import { median } from '../../math/robust.js'
import type { ResultDocument } from '../../products/result-document.js'
import { html, type Markup } from '../html.js'
import { mmagText, signedText } from '../words.js'

const ABOUT_EXPECTATION: ReadonlySet<string> = new Set(['transparency', 'clouds', 'units', 'wrong-band'])

/** The zeropoint against what is expected: transparency, gradient over the field, scatter, stars held back. */
export function expectationSection({ solution, ccds, exposure }: ResultDocument): Markup {
  const facts: [string, string][] = []
  const expectations = ccds.flatMap(({ diagnostics }) => (diagnostics.expectation ? [diagnostics.expectation] : []))
  const zeropoints = ccds.flatMap(({ zeropoint }) => (zeropoint === null ? [] : [zeropoint]))
  if (expectations.length > 0 && zeropoints.length > 0) {
    const { unit, unitFrom, exposureTimeSec, airmass } = expectations[0]!
    const expected = median(expectations.map((one) => one.zeropoint))
    facts.push([
      'expected',
      `${expected.toFixed(2)} mag in ${exposure.band} for ${exposureTimeSec} s in ` +
        `${unit}${
          unitFrom === 'zeropoint' ? ' (the unit that fits best)' : ''
        }${airmass === null ? '' : `, airmass ${airmass.toFixed(2)}`}`,
    ])
    facts.push([
      'found minus expected',
      `${signedText((solution?.zeropoint ?? median(zeropoints)) - expected, 2)} mag: ` +
        `${Math.round(100 * median(expectations.map((one) => one.transparency)))} % of the usual light`,
    ])
  }
  const concerns = [...(solution?.concerns ?? []), ...(ccds.length === 1 ? ccds[0]!.concerns : [])].filter(({ tag }) =>
    ABOUT_EXPECTATION.has(tag),
  )
  if (solution?.gradient) {
    const { xiMagPerDeg, etaMagPerDeg } = solution.gradient
    const size = Math.hypot(xiMagPerDeg, etaMagPerDeg)
    facts.push([
      'gradient over the field',
      `${mmagText(size)} mmag per degree, brighter zeropoint towards the ` +
        `${compass(xiMagPerDeg, etaMagPerDeg)} (${mmagText(2 * size, 0)} mmag across the camera)`,
    ])
  }
  if (solution && solution.ccdScatter !== null)
    facts.push(['scatter from CCD to CCD', `${mmagText(solution.ccdScatter)} mmag about that plane`])
  if (solution) facts.push(['outliers among the CCDs', String(solution.nOutliers)])
  if (solution?.reserved)
    facts.push([
      'stars held back from the fit',
      `${solution.reserved.nStars}: median residual ${mmagText(solution.reserved.medianMmag / 1000)} ` +
        `mmag, scatter ${mmagText(solution.reserved.scatterMmag / 1000)} mmag`,
    ])
  if (facts.length === 0 && concerns.length === 0) return html``
  return html`<h2 id="expectation">Zeropoint against expectation</h2>
${concerns.map(
  ({ severity, sentence }) => html`<p class="${severity === 'hint' ? 'small' : 'warning'}">${sentence}</p>`,
)}
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

const POINTS = ['east', 'north-east', 'north', 'north-west', 'west', 'south-west', 'south', 'south-east'] as const

function compass(east: number, north: number): string {
  return POINTS[(Math.round(Math.atan2(north, east) / (Math.PI / 4)) + 8) % 8]!
}
