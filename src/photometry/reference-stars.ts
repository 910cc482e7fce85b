import type { Catalog } from '../catalog/catalog.js'
import { isCombined, type CombinedCatalog } from '../catalog/combined.js'
import { readEach } from '../catalog/read/read-each.js'
import type { StarColumns } from '../catalog/stars.js'
import { DataError } from '../errors.js'
import type { CcdCorners } from '../exposure/catalogue-list.js'
import { refuseSkewed } from '../exposure/ccd-place.js'
import { ccdFootprint, FOOTPRINT_MARGIN_ARCSEC } from '../exposure/footprint.js'
import { rangesAreaSqDeg, type CellRanges } from '../healpix/index.js'
import type { CombinedReferences } from './references/catalog-share.js'
import type { PhotometricSystem } from './result.js'
import { standardSystem } from './system/standards.js'

export const DEFAULT_SYSTEM: PhotometricSystem = 'des-ab'

/** Fraction of a footprint that the catalogue may lack. */
const TOLERATED_MISSING_FRACTION = 0.01

/** The reference stars of one CCD: plain data, so that they can pass to another thread. */
export interface ReferenceStars {
  readonly catalog: Pick<Catalog, 'name' | 'description' | 'columns'>
  readonly stars: StarColumns
  /** Area of the footprint that the stars were read for. */
  readonly areaSqDeg: number
  /** If several catalogues give them. */
  readonly references?: CombinedReferences
}

/** Where a CCD lies on the sky; `place` is the list and its line that say so, for messages. */
interface CcdFootprint {
  readonly ccd: number
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly corners: CcdCorners
  readonly place?: { readonly file: string; readonly line?: number }
}

/**
 * The reference stars of each CCD, in one read of the catalogue; or why it has none: a DataError if the catalogue does
 * not cover the CCD or cannot deliver the photometric system, an InputError if it cannot be read there.
 */
export async function referenceStars(
  ccds: readonly (CcdFootprint & { readonly band: string })[],
  catalog: Catalog,
  system: PhotometricSystem = DEFAULT_SYSTEM,
): Promise<(ReferenceStars | Error)[]> {
  if (isCombined(catalog)) return ofSeveral(ccds, catalog, system)
  const footprints = ccds.map((ccd) =>
    attempt(() => {
      standardSystem(system, catalog.description, ccd.band, catalog.columns)
      return coveredFootprint(ccd, catalog)
    }),
  )
  const { name, description, columns } = catalog
  const read = (
    await readEach(
      catalog,
      footprints.filter((footprint): footprint is CellRanges => !(footprint instanceof Error)),
    )
  ).values()
  return footprints.map((footprint) => {
    if (footprint instanceof Error) return footprint
    const stars = read.next().value!
    return stars instanceof Error
      ? stars
      : { catalog: { name, description, columns }, stars, areaSqDeg: rangesAreaSqDeg(footprint) }
  })
}

/** From the first catalogue that covers each CCD, or from all catalogues together. */
async function ofSeveral(
  ccds: readonly (CcdFootprint & { readonly band: string })[],
  catalog: CombinedCatalog,
  system: PhotometricSystem,
): Promise<(ReferenceStars | Error)[]> {
  const footprints = ccds.map((ccd): CellRanges | Error => attempt(() => coveredFootprint(ccd, catalog)))
  const found: (ReferenceStars | Error)[] = footprints.map((footprint) =>
    footprint instanceof Error ? footprint : new Error('not read'),
  )
  const bands = [...new Set(ccds.map(({ band }) => band))]
  if (catalog.combination === 'priority') {
    const chosen = ccds.map((ccd) => catalog.parts.find((part) => covers(part, ccd, system)) ?? catalog.parts[0]!)
    for (const part of catalog.parts) {
      const rows = chosen.flatMap((choice, k) => (choice === part && !(footprints[k] instanceof Error) ? [k] : []))
      if (rows.length === 0) continue
      const stars = await referenceStars(
        rows.map((k) => ccds[k]!),
        part,
        system,
      )
      rows.forEach((k, i) => (found[k] = stars[i]!))
    }
    return found
  }
  const { combinedStars } = await import('./references/several.js')
  for (const band of bands) {
    const rows = ccds.flatMap((ccd, k) => (ccd.band === band && !(footprints[k] instanceof Error) ? [k] : []))
    if (rows.length === 0) continue
    const fields = rows.map((k) => ({ band, centre: ccds[k]!.centre, footprint: footprints[k] as CellRanges }))
    const combined = await combinedStars(fields, catalog, system).catch((error: Error) => rows.map(() => error))
    rows.forEach((k, i) => {
      const stars = combined[i]!
      found[k] = stars instanceof Error ? stars : { ...stars, areaSqDeg: rangesAreaSqDeg(footprints[k] as CellRanges) }
    })
  }
  return found
}

/** Whether a catalogue covers a CCD, and can give its band. */
const covers = (part: Catalog, ccd: CcdFootprint & { readonly band: string }, system: PhotometricSystem): boolean =>
  !(
    attempt(() => {
      standardSystem(system, part.description, ccd.band, part.columns)
      return coveredFootprint(ccd, part)
    }) instanceof Error
  )

function attempt<T>(work: () => T): T | Error {
  try {
    return work()
  } catch (error) {
    return error as Error
  }
}

/** The stars of the CCD at this index, once they are read. Throws the reason if it has none. */
export async function starsOf(
  reading: Promise<readonly (ReferenceStars | Error)[]>,
  index: number,
): Promise<ReferenceStars> {
  const stars = (await reading)[index]!
  if (stars instanceof Error) throw stars
  return stars
}

/** The footprint of a CCD. Throws DataError if the catalogue does not cover it. */
function coveredFootprint({ ccd, corners, place }: CcdFootprint, catalog: Catalog): CellRanges {
  const footprint = ccdFootprint(corners, FOOTPRINT_MARGIN_ARCSEC, place)
  refuseSkewed(corners, place ?? {})
  const missingSqDeg = catalog.missingSqDeg(footprint)
  const areaSqDeg = rangesAreaSqDeg(footprint)
  if (missingSqDeg <= TOLERATED_MISSING_FRACTION * areaSqDeg) return footprint
  throw new DataError(
    'not-covered',
    `the catalogue does not cover CCD ${ccd}: copy that region into it or choose another with --catalog`,
    {
      file: catalog.location,
      found: `${missingSqDeg.toFixed(4)} sq deg of the footprint missing`,
      expected:
        `at most ${(TOLERATED_MISSING_FRACTION * areaSqDeg).toFixed(4)} of ${areaSqDeg.toFixed(4)} ` +
        `sq deg${place ? ` (${place.file}${place.line === undefined ? '' : `, line ${place.line}`})` : ''}`,
    },
  )
}
