import type { MagnitudeColumn } from './stars.js'

/** A band of a catalogue: the column of a store that holds it, and what its magnitudes are. */
export interface CatalogBand {
  readonly column: MagnitudeColumn
  /** `gaia`, `ps1`, `des`, `sdss`, `2mass`, ... */
  readonly system: string
  readonly magnitudes: 'AB' | 'Vega'
}

/** The bands of a catalogue by the names that people write, as `g`, `Y`, `V`; `G`, `bp`, `rp` are Gaia's. */
export type CatalogBands = Readonly<Record<string, CatalogBand>>

/**
 * A relation from the catalogue's magnitudes to one band of a system:
 * m_band = base + curve(colour) + the terms of `secondColour`, `faintTerm`, `fluxOffsetNJy` and `magnitudeTerm` if it
 * has them, with every magnitude exactly as the catalogue publishes it.
 */
export interface BandRelation {
  /**
   * Release and magnitude state that the relation was fitted to; another release's relation is refused when the
   * description is read.
   */
  readonly fittedTo: { readonly release: string; readonly magnitudeState: string }
  /** The band that the curve is added to; a description may leave it out for the band of the own magnitude. */
  readonly base: string
  /** The bands of the description, which it puts in when it is read. */
  readonly bands: CatalogBands
  /** Two bands, `bp-rp`: the first minus the second. A constant does not need it: stars without a colour are used. */
  readonly colour: string
  /**
   * `polynomial`: sum k_n (colour - pivot)^n. `broken-line`: k_0 + slope (colour - pivot), slope k_1 at or below the
   * pivot and k_2 above. `spline`: the natural cubic spline through `nodes` and `values`, which are magnitudes, or of
   * `in: flux` factors s of the flux, so that the curve is -2.5 log10 s.
   */
  readonly curve: 'polynomial' | 'broken-line' | 'spline'
  /** Of a polynomial and of a broken line; a spline has 0 and none, put in when it is read. */
  readonly pivot: number
  readonly coefficients: readonly number[]
  readonly spline?: SplineTerm
  /**
   * Adds coefficient ((G - RP) - slope (BP - RP + shift)) [mag]: how far the star lies off the locus of Kent (2018) in
   * a second colour, which tells the red bands what BP - RP cannot.
   */
  readonly secondColour?: { readonly coefficient: number; readonly slope: number; readonly shift: number }
  /**
   * Adds coefficient 10^(0.4 (m - atMag)) [mag], m = BP or RP: what a constant flux, lacking in the published one,
   * makes of faint stars.
   * Held at its value at the faint limit of `magRange` beyond it.
   */
  readonly faintTerm?: { readonly of: 'bp' | 'rp'; readonly coefficient: number; readonly atMag: number }
  /** Taken from the flux that the curve gives [nJy]. */
  readonly fluxOffsetNJy?: number
  /**
   * A spline of the magnitude that all of this gives, added to it, for a catalogue that is not linear; held at its ends
   * beyond its nodes.
   */
  readonly magnitudeTerm?: SplineTerm
  /**
   * A star outside by twice the error of its colour counts by half, 0.05 mag further not at all; the colour is never
   * clipped to it.
   */
  readonly colourRange: readonly [number, number]
  /** No star outside is used, however large its colour's error: the relation leads far off there. */
  readonly sharpRange?: boolean
  /** Intrinsic scatter about the relation: colours and sigma [mag] at them, linear between. */
  readonly scatter: { readonly colour: readonly number[]; readonly sigmaMag: readonly number[] }
  /** One-sigma uncertainty of the relation's level [mag]. */
  readonly systematicErrMag: number
  /**
   * Error that dust adds [mag per mag of E(B-V)] at colours BP - RP, linear between: reddened stars leave the locus of
   * the relation.
   */
  readonly systematicPerEbv?: { readonly bpRp: readonly number[]; readonly magPerEbv: readonly number[] }
  /** `lower`: usable, but not to be trusted as the other bands are. */
  readonly grade: 'full' | 'lower'
  /**
   * Limits of the BP/RP flux excess factor, low_0 + low_1 (BP-RP)^2 < excess < high_0 + high_1 (BP-RP)^2; applied
   * if the column exists.
   */
  readonly excessLimits?: { readonly low: readonly [number, number]; readonly high: readonly [number, number] }
  /** Stellar locus: |(G - RP) - slope (BP - RP + shift)| < width; applied if RP exists. */
  readonly locus?: { readonly slope: number; readonly shift: number; readonly width: number }
  /** Further limits of the base magnitude: [bright, faint]. */
  readonly magRange: readonly [number, number]
  /** Paper, page or file that the numbers come from. */
  readonly source: string
}

/** A natural cubic spline as data: magnitudes at nodes, or factors of the flux. */
export interface SplineTerm {
  readonly in: 'mag' | 'flux'
  readonly nodes: readonly number[]
  readonly values: readonly number[]
}

/** The relations to one system, by band of the camera, and the bands that are refused, with the reason. */
export interface SystemRelations {
  readonly relations: Readonly<Record<string, BandRelation>>
  readonly refused: Readonly<Record<string, string>>
}

/** The two bands of a relation's colour, the bluer first. */
export function colourBands({ colour }: Pick<BandRelation, 'colour'>): readonly [blue: string, red: string] {
  const known = COLOUR_BANDS.get(colour)
  if (known !== undefined) return known
  const [blue = '', red = ''] = colour.split('-')
  const bands = [blue, red] as const
  COLOUR_BANDS.set(colour, bands)
  return bands
}
const COLOUR_BANDS = new Map<string, readonly [string, string]>()

/** The bands that a relation has need of, the base first; a constant has none of its colour. */
export function bandsRead(relation: BandRelation): string[] {
  const { base, curve, coefficients, secondColour, faintTerm } = relation
  const isConstant = curve === 'polynomial' && coefficients.length === 1
  const ofTerms = [...(secondColour === undefined ? [] : ['G', 'bp', 'rp']), ...(faintTerm ? [faintTerm.of] : [])]
  return [...new Set([base, ...(isConstant ? [] : colourBands(relation)), ...ofTerms])]
}
