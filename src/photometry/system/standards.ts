import { bandLike, ownBand, type BandRelation, type CatalogDescription } from '../../catalog/description.js'
import { errorColumnOf, type MagnitudeColumn, type StarColumn, type StarColumns } from '../../catalog/stars.js'
import { namedFilter } from '../../camera/filter-names.js'
import {
  bandInSystem,
  SYSTEM_FACTS,
  systemsWith,
  type PhotometricSystem,
  type RelationSystem,
} from '../../camera/photometric-systems.js'
import { DataError } from '../../errors.js'
import { relationFor, standardMagnitudes, STANDARD_CUTS, type StandardMagnitudes } from './colour-relation.js'

/** How the catalogue's magnitudes become standards of the chosen system. */
export interface StandardSystem {
  readonly system: PhotometricSystem
  readonly magnitudes: 'AB' | 'Vega'
  /** For people and provenance: catalogue, release and band of the relation, or the magnitude taken as it is. */
  readonly label: string
  /** The system's own level error [mag]; null if the catalogue's magnitude defines it. */
  readonly relation: BandRelation | null
  /** The magnitude that is taken as it is, if there is no relation. */
  readonly column: MagnitudeColumn
  /** The catalogue's band, if that magnitude is of another band than the camera's. */
  readonly otherBand?: string
  /** Scatter that stars are expected to show about the standard [mag]. */
  readonly expectedScatterMag: number
}

/** The camera's band is not the catalogue's: field stars' colours spread the difference by some 0.1 mag. */
const SCATTER_WITHOUT_COLOUR_TERM_MAG = 0.1
/** PS1's, SDSS's and DES's bands of one letter differ by 0.07 to 0.25 mag from blue dwarfs to red ones. */
const SCATTER_OF_LIKE_BANDS_MAG = 0.05

/**
 * The system of a run, settled before any star is read.
 *
 * @throws DataError if the system cannot be delivered from this catalogue, with a sentence that names the choice
 */
export function standardSystem(
  system: PhotometricSystem,
  description: CatalogDescription,
  band: string,
  columns: ReadonlySet<StarColumn>,
): StandardSystem {
  if (system === 'catalog') {
    const like = bandLike(description.bands, band)
    const isLike = like !== undefined && columns.has(like.of.column)
    const own = ownBand(description.bands)
    const { name, of } = isLike ? like : { name: own, of: description.bands[own]! }
    return {
      system,
      magnitudes: of.magnitudes,
      label: `${description.name} ${of.system} ${name} (${of.magnitudes}) magnitude as it is`,
      relation: null,
      column: of.column,
      ...(isLike ? {} : { otherBand: name }),
      expectedScatterMag: isLike ? SCATTER_OF_LIKE_BANDS_MAG : SCATTER_WITHOUT_COLOUR_TERM_MAG,
    }
  }
  const { title, magnitudes } = SYSTEM_FACTS[system]
  const ofSystem = systemBand(system, band)
  const relation = relationFor(description, system, ofSystem, columns)
  const scale = system === 'des-ab' ? '' : ` (${magnitudes})`
  const label = `${description.name} to ${title} ${ofSystem}${scale}`
  return { system, magnitudes, label, relation, column: 'mag', expectedScatterMag: 0.02 }
}

/** The system's band that a camera's band leads to. Throws DataError for a name that is none, or of another kind. */
function systemBand(system: RelationSystem, band: string): string {
  const catalogAsIs = "`--system catalog` calibrates to the catalogue's own magnitude instead"
  const { bands } = SYSTEM_FACTS[system]
  const filter = namedFilter(band)
  // Gaia's own bands are no filters of a camera, but may be asked for.
  if (filter === undefined && system === 'gaia-vega' && bands.includes(band)) return band
  if (filter === undefined) {
    throw new DataError(
      'unknown-filter',
      `'${band}' is no band that is known: write u, g, r, i, z or Y, or a name such as 'SDSS i'; ${catalogAsIs}`,
    )
  }
  const ofSystem = bandInSystem(system, filter)
  if (ofSystem !== undefined) return ofSystem
  const others = systemsWith(filter)
  const made = others.length === 0 ? '' : `\`--system ${others.join('\` or \`--system ')}\` has that band; `
  const kind = filter.system === 'unnamed' ? `u to Y of some camera` : `a ${filter.system} filter`
  throw new DataError(
    'no-relation',
    `${band} is ${kind}, to which there is no relation: ${system} has ${bands.join(', ')}; ${made}${catalogAsIs}`,
  )
}

/** Standard magnitudes of the stars in the chosen system; NaN with a named cut if a star cannot serve. */
export function standardsOf(
  stars: StarColumns,
  { relation, column, expectedScatterMag }: StandardSystem,
  description: CatalogDescription,
): StandardMagnitudes {
  if (relation !== null) {
    return standardMagnitudes(
      stars,
      relation,
      description.bpFaintLimitMag === undefined ? {} : { bpFaintLimitMag: description.bpFaintLimitMag },
    )
  }
  const refMag = stars[column]!
  const refMagErr = stars[errorColumnOf(column)]
  const n = refMag.length
  const usable = new Uint8Array(n)
  const cut = new Uint8Array(n)
  let missing = 0
  for (let i = 0; i < n; i++) {
    if (Number.isFinite(refMag[i]!)) usable[i] = 1
    else {
      cut[i] = 1 + STANDARD_CUTS.indexOf('missingMagnitude')
      missing++
    }
  }
  return {
    refMag,
    ...(refMagErr ? { refMagErr: refMagErr.map((error) => (Number.isFinite(error) ? error : 0)) } : {}),
    refScatter: new Float64Array(n).fill(expectedScatterMag),
    colour:
      stars.bpMag && stars.rpMag ? stars.bpMag.map((bp, i) => bp - stars.rpMag![i]!) : new Float64Array(n).fill(NaN),
    usable,
    evidence: Float64Array.from(usable),
    cut,
    cuts: {
      ...(Object.fromEntries(STANDARD_CUTS.map((name) => [name, 0])) as StandardMagnitudes['cuts']),
      missingMagnitude: missing,
    },
  }
}
