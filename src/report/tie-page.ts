import { numbersOf } from '../math/select.js'
import { directionOf, sum, toTangentPlane, unitVector, type Vec3 } from '../math/sphere.js'
import { cameraOf, labelOf, type CalibratedExposure } from '../tied-products/calibrated-exposure.js'
import type { TieDocument } from '../tied-products/document.js'
import { ADVICE } from '../tied-products/tie-verdict.js'
import type { ProductsTie } from '../tied-products/tie-input.js'
import { residualsOf } from '../tied-products/tied-stars.js'
import type { TieResult } from '../tie/result.js'
import { colourScale } from './figures/colour-scale.js'
import { inlineSvg, type Figure } from './figures/figure.js'
import { focalPlaneFigure } from './figures/focal-plane.js'
import { levelsFigure } from './figures/levels.js'
import { residualMapFigure } from './figures/residual-map.js'
import { tieNetworkFigure } from './figures/tie-network.js'
import { ccdPlaces, type CcdPlace } from './focal-geometry.js'
import { html, trusted, type Markup } from './html.js'
import { pageOf, type PageAssets } from './page.js'
import { magText, mmagDifference, mmagText } from './words.js'

/** A page: the network of exposures, what is left on the CCDs, the levels of the catalogues. */
export function tiePage(document: TieDocument, tie: ProductsTie, result: TieResult, assets: PageAssets): string {
  const { tie: name, verdict, concerns, band, system, anchor, levelErr, ccdScatter, patternRms } = document
  const links = linksOf(document)
  const body = html`<header><h1>${`${name}, ${band}: search and templates tied`}</h1></header>
<p class="verdict">${ADVICE[verdict]}</p>
${concerns.length > 0 && html`<ul class="reasons">${concerns.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>`}
<dl class="key">
<div><dt>system</dt><dd>${system}</dd></div>
<div><dt>common level by</dt><dd>${anchor}${levelErr !== null && html` ± ${mmagText(levelErr)} mmag`}</dd></div>
<div><dt>stars</dt><dd>${document.stars.tied}</dd></div>
<div><dt>scatter of CCDs</dt><dd>${mmagText(ccdScatter)} mmag</dd></div>
<div><dt>pattern inside CCDs</dt><dd>${mmagText(patternRms)} mmag</dd></div>
</dl>
<div class="figures">${figure(networkFigure(document, links))}${figure(levels(document))}</div>
${exposureTable(document)}
${ratioTable(links)}
${amplifierTable(document)}
<h2>On the CCDs</h2>
<p>What is left: calibrated magnitudes minus the joint magnitude of the star, medians in cells. Below it by how much the
zeropoints of the search have moved.</p>
<div class="figures">${residualMaps(tie, result).map(figure)}${movedFigures(document, tie).map(figure)}</div>
${catalogTable(document)}`
  return pageOf(`${name}: tied`, body, assets)
}

const figure = (drawn: Figure | undefined): Markup | null =>
  drawn === undefined ? null : html`<figure>${trusted(inlineSvg(drawn))}</figure>`

/** Two exposures with stars in common, their CCDs taken together. */
interface Link {
  readonly search: string
  readonly other: string
  readonly pairs: number
  readonly stars: number
  /** Mean of the ratios by their errors, and the median of these [mag]. */
  readonly ratioMag: number
  readonly ratioErr: number
}

function linksOf({ pairs }: TieDocument): Link[] {
  const byLink = new Map<string, TieDocument['pairs'][number][]>()
  for (const pair of pairs) {
    const key = `${pair.a.exposure}\n${pair.b.exposure}`
    byLink.set(key, [...(byLink.get(key) ?? []), pair])
  }
  return [...byLink.values()].map((own): Link => {
    const weights = own.map(({ ratioErr }) => 1 / Math.max(ratioErr, 1e-6) ** 2)
    const total = weights.reduce((all, weight) => all + weight, 0)
    const errors = own.map(({ ratioErr }) => ratioErr).sort((a, b) => a - b)
    return {
      search: own[0]!.a.exposure,
      other: own[0]!.b.exposure,
      pairs: own.length,
      stars: own.reduce((all, { nCommon }) => all + nCommon, 0),
      ratioMag: own.reduce((all, { ratioMag }, k) => all + weights[k]! * ratioMag, 0) / total,
      ratioErr: errors[errors.length >> 1]!,
    }
  })
}

function networkFigure({ exposures }: TieDocument, links: readonly Link[]): Figure {
  const nodes = (role: string) =>
    exposures.filter((one) => one.role === role).map(({ exposure, leftOut }) => ({ name: exposure, leftOut }))
  return tieNetworkFigure({
    searches: nodes('search'),
    templates: nodes('template'),
    links: links.map(({ search, other, stars, pairs }) => ({
      ...{ search, other, stars },
      words: `${search} and ${other}: ${stars} stars in common on ${pairs} pairs of CCDs`,
    })),
  })
}

function levels({ catalogs }: TieDocument): Figure | undefined {
  const rows = catalogs.flatMap(({ catalog, level, levelErr, systematicErr }) =>
    level === null || levelErr === null
      ? []
      : [
          {
            name: catalog,
            levelMmag: 1000 * level,
            levelErrMmag: 1000 * levelErr,
            statedErrMmag: systematicErr === null ? null : 1000 * systematicErr,
          },
        ],
  )
  return rows.length === 0 ? undefined : levelsFigure(rows)
}

const exposureTable = ({ exposures }: TieDocument): Markup => html`<h2>Exposures</h2>
<table><thead><tr><th>exposure</th><th>part</th><th>catalogue</th><th>CCDs</th><th>tied</th><th>moved [mmag]</th>
<th>colour term [mmag per mag]</th></tr></thead>
<tbody>${exposures.map(
  (one) => html`<tr><th scope="row">${one.exposure}</th><td>${one.leftOut ? `${one.role}, left out` : one.role}</td>
<td>${one.catalog}</td><td>${one.ccds}</td><td>${one.tied}</td><td>${mmagDifference(one.moved)}</td>
<td>${mmagDifference(one.colourTerm)} ± ${mmagText(one.colourTermErr)}</td></tr>`,
)}</tbody></table>`

const ratioTable = (links: readonly Link[]): Markup | null =>
  links.length === 0
    ? null
    : html`<h2>Ratios</h2>
<p>Zeropoint of the search minus that of the other exposure; that of each pair of CCDs is in the JSON.</p>
<table><thead><tr><th>search</th><th>other</th><th>pairs of CCDs</th><th>stars</th><th>mean ratio [mag]</th>
<th>error of a pair [mmag]</th></tr></thead>
<tbody>${links.map(
        (one) => html`<tr><th scope="row">${one.search}</th><td>${one.other}</td><td>${one.pairs}</td>
<td>${one.stars}</td><td>${magText(one.ratioMag)}</td><td>${mmagText(one.ratioErr)}</td></tr>`,
      )}</tbody></table>`

/** The CCDs whose amplifiers have a zeropoint each; a step is one for all exposures. */
function amplifierTable({ ccds }: TieDocument): Markup | null {
  const two = ccds.filter(({ amplifiers }) => amplifiers !== null)
  return two.length === 0
    ? null
    : html`<h2>Amplifiers</h2>
<p>CCDs whose amplifiers have a zeropoint each: A has the low columns, B the high ones.</p>
<table><thead><tr><th>exposure</th><th>CCD</th><th>ZP_A [mag]</th><th>ZP_B [mag]</th><th>B - A [mmag]</th>
<th>error [mmag]</th></tr></thead><tbody>${two.map(
        ({ exposure, ccd, amplifiers }) => html`<tr><th scope="row">${exposure}</th><td>${ccd}</td>
<td>${magText(amplifiers!.a)}</td><td>${magText(amplifiers!.b)}</td>
<td>${mmagDifference(amplifiers!.b - amplifiers!.a)}</td><td>${mmagText(amplifiers!.err)}</td></tr>`,
      )}</tbody></table>`
}

const catalogTable = ({ catalogs }: TieDocument): Markup => html`<h2>Catalogues</h2>
<table><thead><tr><th>catalogue</th><th>relation</th><th>level [mmag]</th><th>error [mmag]</th>
<th>stated [mmag]</th></tr></thead><tbody>${catalogs.map(
  (one) => html`<tr><th scope="row">${one.catalog}</th><td>${one.relation}</td>
<td>${one.leftOut ? 'left out' : mmagDifference(one.level)}</td><td>${mmagText(one.levelErr)}</td>
<td>${mmagText(one.systematicErr)}</td></tr>`,
)}</tbody></table>`

const placesOf = ({ ccds, plane }: CalibratedExposure): ReadonlyMap<number, CcdPlace> => {
  const corners = Object.assign({}, ...ccds.map(({ exposure }) => exposure.corners ?? {})) as Corners
  const isKnown = Object.keys(corners).length > 0
  return ccdPlaces(
    ccds.map(({ result }) => result.ccd),
    { plane, ...(isKnown ? { corners } : {}) },
  )
}

type Corners = NonNullable<CalibratedExposure['ccds'][number]['exposure']['corners']>

/** One map for each camera, of all its exposures that are tied. */
function residualMaps(tie: ProductsTie, result: TieResult): Figure[] {
  const residual = residualsOf(tie, result)
  const byCamera = new Map<string, number[]>()
  tie.exposures.forEach((exposure, e) => {
    if (result.exposures[e]!.leftOut) return
    byCamera.set(cameraOf(exposure), [...(byCamera.get(cameraOf(exposure)) ?? []), e])
  })
  const { star, exposure, ccd } = tie.input.observations
  return [...byCamera].map(([camera, members]) => {
    const offsets = new Map(members.map((e) => [e, offsetOf(tie.exposures[e]!, tie)] as const))
    const rows = Array.from(star.keys()).filter((i) => offsets.has(exposure[i]!) && Number.isFinite(residual[i]!))
    const places = rows.map((i) => offsets.get(exposure[i]!)!(star[i]!, ccd[i]!, i))
    const chips = new Map(members.flatMap((e) => [...placesOf(tie.exposures[e]!)]))
    return residualMapFigure({
      title: `${camera}: what is left on the CCDs, ${members.length} exposures`,
      chips: [...chips].map(([number, { outline }]) => ({ ccd: number, outline })),
      residualMmag: numbersOf(rows, (i) => 1000 * residual[i]!),
      eastDeg: numbersOf(places, (place) => place.eastDeg),
      northDeg: numbersOf(places, (place) => place.northDeg),
    })
  })
}

type OnPlane = Pick<CcdPlace, 'eastDeg' | 'northDeg'>
const NOWHERE: OnPlane = { eastDeg: NaN, northDeg: NaN }

/** Where an exposure's stars are on its focal plane: by their pixels if the camera is described, else by the sky. */
function offsetOf(exposure: CalibratedExposure, tie: ProductsTie): (star: number, ccd: number, row: number) => OnPlane {
  const { plane, ccds } = exposure
  const e = tie.exposures.indexOf(exposure)
  const numbers = tie.ccdNumbers[e]!
  const { x, y } = tie.input.observations
  const corners = ccds.flatMap(({ exposure: facts }) => Object.values(facts.corners ?? {}))
  if (corners.length > 0) {
    const vectors = corners.flatMap(({ raDeg, decDeg }) => raDeg.map((ra, k) => unitVector(ra, decDeg[k]!)))
    const middle = directionOf(vectors.reduce<Vec3>(sum, [0, 0, 0]))
    return (star) => {
      const at = toTangentPlane(tie.stars.raDeg[star]!, tie.stars.decDeg[star]!, middle)
      return at === undefined ? NOWHERE : { eastDeg: at.xiDeg, northDeg: at.etaDeg }
    }
  }
  return (_, number, row) => {
    const { ccd } = ccds[numbers.indexOf(number)]!.result
    if (plane?.has(ccd) !== true || x === undefined || y === undefined) return NOWHERE
    const { xiDeg, etaDeg } = plane.pixelToTangentPlane(ccd, x[row]!, y[row]!)
    return { eastDeg: xiDeg, northDeg: etaDeg }
  }
}

/** By how much the zeropoints of each search exposure have moved. */
function movedFigures({ ccds }: TieDocument, { exposures }: ProductsTie): Figure[] {
  return exposures
    .filter(({ role }) => role === 'search')
    .map((exposure) => {
      const label = labelOf(exposure)
      const own = ccds.filter((one) => one.exposure === label)
      const movedOf = ({ zeropoint, before }: (typeof own)[number]) =>
        zeropoint === null || before === null ? null : 1000 * (zeropoint - before)
      const places = placesOf(exposure)
      return focalPlaneFigure({
        title: `${label}: tied minus calibrated zeropoint`,
        ccds: own.map((one) => {
          const value = movedOf(one)
          return {
            ccd: one.ccd,
            outline: places.get(one.ccd)!.outline,
            value,
            mark: value === null ? 'none' : 'fitted',
            words: `CCD ${one.ccd}: ${value === null ? 'no zeropoint' : `${value.toFixed(1)} mmag`}`,
          }
        }),
        scale: colourScale({
          map: 'difference',
          values: own.flatMap((one) => movedOf(one) ?? []),
          label: 'moved [mmag]',
          format: (value) => value.toFixed(0),
          leastReach: 5,
        }),
      })
    })
}
