import type { AmplifierZeropoints } from '../products/result-json.js'
import type { TieConcern, TiedZeropoint } from '../tie/result.js'
import type { TieRole } from './calibrated-exposure.js'

/** Number of the schema of `tie_{name}.json`. */
export const TIE_SCHEMA = 1

/** A CCD by the name of its exposure. */
export interface CcdPlace {
  readonly exposure: string
  readonly ccd: number
}

export type TieVerdict = 'GO' | 'LOOK' | 'STOP'

/** What is off with a tie of products. */
export interface DocumentConcern {
  readonly tag: TieConcern['tag'] | 'unlike-template' | 'search-left-out' | 'untied-ccds' | 'doubtful-stars' | 'moved'
  readonly sentence: string
}

/** `tie_{name}.json`. A missing value is null; magnitudes in mag. */
export interface TieDocument {
  readonly schema: typeof TIE_SCHEMA
  readonly tie: string
  readonly verdict: TieVerdict
  readonly concerns: readonly DocumentConcern[]
  readonly band: string
  readonly system: string
  readonly magsType: string
  readonly holdTemplates: boolean
  readonly anchor: string
  readonly levelErr: number | null
  readonly pivotColour: number | null
  readonly colour: string | null
  readonly ccdScatter: number | null
  readonly patternRms: number | null
  readonly exposures: readonly {
    readonly exposure: string
    readonly role: TieRole
    readonly leftOut: boolean
    readonly reason: string | null
    readonly camera: string
    readonly filter: string | null
    readonly epochYr: number | null
    /** Of bliss-calib, that calibrated it. */
    readonly version: string
    readonly catalog: string
    readonly ccds: number
    readonly tied: number
    /** Median of the tied zeropoints minus those of the calibrations. */
    readonly moved: number | null
    readonly colourTerm: number | null
    readonly colourTermErr: number | null
  }[]
  readonly ccds: readonly (CcdPlace & {
    readonly outcome: TiedZeropoint['outcome']
    readonly zeropoint: number | null
    readonly zeropointErr: number | null
    readonly before: number | null
    readonly beforeErr: number | null
    readonly nStars: number
    readonly reason: string | null
    /** Of its two amplifiers, if they have a zeropoint each. */
    readonly amplifiers: AmplifierZeropoints | null
  })[]
  readonly pairs: readonly {
    readonly a: CcdPlace
    readonly b: CcdPlace
    readonly ratioMag: number
    readonly ratioErr: number
    readonly nCommon: number
  }[]
  readonly catalogs: readonly {
    readonly catalog: string
    readonly catalogHash: string
    readonly relation: string
    readonly systematicErr: number | null
    readonly leftOut: boolean
    readonly level: number | null
    readonly levelErr: number | null
  }[]
  readonly stars: { readonly count: number; readonly tied: number; readonly doubtful: number }
  readonly provenance: { readonly version: string; readonly inputs: Readonly<Record<string, string>> }
}
