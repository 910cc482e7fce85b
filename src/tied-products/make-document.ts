import { median } from '../math/robust.js'
import type { TiedAmplifiers, TiedZeropoint, TieResult } from '../tie/result.js'
import { labelOf, magsTypeOf, type CalibratedExposure } from './calibrated-exposure.js'
import type { UnlikeTemplate } from './comparable.js'
import type { ProductsTie } from './tie-input.js'
import { TIE_SCHEMA, type CcdPlace, type TieDocument } from './document.js'
import { concernsOf, verdictOf } from './tie-verdict.js'

/** What a document says beside the numbers of the tie. */
export interface DocumentFacts {
  readonly name: string
  readonly unlike: readonly UnlikeTemplate[]
  readonly holdsTemplates: boolean
  readonly provenance: TieDocument['provenance']
}

/** The result of a tie in the names of its exposures, CCDs and catalogues. */
export function tieDocument(tie: ProductsTie, result: TieResult, facts: DocumentFacts): TieDocument {
  const { exposures, stars } = tie
  const first = exposures[0]!.ccds[0]!
  const labels = exposures.map(labelOf)
  const placeOf = ccdPlaces(tie)
  const ccds = exposures.flatMap((exposure, e) =>
    exposure.ccds.map(({ result: { ccd, zeropoint, zeropointErr } }, c): TieDocument['ccds'][number] => {
      const tied = tiedZeropoint(tie, result, e, c)
      return {
        exposure: labels[e]!,
        ccd,
        outcome: tied.outcome,
        zeropoint: finite(tied.zeropoint),
        zeropointErr: finite(tied.zeropointErr),
        before: zeropoint,
        beforeErr: zeropointErr,
        nStars: tied.nStars,
        reason: tied.reason,
        amplifiers: amplifierZeropoints(tied.zeropoint, tiedAmplifiers(tie, result, e, c)),
      }
    }),
  )
  const catalogs = tie.catalogs.map(({ name, hash, relation, systematicErr }, k): TieDocument['catalogs'][number] => {
    const tied = result.catalogs.find(({ catalog }) => catalog === k)
    return {
      catalog: name,
      catalogHash: hash,
      relation,
      systematicErr,
      leftOut: tied === undefined,
      level: finite(tied?.level),
      levelErr: finite(tied?.levelErr),
    }
  })
  const rows = exposures.map((exposure, e) => exposureRow(exposure, result.exposures[e]!, ccds, labels[e]!))
  const unlike = facts.unlike.map(({ exposure, reason }) =>
    exposureRow(exposure, { leftOut: true, verdict: reason, colourTerm: NaN, colourTermErr: NaN }, [], null),
  )
  const concerns = concernsOf(tie, result, rows, ccds, facts.unlike)
  const anchored = anchorOf(tie, result, facts.holdsTemplates)
  return {
    schema: TIE_SCHEMA,
    tie: facts.name,
    verdict: verdictOf(result, concerns),
    concerns,
    band: first.exposure.band,
    system: first.result.system,
    magsType: magsTypeOf(first),
    holdTemplates: facts.holdsTemplates,
    ...anchored,
    pivotColour: tie.colour === null ? null : finite(result.pivotColour),
    colour: tie.colour,
    ccdScatter: finite(result.ccdScatter),
    patternRms: finite(result.patternRms),
    exposures: [...rows, ...unlike].sort((a, b) => (a.exposure < b.exposure ? -1 : 1)),
    ccds,
    pairs: result.pairs.map(({ exposureA, ccdA, exposureB, ccdB, ratioMag, ratioErr, nCommon }) => {
      const [a, b] = [placeOf(exposureA, ccdA), placeOf(exposureB, ccdB)]
      const turned = exposures[exposureA]!.role === 'template' && exposures[exposureB]!.role === 'search'
      return turned ? { a: b, b: a, ratioMag: -ratioMag, ratioErr, nCommon } : { a, b, ratioMag, ratioErr, nCommon }
    }),
    catalogs,
    stars: {
      count: stars.count,
      tied: result.stars.mag.reduce((count, mag) => count + Number(Number.isFinite(mag)), 0),
      doubtful: stars.isDoubtful.reduce((count, one) => count + one, 0),
    },
    provenance: facts.provenance,
  }
}

const amplifierZeropoints = (zeropoint: number, amplifiers: TiedAmplifiers | null) =>
  amplifiers === null || !Number.isFinite(zeropoint)
    ? null
    : { ...amplifiers, a: zeropoint + amplifiers.a, b: zeropoint + amplifiers.b }

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null

/** What the tie says of a CCD. */
export function tiedZeropoint(tie: ProductsTie, result: TieResult, exposure: number, ccdIndex: number): TiedZeropoint {
  let row = ccdIndex
  for (let e = 0; e < exposure; e++) row += tie.exposures[e]!.ccds.length
  return result.zeropoints[row]!
}

/** What its amplifiers differ by; null if one zeropoint does for both. */
export function tiedAmplifiers(
  { ccdNumbers }: ProductsTie,
  { starFlats, exposures }: TieResult,
  exposure: number,
  ccdIndex: number,
): TiedAmplifiers | null {
  if (exposures[exposure]!.leftOut) return null
  const number = ccdNumbers[exposure]![ccdIndex]!
  return starFlats.find(({ ccd }) => ccd === number)?.amplifiers ?? null
}

/** Name of the CCD with a number of the input. */
function ccdPlaces({ exposures, ccdNumbers }: ProductsTie): (exposure: number, ccd: number) => CcdPlace {
  const labels = exposures.map(labelOf)
  return (e, number) => ({
    exposure: labels[e]!,
    ccd: exposures[e]!.ccds[ccdNumbers[e]!.indexOf(number)]!.result.ccd,
  })
}

/** Who sets the common level, and its error: all catalogues have the level in common once their ratios are known. */
function anchorOf(
  { catalogs, exposures }: ProductsTie,
  result: TieResult,
  holdsTemplates: boolean,
): { readonly anchor: string; readonly levelErr: number | null } {
  if (holdsTemplates) {
    const stated = exposures
      .filter(({ role }) => role === 'template')
      .flatMap(({ ccds }) => ccds.flatMap((ccd) => ccd.result.systematicErr ?? []))
    return { anchor: 'held', levelErr: stated.length === 0 ? null : median(stated) }
  }
  if (result.catalogs.length === 0) return { anchor: 'none', levelErr: null }
  const names = result.catalogs.map(({ catalog }) => catalogs[catalog]!.name)
  return {
    anchor: [...new Set(names)].join('+'),
    levelErr: Math.min(...result.catalogs.map(({ levelErr }) => levelErr)),
  }
}

function exposureRow(
  exposure: CalibratedExposure,
  tied: Pick<TieResult['exposures'][number], 'leftOut' | 'verdict' | 'colourTerm' | 'colourTermErr'>,
  all: TieDocument['ccds'],
  label: string | null,
): TieDocument['exposures'][number] {
  const own = all.filter((ccd) => ccd.exposure === label)
  const moved = own.flatMap(({ zeropoint, before }) =>
    zeropoint === null || before === null ? [] : zeropoint - before,
  )
  const { camera, filter, epochYr } = exposure.ccds[0]!.exposure
  return {
    exposure: labelOf(exposure),
    role: exposure.role,
    leftOut: tied.leftOut,
    reason: tied.leftOut ? tied.verdict : null,
    camera,
    filter,
    epochYr,
    version: [...new Set(exposure.ccds.map(({ provenance }) => provenance.version))].join(', '),
    catalog: [...new Set(exposure.ccds.map(({ result }) => result.catalog))].join(', '),
    ccds: exposure.ccds.length,
    tied: tied.leftOut ? 0 : own.filter(({ outcome }) => outcome === 'tied').length,
    moved: moved.length === 0 ? null : median(moved),
    colourTerm: finite(tied.colourTerm),
    colourTermErr: finite(tied.colourTermErr),
  }
}
