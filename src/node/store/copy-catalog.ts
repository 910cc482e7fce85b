import { copyInputs, coveredPart } from '../../catalog/build/copy-inputs.js'
import type { Catalog } from '../../catalog/catalog.js'
import type { QueryColumn } from '../../catalog/region/query.js'
import { InputError } from '../../errors.js'
import { rangesAreaSqDeg, type CellRanges } from '../../healpix/index.js'
import { buildCatalogDirectory, type DirectoryBuildOptions } from './catalog-build.js'

/**
 * Copies the stars of a region of a catalogue, local or remote, into a new catalogue of this machine: with its release
 * and epoch, and a coverage that is the region's part of the source's, so that what is not covered stays so. It
 * streams, is put in place whole, and goes on where it was interrupted.
 *
 * @throws InputError if the catalogue covers no part of the region, or as `buildCatalogDirectory` does
 */
export async function copyCatalogDirectory(
  catalog: Catalog,
  cells: CellRanges,
  columns: readonly QueryColumn[],
  to: string,
  options: Pick<DirectoryBuildOptions, 'force' | 'onProgress' | 'onNote' | 'source'> = {},
) {
  const coverage = coveredPart(cells, catalog.coverage)
  if (coverage.ranges.length === 0) {
    const found = `${rangesAreaSqDeg(catalog.coverage).toFixed(3)} sq deg elsewhere`
    throw new InputError('not-covered', 'the catalogue covers no part of the region', {
      file: catalog.location,
      found,
      expected: `some of ${rangesAreaSqDeg(cells).toFixed(3)} sq deg`,
    })
  }
  const required = columns.map(({ name }) => name)
  const { name: release, description, doubles, stored } = catalog
  const kept = {
    release,
    descriptions: [description],
    ...(catalog.carriesDescription === true ? { embedDescription: true } : {}),
    coverage,
    columns: ['basic', ...required],
    doubles,
    precision: stored?.precision ?? 'exact',
  }
  return buildCatalogDirectory(copyInputs(catalog, cells, columns), to, { ...options, ...kept })
}
