import { madScatter, median } from '../../math/robust.js'

/** How the light of stars grows with the aperture. */
export interface GrowthCurve {
  readonly radiusArcsec: readonly number[]
  /** Median over the stars of the flux in each aperture, relative to the largest. */
  readonly share: readonly number[]
  /** Robust scatter of it from star to star. */
  readonly scatter: readonly number[]
  readonly stars: number
  /** Other fluxes of the same stars, relative to the largest aperture. */
  readonly others: readonly { readonly name: string; readonly share: number }[]
}

export interface StarFluxes {
  readonly radiusArcsec: readonly number[]
  /** Of each star, the flux in each aperture and its error in the largest. */
  readonly stars: readonly {
    readonly apertures: ArrayLike<number>
    readonly largestErr: number
    readonly others: Readonly<Record<string, number>>
  }[]
}

/** Fainter stars show the sky's noise in the largest aperture, not their profile. */
const MIN_SIGNAL_TO_NOISE = 50
const MIN_STARS = 5

/** The curve of growth, of stars bright enough to show it; null if there are too few of them. */
export function growthCurve({ radiusArcsec, stars }: StarFluxes): GrowthCurve | null {
  const last = radiusArcsec.length - 1
  const bright = stars.filter(({ apertures, largestErr }) => apertures[last]! > MIN_SIGNAL_TO_NOISE * largestErr)
  if (last < 1 || bright.length < MIN_STARS) return null
  const ratios = (flux: (star: (typeof bright)[number]) => number) =>
    Float64Array.from(bright, (star) => flux(star) / star.apertures[last]!).filter(Number.isFinite)
  const each = radiusArcsec.map((_, k) => ratios(({ apertures }) => apertures[k]!))
  const names = Object.keys(bright[0]!.others)
  return {
    radiusArcsec,
    share: each.map(median),
    scatter: each.map(madScatter),
    stars: bright.length,
    others: names.flatMap((name) => {
      const shares = ratios(({ others }) => others[name]!)
      return shares.length === 0 ? [] : [{ name, share: median(shares) }]
    }),
  }
}
