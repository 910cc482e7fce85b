import type { Catalog } from '../../catalog/catalog.js'
import type { CombinedCatalog } from '../../catalog/combined.js'
import { readEach } from '../../catalog/read/read-each.js'
import type { StarColumns } from '../../catalog/stars.js'
import { CommandError } from '../../errors.js'
import type { CellRanges } from '../../healpix/index.js'
import { galacticLatitudeDeg } from '../../math/galactic.js'
import type { PhotometricSystem } from '../result.js'
import { systematicErrOf } from '../system/colour-relation.js'
import { standardsOf, standardSystem, type StandardSystem } from '../system/standards.js'
import { withTypicalErrors } from '../system/typical-errors.js'
import type { CombinedReferences, PlacedCatalog } from './catalog-share.js'
import { combinedStandards, sharedStarsOf, type CatalogStandards } from './combined-standards.js'
import { catalogLevels } from './levels.js'
import { bandsInCommon } from './one-colour.js'
import { starUnion, type StarUnion } from './star-union.js'

/** One field that references are wanted for. */
interface Field {
  readonly band: string
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly footprint: CellRanges
}

/** The stars of a field by several catalogues. */
export interface CombinedStars {
  readonly catalog: Pick<Catalog, 'name' | 'description' | 'columns'>
  readonly stars: StarColumns
  readonly references: CombinedReferences
}

interface Part {
  readonly catalog: Catalog
  readonly standard: StandardSystem & { readonly relation: NonNullable<StandardSystem['relation']> }
}

/**
 * The stars of each field from all catalogues that can give the band: each star once, its magnitude the mean of what
 * they say on the level that they have in common. Levels and scatters are found from the shared stars of all fields
 * together, so that a field which only the second catalogue covers is on the same level as one that both cover.
 *
 * @param fields of one band
 * @returns one per field: an Error if a catalogue cannot be read there
 * @throws DataError if no catalogue can give the band; CommandError for a system without relations
 */
export async function combinedStars(
  fields: readonly Field[],
  { parts: catalogs, name }: CombinedCatalog,
  system: PhotometricSystem,
): Promise<(CombinedStars | Error)[]> {
  if (system === 'catalog')
    throw new CommandError(
      'system-of-several',
      "the catalogues' own magnitudes are of different bands and cannot be combined",
      { option: '--system catalog', expected: 'one --catalog, or another system' },
    )
  const { parts, left } = partsFor(catalogs, system, fields[0]!.band)
  const read: (readonly (StarColumns | Error)[])[] = []
  for (const { catalog } of parts)
    read.push(
      await readEach(
        catalog,
        fields.map(({ footprint }) => footprint),
      ),
    )
  const unions = fields.map((_, f) => {
    const lists = read.map((ofPart) => ofPart[f]!)
    const failed = lists.find((list): list is Error => list instanceof Error)
    return (
      failed ?? standardsOfUnion(starUnion(lists as readonly StarColumns[]), lists as readonly StarColumns[], parts)
    )
  })
  const sound = unions.filter((union): union is FieldStandards => !(union instanceof Error))
  const systematic = systematicErrors(parts, fields)
  const levels = catalogLevels(sharedStarsOf(sound.map(({ standards }) => standards)), systematic)
  const placed = parts.map(({ catalog, standard }, k): PlacedCatalog => ({
    catalog: catalog.name,
    relation: standard.label,
    systematicErrMag: systematic[k]!,
    ...levels.catalogs[k]!,
  }))
  const { description, columns } = parts[0]!.catalog
  return unions.map((union) =>
    union instanceof Error
      ? union
      : {
          catalog: { name, description, columns },
          stars: union.union.stars,
          references: {
            ...combinedStandards(union.standards, levels.catalogs),
            ...{ catalogs: placed, left, ofFirst: Uint8Array.from(union.union.rows[0]!, (row) => Number(row >= 0)) },
            bandsInCommon: bandsInCommon(parts.map(({ catalog }) => catalog)),
            systematicErrMag: levels.systematicErrMag,
            offsetCovariance: levels.offsetCovariance,
          },
        },
  )
}

/** The catalogues that can give the band, and the reasons of the others; throws the first reason if none can. */
function partsFor(catalogs: readonly Catalog[], system: PhotometricSystem, band: string) {
  const parts: Part[] = []
  const left: { catalog: string; reason: string }[] = []
  let first: unknown
  for (const catalog of catalogs) {
    try {
      const standard = standardSystem(system, catalog.description, band, catalog.columns)
      parts.push({ catalog, standard: standard as Part['standard'] })
    } catch (error) {
      first ??= error
      left.push({ catalog: catalog.name, reason: (error as Error).message })
    }
  }
  if (parts.length === 0) throw first
  return { parts, left }
}

interface FieldStandards {
  readonly union: StarUnion
  readonly standards: readonly CatalogStandards[]
}

const standardsOfUnion = (union: StarUnion, lists: readonly StarColumns[], parts: readonly Part[]): FieldStandards => ({
  union,
  standards: parts.map(({ catalog, standard }, k) => ({
    standards: standardsOf(withTypicalErrors(lists[k]!, catalog.description), standard, catalog.description),
    rows: union.rows[k]!,
  })),
})

/** One sigma of each catalogue's level, at the latitude of the fields where dust does most. */
function systematicErrors(parts: readonly Part[], fields: readonly Field[]): number[] {
  const latitudes = fields.map(({ centre }) => galacticLatitudeDeg(centre.raDeg, centre.decDeg))
  const lowest = latitudes.reduce((low, latitude) => (Math.abs(latitude) < Math.abs(low) ? latitude : low))
  return parts.map(({ standard }) => systematicErrOf(standard.relation, { galacticLatitudeDeg: lowest }))
}
