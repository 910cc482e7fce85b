import type { CalibratedObjects, CatalogZeropoint, MatchedStars } from './read.js'
import type { AllZpFacts, ZeroFacts, ZeropointPair } from './zero-rows.js'

/** The products of one exposure on one side; every map is by CCD. */
export interface ExposureSide {
  readonly band: string | null
  readonly zero: ReadonlyMap<number, ZeroFacts>
  readonly allZp: AllZpFacts | null
  readonly objects: ReadonlyMap<number, CalibratedObjects>
  readonly matches: ReadonlyMap<number, MatchedStars>
  /** From the result's JSON. */
  readonly sigmaClip: ReadonlyMap<number, CatalogZeropoint>
}

/** What one side says of a CCD; null if it says nothing, a null zeropoint if it says that there is none. */
export interface CcdSide {
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly matched: number | null
  readonly used: number | null
  readonly magsType: string | null
  readonly system: string | null
  readonly catalog: string | null
  readonly outcome: string | null
  /** The zeropoint in the magnitudes of the calibrated catalogue; the mean of its rows if amplifiers have one each. */
  readonly applied: number | null
  /** Present if the amplifiers have a zeropoint each: the magnitudes were made with these. */
  readonly amplifiers?: ZeropointPair
  readonly flag: number | null
  /** Objects in the calibrated catalogue; null without one. */
  readonly objects: number | null
}

/** Without a Zero row the zeropoint is the one that the magnitudes were made with. */
export function ccdSide(ccd: number, { zero, objects }: ExposureSide): CcdSide | null {
  const row = zero.get(ccd)
  const catalogue = objects.get(ccd)
  if (!row && !catalogue) return null
  return {
    zeropoint: row ? row.zeropoint : catalogue!.applied,
    zeropointErr: row ? row.zeropointErr : catalogue!.appliedErr,
    matched: row?.matched ?? null,
    used: row?.used ?? null,
    magsType: row?.magsType ?? null,
    system: row?.system ?? null,
    catalog: row?.catalog ?? null,
    outcome: row?.outcome ?? null,
    applied: catalogue?.applied ?? null,
    flag: catalogue?.flag ?? null,
    objects: catalogue?.magPsf.length ?? null,
    ...(row?.amplifiers === undefined ? {} : { amplifiers: row.amplifiers }),
  }
}
