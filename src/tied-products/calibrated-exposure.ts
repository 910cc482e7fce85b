import type { FocalPlane } from '../camera/focal-plane.js'
import { exposureLabel, type ExposureName } from '../exposure/exposure-name.js'
import type { MatchColumns } from '../photometry/matches.js'
import type { CcdDocument } from '../products/result-document.js'
import type { ExposureFacts, Provenance } from '../products/result-json.js'

/** What an exposure is in a tie. */
export type TieRole = 'search' | 'template'

/** What a tie takes of the matched stars of a CCD. */
export type MatchedStars = Pick<
  MatchColumns,
  | 'sourceId'
  | 'raDeg'
  | 'decDeg'
  | 'xImage'
  | 'yImage'
  | 'instMag'
  | 'instMagErr'
  | 'refMag'
  | 'refMagErr'
  | 'colour'
  | 'inlierPrior'
  | 'fate'
>

/** A CCD as its calibration left it. */
export interface CalibratedCcd {
  /** Of its JSON: where its other products are, and for messages. */
  readonly file: string
  readonly result: CcdDocument
  readonly exposure: ExposureFacts
  readonly provenance: Provenance
  readonly stars: MatchedStars
  /** Name of each file that was read -> SHA-256. */
  readonly inputs: Readonly<Record<string, string>>
}

/** An exposure as its calibration left it. */
export interface CalibratedExposure {
  readonly role: TieRole
  readonly name: ExposureName
  /** Of its camera; absent if that is not described. */
  readonly plane?: FocalPlane
  /** Last column of the first of two amplifiers of its CCDs [pixel]; absent if they are not known to have two. */
  readonly amplifierColumn?: number
  /** By their numbers. */
  readonly ccds: readonly CalibratedCcd[]
}

/** How an exposure is called: `D00668439_r4p5`, or the name of its files. */
export const labelOf = ({ name }: CalibratedExposure): string => exposureLabel(name)

/** Flux that an exposure was calibrated in. */
export const magsTypeOf = ({ provenance }: CalibratedCcd): string => String(provenance.options['magsType'])

/** Photometric system of a CCD; magnitudes of a catalogue's own are of one system with the same catalogue only. */
export const systemOf = ({ result: { system, catalog } }: CalibratedCcd): string =>
  system === 'catalog' ? `${system} (${catalog})` : system

/** Camera of a CCD; cameras that are not described are each its own. */
export const cameraOf = (exposure: CalibratedExposure): string => {
  const { camera } = exposure.ccds[0]!.exposure
  return camera === 'generic' ? `generic ${labelOf(exposure)}` : camera
}
