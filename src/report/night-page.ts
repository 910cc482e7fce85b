import { largestOf, smallestOf } from '../math/extremes.js'
import { inlineSvg } from './figures/figure.js'
import { nightFigure, type NightPoint } from './figures/night.js'
import type { Range } from './figures/axes.js'
import { html, trusted, type Markup } from './html.js'
import { withStrays, withSystems, type NightExposure } from './night.js'
import { pageOf, type PageAssets } from './page.js'
import { magText, mmagText } from './words.js'

/**
 * The index over the exposures of a night: four quantities against time per band, the ones that stray by name, a table
 * with links.
 */
export function nightPage(title: string, exposures: readonly NightExposure[], assets: PageAssets): string {
  const { exposures: apart, systems } = withSystems(exposures)
  const sorted = withStrays(apart)
  const bands = [...new Set(sorted.map(({ band }) => band))]
  const straying = sorted.filter(({ strays }) => strays.length > 0)
  const count = (word: string) => sorted.filter((exposure) => exposure.word === word).length
  const words =
    straying.length === 0
      ? html`<p>No exposure lies far from the others of its band.</p>`
      : html`<p>Far from the others of their band:</p><ul class="reasons">${straying.map(
          ({ name, strays, href }) => html`<li><strong>${linked(name, href)}</strong>: ${strays.join(', ')}</li>`,
        )}</ul>`
  const body = html`<header><h1>${title}</h1></header>
<dl class="key">
<div><dt>exposures</dt><dd>${sorted.length}</dd></div>
<div><dt>GO</dt><dd>${count('GO')}</dd></div>
<div><dt>LOOK</dt><dd>${count('LOOK')}</dd></div><div><dt>STOP</dt><dd>${count('STOP')}</dd></div>
<div><dt>bands</dt><dd>${bands.join(' ')}</dd></div>
</dl>
${
  systems.length < 2
    ? null
    : html`<p class="warning">The exposures are in ${systems.length} photometric systems (${systems.join(
        ', ',
      )}): they are not compared with one another.</p>`
}
${words}
${bands.map((band) => bandSection(band, sorted))}
${table(sorted)}`
  return pageOf(title, body, assets)
}

const linked = (name: string, href: string | null): Markup =>
  href === null ? html`${name}` : html`<a href="${href}">${name}</a>`

function bandSection(band: string, all: readonly NightExposure[]): Markup {
  const exposures = all.filter((exposure) => exposure.band === band && exposure.mjd !== null)
  if (exposures.length === 0) return html`<h2>${band} band</h2><p>No exposure says when it was taken.</p>`
  const { timeOf, range, label } = timeAxis(all)
  const figure = (
    quantity: string,
    yLabel: string,
    value: (e: NightExposure) => number | null,
    error?: (e: NightExposure) => number | null,
  ) => {
    const points = exposures.flatMap((exposure): NightPoint[] => {
      const at = value(exposure)
      const spread = error?.(exposure) ?? null
      if (at === null) return []
      return [
        {
          name: exposure.name,
          hour: timeOf(exposure.mjd!),
          value: at,
          ...(spread === null ? {} : { error: spread }),
          outlier: exposure.strays.includes(quantity),
          href: exposure.href,
          words: `${exposure.name}: ${exposure.word}, ${exposure.headline}`,
        },
      ]
    })
    return points.length === 0
      ? null
      : html`<figure>${trusted(
          inlineSvg(nightFigure(`${quantity}, ${band} band`, yLabel, points, range, label), 'group'),
        )}</figure>`
  }
  return html`<h2>${band} band</h2>
${figure(
  'zeropoint',
  'zeropoint [mag]',
  (e) => e.zeropoint,
  (e) => e.zeropointErr,
)}
${figure('scatter', 'CCD scatter [mmag]', (e) => (e.scatter === null ? null : 1000 * e.scatter))}
${figure('stars', 'used stars', (e) => e.stars)}
${figure('FWHM', 'FWHM [arcsec]', (e) => e.fwhmArcsec)}`
}

/** Longer than this is no night: days, not hours. */
const LONGEST_NIGHT_DAYS = 1.5

function timeAxis(all: readonly NightExposure[]): { timeOf: (mjd: number) => number; range: Range; label: string } {
  const times = all.flatMap(({ mjd }) => (mjd === null ? [] : [mjd]))
  const [first, last] = [smallestOf(times), largestOf(times)]
  const day = Math.floor(first)
  const hours = last - first <= LONGEST_NIGHT_DAYS
  const timeOf = (mjd: number) => (mjd - day) * (hours ? 24 : 1)
  const room = Math.max(0.02 * (timeOf(last) - timeOf(first)), hours ? 0.1 : 0.05)
  return {
    timeOf,
    range: [timeOf(first) - room, timeOf(last) + room],
    label: hours ? `hours UT since ${utText(day).slice(0, 10)}` : `days since MJD ${day}`,
  }
}

/** `2017-08-18 09:07:12` of an MJD (40587 is 1970-01-01). */
const utText = (mjd: number): string =>
  new Date(Math.round((mjd - 40_587) * 86_400) * 1000).toISOString().slice(0, 19).replace('T', ' ')

function table(exposures: readonly NightExposure[]): Markup {
  const head = [
    'exposure',
    'UT',
    'band',
    'decision',
    'zeropoint [mag]',
    'error [mmag]',
    'scatter [mmag]',
    'stars',
    'FWHM [arcsec]',
    'in a sentence',
    'strays in',
  ]
  const key = (value: number | null) => trusted(` data-key="${value ?? ''}"`)
  const row = (e: NightExposure) =>
    html`<tr><th scope="row">${linked(e.name, e.href)}</th>
<td class="text"${key(e.mjd)}>${e.mjd === null ? '–' : utText(e.mjd)}</td>
<td class="text">${e.band}</td>
<td class="text"><span class="tag ${e.word.toLowerCase()}">${e.word}</span></td>
<td${key(e.zeropoint)}>${magText(e.zeropoint)}</td>
<td${key(e.zeropointErr)}>${mmagText(e.zeropointErr)}</td>
<td${key(e.scatter)}>${mmagText(e.scatter)}</td>
<td${key(e.stars)}>${e.stars}</td>
<td${key(e.fwhmArcsec)}>${e.fwhmArcsec === null ? '–' : e.fwhmArcsec.toFixed(2)}</td>
<td class="text long">${e.headline}</td>
<td class="text">${e.strays.join(', ')}</td></tr>`
  return html`<h2>All exposures</h2><div class="wide"><table class="sortable"><caption>${
    exposures.length
  } exposures<span class="needs-script">; a column’s name sorts by it</span></caption><thead><tr>${head.map(
    (name) => html`<th scope="col" class="text">${name}</th>`,
  )}</tr></thead><tbody>
${exposures.map((exposure) => html`${row(exposure)}\n`)}</tbody></table></div>`
}
