import type { CellRanges } from '../healpix/index.js'
import type { Catalog } from './catalog.js'
import type { StarColumns } from './stars.js'

/**
 * The stars of each footprint, as `catalog.read` gives them, in one read of the catalogue where it can; where that fails, or it cannot, one after the
 * other, so that damage in one place is the failure of the footprints that lie there and of no other.
 */
export async function readEach(catalog: Catalog, footprints: readonly CellRanges[]): Promise<(StarColumns | Error)[]> {
  if (footprints.length > 1 && catalog.readEach) {
    const together = await catalog.readEach(footprints).catch(() => undefined)
    if (together) return together
  }
  const each: (StarColumns | Error)[] = []
  for (const footprint of footprints) each.push(await catalog.read(footprint).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))))
  return each
}
