import type { RecognisedCamera } from '../camera/recognise.js'
import type { SourceColumns } from '../exposure/sources.js'
import type { GainEvidence } from '../exposure/gain-of-sky.js'
import type { EpochSource, OtherUnit } from '../exposure/image-facts.js'
import { galacticLatitudeDeg } from '../math/galactic.js'
import type { AstrometricOffset } from './match/astrometric-offset.js'
import { concernsOf } from './quality/ccd-concerns.js'
import { STANDARD_CUTS, systematicErrOf, type StandardCut } from './system/colour-relation.js'
import { type Concern, verdictFrom } from './concern.js'
import type { CcdDiagnostics } from './quality/diagnostics.js'
import { EXPOSURE_FLAGS } from './exposure/flags.js'
import type { MatchFit } from './fit/fit-matches.js'
import type { MeasuredFluxes } from './fluxes/measured-fluxes.js'
import { colourWords, LINE_LEAVES_MAG, termConcern, unfittedJudgement } from './quality/term-concern.js'
import { passbandOf } from './quality/passband-judgement.js'
import type { CatalogShare, CombinedReferences } from './references/catalog-share.js'
import { catalogConcerns } from './references/catalog-concerns.js'
import { noZeropointReason } from './no-zeropoint-reason.js'
import type { CcdResult } from './result.js'
import type { SigmaClipSummary } from './matches.js'
import type { Selection } from './select/selection.js'
import type { SaturatedStars } from './quality/saturated-stars.js'
import type { TermPrior } from './system/colour-term.js'
import type { StandardSystem } from './system/standards.js'

/** Results of the stages of one CCD. */
interface CcdStages {
  readonly input: {
    readonly ccd: number
    readonly band: string
    readonly camera?: RecognisedCamera
    readonly filter?: string
    readonly saturation?: number
    readonly exposureTimeSec?: number
    readonly otherUnit?: OtherUnit
    readonly gainEvidence?: GainEvidence
    readonly psfStars?: number
    readonly sources: SourceColumns
    readonly epochFrom?: EpochSource
    readonly centre: { raDeg: number; decDeg: number }
  }
  readonly catalogName: string
  readonly standard: StandardSystem
  readonly selection: Selection
  readonly fitted: MatchFit
  readonly sigmaClip: SigmaClipSummary
  readonly astrometry: AstrometricOffset
  readonly diagnostics: CcdDiagnostics
  readonly fluxes: MeasuredFluxes | undefined
  /** If several catalogues gave the references. */
  readonly several?: {
    readonly references: CombinedReferences
    readonly shares: readonly CatalogShare[]
    readonly inImage: readonly (number | null)[]
  }
  /** A colour term that is needed but cannot be fitted. */
  readonly unfittedTerm?: TermPrior
  readonly epochYr: number
  readonly pairsByChance: number
  /** The saturated detections, if they are stars of the catalogue. */
  readonly saturated: () => SaturatedStars | undefined
}

/** Combines the stages into the result of one CCD by itself, before the exposure is solved. */
export function summarize({
  input,
  catalogName,
  standard,
  selection,
  fitted,
  sigmaClip,
  astrometry,
  diagnostics,
  fluxes,
  several,
  unfittedTerm,
  epochYr,
  pairsByChance,
  saturated,
}: CcdStages): CcdResult {
  const { fit, matches, term } = fitted
  const selected = selection.selected.reduce((count, s) => count + s, 0)
  const matched = matches.fate.length
  const used = fit.outcome === 'fitted' ? matches.fate.filter((fate) => fate === 'used').length : 0
  const countOf = (fate: string) => matches.fate.filter((f) => f === fate).length
  const lostAsStandard = Object.fromEntries(STANDARD_CUTS.map((cut) => [cut, countOf(cut)])) as Record<
    StandardCut,
    number
  >
  const cuts = { detections: input.sources.raDeg.length, selected, matched, used }
  const number = fit.outcome === 'fitted'
  const latitude = galacticLatitudeDeg(input.centre.raDeg, input.centre.decDeg)
  const facts = {
    band: input.band,
    camera: input.camera?.description.name ?? 'generic',
    cameraFrom: input.camera?.from ?? 'none',
    filter: input.filter ?? null,
  }
  const judged = term
    ? { coverMag: LINE_LEAVES_MAG, concern: termConcern(term, facts, standard.system) }
    : unfittedTerm
      ? unfittedJudgement(unfittedTerm, facts, standard.system)
      : standard.relation && passbandOf([{ ...facts, system: standard.system, diagnostics }], latitude)
  const otherBand = otherBandConcern(standard, input.band, catalogName)
  const result: Omit<CcdResult, 'verdict' | 'concerns'> = {
    ccd: input.ccd,
    ...facts,
    outcome: fit.outcome,
    reason: number ? null : noZeropointReason(cuts, selection.lost, lostAsStandard, fit.reason),
    zeropoint: number ? fit.zeropoint : null,
    zeropointErr: number ? fit.zeropointErr : null,
    systematicErr:
      standard.relation && number
        ? (several?.references.systematicErrMag ??
            systematicErrOf(standard.relation, { galacticLatitudeDeg: latitude })) + (judged?.coverMag ?? 0)
        : null,
    ownFraction: number ? 1 : 0,
    scatter: number ? fit.scatter : null,
    flag: number ? EXPOSURE_FLAGS.own : EXPOSURE_FLAGS.none,
    system: standard.system,
    magnitudes: standard.magnitudes,
    catalog: catalogName,
    relation:
      (several?.shares.map(({ relation }) => relation).join(' + ') ?? standard.label) + (term ? colourWords(term) : ''),
    cuts,
    lost: { ...selection.lost, unmatched: selected - matched, ...lostAsStandard, outlier: countOf('outlier') },
    sigmaClip,
    astrometry,
    diagnostics,
    ...(fluxes === undefined ? {} : { fluxes }),
    ...(term === undefined ? {} : { colourTerm: term }),
    ...(several === undefined ? {} : { references: several.shares }),
    epochYr,
    epochFrom: input.epochFrom ?? 'catalog',
    matches,
  }
  const concerns = concernsOf(result, {
    band: input.band,
    galacticLatitudeDeg: latitude,
    saturation: input.saturation,
    gainEvidence: input.gainEvidence,
    psfStars: input.psfStars,
    passband: judged?.concern ?? otherBand ?? null,
    classified: selection.classified,
    pairsByChance,
    saturated,
    ...(standard.relation ? { ...uncomparedCamera(input), otherUnit: input.otherUnit } : {}),
  }).concat(several === undefined ? [] : catalogConcerns(several.references, several.shares, several.inImage))
  return { ...result, concerns, verdict: verdictFrom(concerns) }
}

/**
 * The catalogue's own magnitude for another band: asked for by `--system catalog`, and said. Gaia's G, which the
 * original calibrates to, holds the light of all bands, and is named with the number.
 */
function otherBandConcern({ otherBand }: StandardSystem, band: string, catalog: string): Concern | undefined {
  if (otherBand === undefined || otherBand === 'G') return undefined
  const sentence =
    `the zeropoint is on the ${otherBand} magnitude of ${catalog}, which has no ${band}: ` +
    `stars of another colour than the mean are off`
  return { tag: 'passband', severity: 'look', sentence }
}

/** A camera of which a zeropoint is expected in the band, if the exposure time to compare it with is missing. */
function uncomparedCamera({ camera, band, exposureTimeSec }: CcdStages['input']): {
  readonly uncomparedCamera?: string
} {
  if (exposureTimeSec !== undefined || camera?.description.throughput?.[band] === undefined) return {}
  return { uncomparedCamera: camera.description.title }
}
