import type { FocalPlane } from '../camera/focal-plane.js'
import { exposureInWords } from '../products/result-json.js'
import type { CcdDocument, ResultDocument } from '../products/result-document.js'
import { panelCcd, type ChipShape, type PanelCcd } from './ccd-panel.js'
import { decide } from './decision.js'
import { ccdPlaces, chipExtent } from './focal-geometry.js'
import { embeddedJson, html } from './html.js'
import { pageOf, type PageAssets } from './page.js'
import { packStars, panelStars, thinned, type PanelStars } from './panel-stars.js'
import type { CcdPictures } from './pictures/ccd-pictures.js'
import type { TypedPaths } from './repeated-run.js'
import type { ReportStars } from './report-stars.js'
import { focalPlaneSection, outcomesSection, tableSection, zeropointsSection } from './sections/ccds.js'
import { decisionSection } from './sections/decision.js'
import { expectationSection } from './sections/expectation.js'
import { keyNumbers } from './sections/key-numbers.js'
import { methodsSection } from './sections/methods.js'
import { picturesSection } from './sections/pictures.js'
import { provenanceSection } from './sections/provenance.js'
import { astrometrySection, depthSection, originalSection, residualsSection } from './sections/stars.js'
import { referencesSection } from './sections/references.js'
import { systemSection, type BesideProduct } from './sections/system.js'

/** All that the report of an exposure, or of one CCD, is made from: what is in its products, and nothing else. */
export interface ReportInput {
  readonly result: ResultDocument
  /** Of the exposure's camera, if its description says where its CCDs are. */
  readonly plane?: FocalPlane
  /** Matched stars by CCD; CCDs whose matches are not there are absent. */
  readonly stars: ReadonlyMap<number, ReportStars>
  /** Other products in the directory that name a photometric system. */
  readonly beside: readonly BesideProduct[]
  /** Of CCDs whose image was given. */
  readonly pictures?: readonly CcdPictures[]
  /** For the command that the page gives to type next. */
  readonly typed?: TypedPaths
}

/** What the page's script reads. */
export interface PageData {
  readonly ccds: readonly PanelCcd[]
  /** Columns and rows of the CCDs, and whether x runs south and y east. */
  readonly chip: ChipShape
  /** Packed stars by CCD. */
  readonly stars: Readonly<Record<string, string>>
  /** Below each CCD's figures: how many stars are drawn. */
  readonly shown: Readonly<Record<string, string>>
}

/** Stars that the page carries for its CCDs' figures, over all CCDs: 15 bytes each, as base64. */
const MAX_CARRIED = 20_000
const MATCH_RADIUS_ARCSEC = 1

/** The report: one HTML file. The same result and matches give the same bytes. */
export function exposurePage(
  { result, plane, stars, beside, pictures = [], typed }: ReportInput,
  assets: PageAssets,
): string {
  const { exposure, ccds } = result
  const places = ccdPlaces(
    ccds.map(({ ccd }) => ccd),
    { corners: exposure.corners, plane },
  )
  const panels = new Map(
    ccds.flatMap(({ ccd, scatter }): [number, PanelStars][] =>
      stars.has(ccd) ? [[ccd, panelStars(stars.get(ccd)!, scatter)]] : [],
    ),
  )
  const chip = {
    extent: chipExtent(plane, [...panels.values()]),
    turned: plane?.turned ?? false,
  }
  const ofCcd = ccds.length === 1 ? `, CCD ${ccds[0]!.ccd}` : ''
  const name =
    exposure.expnum === null
      ? `${exposureInWords(exposure)}, ${exposure.band} band`
      : `Exposure ${exposure.expnum}, ${exposure.band} band, r${exposure.reqnum}p${exposure.attnum}${ofCcd}`
  const decision = decide(result, typed)
  const body = html`<header>
<h1>${name}</h1>
</header>
<div class="top">
<div>
${decisionSection(decision)}
${keyNumbers(result)}
${systemSection(result, beside)}${referencesSection(result)}
${expectationSection(result)}
${outcomesSection(result)}
</div>
${focalPlaneSection(result, places)}
</div>
${picturesSection(pictures)}${zeropointsSection(result)}
${tableSection(result)}
${residualsSection([...panels.values()], MATCH_RADIUS_ARCSEC, chip.extent)}
${astrometrySection(result, places)}
${depthSection(result)}
${originalSection(result)}
${provenanceSection(result)}
${methodsSection(result, stars)}`
  return pageOf(`${decision.word}: ${name}`, body, assets, embeddedJson(pageData(ccds, panels, chip)))
}

function pageData(ccds: readonly CcdDocument[], panels: ReadonlyMap<number, PanelStars>, chip: ChipShape): PageData {
  const share = Math.floor(MAX_CARRIED / Math.max(1, panels.size))
  const carried = [...panels].map(([ccd, all]) => ({ ccd, all, some: thinned(all, share) }))
  return {
    ccds: ccds.map(panelCcd),
    chip,
    stars: Object.fromEntries(carried.map(({ ccd, some }) => [ccd, packStars(some)])),
    shown: Object.fromEntries(
      carried.map(({ ccd, all, some }) => [
        ccd,
        some === all
          ? `All ${all.used.length} matched stars are drawn.`
          : `${some.used.length} of ${all.used.length} matched stars are drawn.`,
      ]),
    ),
  }
}
