import type { CatalogDescription } from '../../catalog/description.js'
import { bandsRead, colourBands, type BandRelation, type SystemRelations } from '../../catalog/relation.js'
import type { RelationSystem } from '../../camera/photometric-systems.js'
import { errorColumnOf, type StarColumn, type StarColumns } from '../../catalog/stars.js'
import { DataError } from '../../errors.js'
import { evidenceAbove, evidenceAt } from './colour-range.js'
import { bandMagAt, bandMagErrOf, bandsOf, colourOf, partsOf, type StarMags } from './band-magnitude.js'

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
  /**
   * Part of the star's evidence that counts: 1, less towards the ends of the relation's colours and the faint limit of
   * BP, 0 if not usable.
   */
  readonly evidence: Float64Array
  /** 0 usable, else 1 + the index in STANDARD_CUTS. */
  readonly cut: Uint8Array
  readonly cuts: Readonly<Record<StandardCut, number>>
}

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

/** How magnitudes of a system are called in sentences. */
const MAGNITUDES_OF: Readonly<Record<RelationSystem, string>> = {
  'des-ab': 'AB magnitudes',
  'ps1-ab': 'PS1 AB magnitudes',
  sdss: 'SDSS magnitudes',
  'johnson-cousins-vega': 'Johnson-Cousins Vega magnitudes',
  'gaia-vega': 'Gaia Vega magnitudes',
}

/**
 * The relation of a catalogue to the magnitude of a camera band in a system.
 * Throws DataError if the system cannot be delivered: the band is refused or unknown for this release, or the catalogue
 * lacks a magnitude that the relation reads, as BP (and RP).
 */
export function relationFor(
  description: CatalogDescription,
  system: RelationSystem,
  band: string,
  columnsPresent: ReadonlySet<StarColumn>,
): BandRelation {
  const catalogAsIs = `\`--system catalog\` calibrates to the catalogue's own magnitude instead`
  const magnitudes = MAGNITUDES_OF[system]
  const { relations, refused: reasons } = system === 'des-ab' ? description : (description.systems?.[system] ?? NONE)
  const refused = reasons[band]
  if (refused !== undefined)
    throw new DataError(
      'band-refused',
      `no ${magnitudes} of band ${band} from ${description.title}: ${refused}; ${catalogAsIs}`,
    )
  const relation = relations[band]
  if (relation === undefined) {
    const bands = Object.keys(relations)
    const known = bands.length > 0 ? `it has relations for ${bands.join(', ')}` : 'it has no relation for any band'
    const ofSystem = system === 'des-ab' ? '' : ` of ${system}`
    throw new DataError(
      'no-relation',
      `no relation from ${description.title} to band ${band}${ofSystem} is known (${known}; one of ` +
        `another release must not be borrowed); ${catalogAsIs}`,
    )
  }
  refuseMissing(relation, `${magnitudes} of band ${band}`, description.title, columnsPresent)
  return relation
}

const NONE: SystemRelations = { relations: {}, refused: {} }

/** The bands that a relation reads and a copy of the catalogue does not have; every store has the own magnitude. */
export const missingBands = (relation: BandRelation, columnsPresent: ReadonlySet<StarColumn>): string[] =>
  bandsRead(relation).filter((band) => {
    const { column } = relation.bands[band]!
    return column !== 'mag' && !columnsPresent.has(column)
  })

/** Throws DataError if a copy of the catalogue lacks a magnitude that the relation reads. */
function refuseMissing(
  relation: BandRelation,
  magnitudes: string,
  title: string,
  columnsPresent: ReadonlySet<StarColumn>,
): void {
  const missing = missingBands(relation, columnsPresent)
  if (missing.length === 0) return
  const isMissing = (band: string) => missing.includes(band)
  const read = bandsRead(relation)
  const named = (bands: readonly string[]) => bands.map((band) => GAIA_NAMES[band] ?? band).join(' and ')
  const need = isMissing(relation.base) ? 'magnitudes of single bands' : 'star colours'
  throw new DataError(
    'no-colour',
    `${magnitudes} need ${need}, but this copy of ${title} has no ${named(missing)}: use a copy with ` +
      `${named(read.filter((band) => band !== relation.base || isMissing(band)))}, or \`--system catalog\` to ` +
      'calibrate to its own magnitude as it is',
  )
}
const GAIA_NAMES: Readonly<Record<string, string>> = { bp: 'BP', rp: 'RP' }

/** The magnitudes of stars that a relation reads, and those of its colour if the colour is optional. */
export function relationColumns(stars: StarColumns, relation: BandRelation): StarMags {
  const bands = bandsOf(relation)
  return partsOf(relation, (band) => (bands.includes(band) ? stars[relation.bands[band]!.column] : undefined))
}

/** Errors of the stars' magnitudes in the order of `bandsOf`; undefined for those that the catalogue does not have. */
export const errorColumns = (stars: StarColumns, relation: BandRelation): (Float64Array | undefined)[] =>
  bandsOf(relation).map((band) => stars[errorColumnOf(relation.bands[band]!.column)])

/**
 * m_band = base + curve(colour) and the relation's further terms for each star, with the errors of all magnitudes
 * carried through all of it. Colour and magnitude are taken exactly as published; a star without colour is dropped, and
 * no colour is clipped to the range.
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
  const evidence = new Float64Array(n)
  const cut = new Uint8Array(n)
  const cuts = Object.fromEntries(STANDARD_CUTS.map((name) => [name, 0])) as Record<StandardCut, number>
  const mags = relationColumns(stars, relation)
  const errors = errorColumns(stars, relation)
  const bands = bandsOf(relation)
  const needed = bandsRead(relation)
  const others = needed.slice(1)
  const otherMags = others.map((band) => stars[relation.bands[band]!.column])
  const hasErrors = (band: string) => errors[bands.indexOf(band)] !== undefined
  const errorsKnown = (others.length > 0 ? others : needed).every(hasErrors)
  const [blueBand, redBand] = colourBands(relation)
  const [blueErr, redErr] = [errors[bands.indexOf(blueBand)], errors[bands.indexOf(redBand)]]
  const errorOf = bandMagErrOf(relation, (k, row) => errors[k]?.[row] ?? 0)
  const readsBp = needed.includes('bp')
  const isNoNeed = (c: number) => Number.isNaN(c) && !needed.includes(blueBand)
  for (let i = 0; i < n; i++) {
    const mag = mags.base?.[i] ?? NaN
    const bp = mags.bp?.[i] ?? NaN
    const rp = stars.rpMag?.[i] ?? NaN
    const c = colourOf(mags, i)
    colour[i] = c
    const error = errorOf(mags, i)
    const colourErr = Math.hypot(blueErr?.[i] ?? 0, redErr?.[i] ?? 0)
    const byColour = isNoNeed(c) ? 1 : evidenceAt(c, colourErr, relation)
    const byBp = readsBp ? evidenceAbove(bpFaintLimitMag, bp) : 1
    const excess = stars.bpRpExcess?.[i] ?? NaN
    const reason: StandardCut | undefined = !Number.isFinite(mag)
      ? 'missingMagnitude'
      : otherMags.some((column) => !Number.isFinite(column?.[i]))
        ? 'missingColour'
        : errorsKnown && !Number.isFinite(error)
          ? 'missingError'
          : !(mag >= relation.magRange[0] && mag <= relation.magRange[1])
            ? 'outsideMagnitude'
            : byBp === 0
              ? 'faintBp'
              : byColour === 0
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
    evidence[i] = byColour * byBp
    refMag[i] = bandMagAt(relation, mags, i)
    refMagErr[i] = error
    refScatter[i] = interpolated(c, relation.scatter.colour, relation.scatter.sigmaMag)
  }
  return { refMag, ...(errorsKnown ? { refMagErr } : {}), refScatter, colour, usable, evidence, cut, cuts }
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
 * E(B-V) is taken as given, else from the latitude; without either the relation's own error. Without a typical colour
 * the root mean square over all colours is used.
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
