import type { BandRelation, CatalogDescription } from '../../catalog/description.js'
import type { StarColumn, StarColumns } from '../../catalog/stars.js'
import { DataError } from '../../errors.js'
import { bandMagAt, bandMagErrAt, colourOf } from './band-magnitude.js'

/** Why a star cannot serve as a standard, in the order of the tests. */
export const STANDARD_CUTS = [
  'missingMagnitude',
  'missingColour',
  'missingError',
  'outsideMagnitude',
  'faintBp',
  'outsideColour',
  'badExcess',
  'offLocus',
] as const
export type StandardCut = (typeof STANDARD_CUTS)[number]

/** Magnitudes of the catalogue's stars in the camera's band; all arrays have one entry per star. */
export interface StandardMagnitudes {
  /** NaN if `usable` is 0, so that a forgotten mask cannot pass unseen. */
  readonly refMag: Float64Array
  /**
   * Measurement errors of the catalogue carried through the curve; absent if the catalogue has no errors of the
   * colour.
   */
  readonly refMagErr?: Float64Array
  /** Expected scatter of stars about the relation at their colour [mag]; not part of refMagErr. */
  readonly refScatter: Float64Array
  /** In the relation's own index, NaN if missing. */
  readonly colour: Float64Array
  readonly usable: Uint8Array
  /** 0 usable, else 1 + the index in STANDARD_CUTS. */
  readonly cut: Uint8Array
  readonly cuts: Readonly<Record<StandardCut, number>>
}

/**
 * A colour outside the range by less than this many of its own errors may well lie inside: a sharp cut on a noisy
 * colour biases.
 */
const RANGE_SLACK = 2

/** Names of the columns that a set of stars has. */
export function columnsPresentIn(stars: StarColumns): Set<StarColumn> {
  return new Set(
    (Object.keys(stars) as (keyof StarColumns)[]).filter(
      (name): name is StarColumn => name !== 'epochYr' && stars[name] !== undefined,
    ),
  )
}

/** Linear between nodes, constant beyond the ends. */
export function interpolated(x: number, nodes: readonly number[], values: readonly number[]): number {
  if (!(x > nodes[0]!)) return values[0]!
  for (let i = 1; i < nodes.length; i++) {
    if (x <= nodes[i]!)
      return values[i - 1]! + ((values[i]! - values[i - 1]!) * (x - nodes[i - 1]!)) / (nodes[i]! - nodes[i - 1]!)
  }
  return values.at(-1)!
}

/**
 * The relation of a catalogue to the AB magnitude of a camera band.
 * Throws DataError if des-ab cannot be delivered: the band is refused or unknown for this release, or the catalogue
 * holds no BP (and RP).
 */
export function relationFor(
  description: CatalogDescription,
  band: string,
  columnsPresent: ReadonlySet<StarColumn>,
): BandRelation {
  const catalogAsIs = `\`--system catalog\` calibrates to the catalogue's own magnitude instead`
  const refused = description.refused[band]
  if (refused !== undefined)
    throw new DataError(
      'band-refused',
      `no AB magnitudes of band ${band} from ${description.title}: ${refused}; ${catalogAsIs}`,
    )
  const relation = description.relations[band]
  if (relation === undefined) {
    const bands = Object.keys(description.relations)
    const known = bands.length > 0 ? `it has relations for ${bands.join(', ')}` : 'it has no relation for any band'
    throw new DataError(
      'no-relation',
      `no relation from ${description.title} to band ${band} is known (${known}; one of ` +
        `another release must not be borrowed); ${catalogAsIs}`,
    )
  }
  const needed: StarColumn[] = needsRp(relation) ? ['bpMag', 'rpMag'] : ['bpMag']
  const missing = needed.filter((name) => !columnsPresent.has(name))
  if (missing.length > 0) {
    const names = missing.map((name) => (name === 'bpMag' ? 'BP' : 'RP')).join(' and ')
    throw new DataError(
      'no-colour',
      `AB magnitudes of band ${band} need star colours, but this copy of ${description.title} has no ` +
        `${names}: use a copy with BP and RP, or \`--system catalog\` to calibrate to its own magnitude as it is`,
    )
  }
  return relation
}

/** Whether a relation takes more than BP and G: stars without RP cannot serve it. */
function needsRp({ colour, secondColour, faintTerm }: BandRelation): boolean {
  return colour === 'bp-rp' || secondColour !== undefined || faintTerm?.of === 'rp'
}

/**
 * m_band = G + curve(colour) and the relation's further terms for each star, with the errors of G, BP and RP carried
 * through all of it. Colour and magnitude are taken exactly as published; a star without colour is dropped, and no
 * colour is clipped to the range.
 */
export function standardMagnitudes(
  stars: StarColumns,
  relation: BandRelation,
  { bpFaintLimitMag = Infinity }: { readonly bpFaintLimitMag?: number } = {},
): StandardMagnitudes {
  const n = stars.mag.length
  const refMag = new Float64Array(n).fill(NaN)
  const refMagErr = new Float64Array(n).fill(NaN)
  const refScatter = new Float64Array(n).fill(NaN)
  const colour = new Float64Array(n)
  const usable = new Uint8Array(n)
  const cut = new Uint8Array(n)
  const cuts = Object.fromEntries(STANDARD_CUTS.map((name) => [name, 0])) as Record<StandardCut, number>
  const fromRp = relation.colour === 'bp-rp'
  const withRp = needsRp(relation)
  const errorsKnown = stars.bpMagErr !== undefined && (!withRp || stars.rpMagErr !== undefined)
  for (let i = 0; i < n; i++) {
    const mag = stars.mag[i]!
    const bp = stars.bpMag?.[i] ?? NaN
    const rp = stars.rpMag?.[i] ?? NaN
    const c = colourOf(relation, mag, bp, rp)
    colour[i] = c
    const errors = { g: stars.magErr?.[i] ?? 0, bp: stars.bpMagErr?.[i] ?? 0, rp: stars.rpMagErr?.[i] ?? 0 }
    const error = bandMagErrAt(relation, { g: mag, bp, rp }, errors)
    const colourErr = Math.hypot(stars.bpMagErr?.[i] ?? 0, (fromRp ? stars.rpMagErr?.[i] : stars.magErr?.[i]) ?? 0)
    const excess = stars.bpRpExcess?.[i] ?? NaN
    const reason: StandardCut | undefined = !Number.isFinite(mag)
      ? 'missingMagnitude'
      : !Number.isFinite(c) || (withRp && !Number.isFinite(rp))
        ? 'missingColour'
        : errorsKnown && !Number.isFinite(error)
          ? 'missingError'
          : !(mag >= relation.magRange[0] && mag <= relation.magRange[1])
            ? 'outsideMagnitude'
            : !(bp <= bpFaintLimitMag)
              ? 'faintBp'
              : !(
                    c >= relation.colourRange[0] - RANGE_SLACK * colourErr &&
                    c <= relation.colourRange[1] + RANGE_SLACK * colourErr
                  )
                ? 'outsideColour'
                : isBadExcess(relation, excess, bp - rp)
                  ? 'badExcess'
                  : isOffLocus(relation, mag - rp, bp - rp)
                    ? 'offLocus'
                    : undefined
    if (reason !== undefined) {
      cut[i] = 1 + STANDARD_CUTS.indexOf(reason)
      cuts[reason]++
      continue
    }
    usable[i] = 1
    refMag[i] = bandMagAt(relation, mag, bp, rp)
    refMagErr[i] = error
    refScatter[i] = interpolated(c, relation.scatter.colour, relation.scatter.sigmaMag)
  }
  return { refMag, ...(errorsKnown ? { refMagErr } : {}), refScatter, colour, usable, cut, cuts }
}

function isBadExcess({ excessLimits }: BandRelation, excess: number, bpRp: number): boolean {
  if (excessLimits === undefined || !Number.isFinite(excess) || !Number.isFinite(bpRp)) return false
  const { low, high } = excessLimits
  return !(excess > low[0] + low[1] * bpRp * bpRp && excess < high[0] + high[1] * bpRp * bpRp)
}

function isOffLocus({ locus }: BandRelation, gRp: number, bpRp: number): boolean {
  if (locus === undefined || !Number.isFinite(gRp)) return false
  return !(Math.abs(gRp - locus.slope * (bpRp + locus.shift)) < locus.width)
}

/** What is known of the field's dust; `bpRp` is the typical colour of its stars. */
interface FieldDust {
  readonly ebv?: number
  readonly galacticLatitudeDeg?: number
  readonly bpRp?: number
}

/** Typical E(B-V) at a galactic latitude: a plane layer of 0.04 / sin|b|, at most 2. */
export const reddeningOf = (galacticLatitudeDeg: number): number =>
  Math.min(2, 0.04 / Math.abs(Math.sin((galacticLatitudeDeg * Math.PI) / 180)))

/**
 * One-sigma error of a relation's level [mag]: its own, and in quadrature what dust adds where stars leave the locus.
 * E(B-V) is taken as given, else from the latitude; without either the relation's own error.
 * Without a typical colour the root mean square over all colours stands for it.
 */
export function systematicErrOf(relation: BandRelation, { ebv, galacticLatitudeDeg, bpRp }: FieldDust = {}): number {
  const dust = relation.systematicPerEbv
  const reddening = ebv ?? (galacticLatitudeDeg === undefined ? 0 : reddeningOf(galacticLatitudeDeg))
  if (dust === undefined || !(reddening > 0)) return relation.systematicErrMag
  const perEbv =
    bpRp === undefined
      ? Math.sqrt(dust.magPerEbv.reduce((sum, value) => sum + value * value, 0) / dust.magPerEbv.length)
      : interpolated(bpRp, dust.bpRp, dust.magPerEbv.map(Math.abs))
  return Math.hypot(relation.systematicErrMag, perEbv * reddening)
}
