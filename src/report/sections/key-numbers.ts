import type { ResultDocument } from '../../products/result-document.js'
import { html, type Markup } from '../html.js'
import { magText, mmagText } from '../words.js'

/** The numbers that a reader came for, in one row. */
export function keyNumbers({ ccds, solution, exposure }: ResultDocument): Markup {
  const alone = ccds.length === 1 ? ccds[0]! : undefined
  const zeropoint = solution?.zeropoint ?? alone?.zeropoint ?? null
  const zeropointErr = solution?.zeropointErr ?? alone?.zeropointErr ?? null
  const systematicErr = ccds.find((ccd) => ccd.systematicErr !== null)?.systematicErr ?? null
  const count = (outcome: string) => ccds.filter((ccd) => ccd.outcome === outcome).length
  const used = ccds.reduce((total, { cuts }) => total + cuts.used, 0)
  const matched = ccds.reduce((total, { cuts }) => total + cuts.matched, 0)
  const tiles: [string, string, string][] = [
    [
      alone ? 'zeropoint' : 'zeropoint of the exposure',
      magText(zeropoint),
      zeropoint === null ? '' : `± ${mmagText(zeropointErr)} mmag`,
    ],
    [
      'system’s own uncertainty',
      systematicErr === null ? '–' : `± ${mmagText(systematicErr, 0)} mmag`,
      'shared by all CCDs',
    ],
    ['CCDs', `${count('fitted')} fitted`, `${count('borrowed')} borrowed, ${count('none')} none`],
    ['stars', String(used), `used of ${matched} matched`],
    ...(solution && solution.ccdScatter !== null
      ? ([['scatter from CCD to CCD', `${mmagText(solution.ccdScatter)} mmag`, 'about the plane']] as [
          string,
          string,
          string,
        ][])
      : []),
    ['band', exposure.band, exposure.epochYr === null ? '' : `epoch ${exposure.epochYr.toFixed(3)}`],
  ]
  return html`<dl class="key">${tiles.map(
    ([name, value, more]) => html`<div><dt>${name}</dt><dd>${value} <small>${more}</small></dd></div>`,
  )}</dl>`
}
