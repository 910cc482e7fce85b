import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bandMagAt } from '../../src/photometry/system/band-magnitude.js'
import { relationColumns } from '../../src/photometry/system/colour-relation.js'
import { fitRelation } from '../../src/relation-fit/fit-relation.js'
import { judged } from '../../src/relation-fit/judge.js'
import { relationsTo, templateOf } from '../../src/relation-fit/template.js'
import { describeCatalogue, shared } from '../simulate/describe-catalogue.js'
import { tileStars, type TruthOf } from '../support/tile-stars.js'
import type { Tile } from '../support/tiles.js'

// The stars that the relations of the package were fitted to stay outside this repository.
const FITS: readonly (readonly [release: string, system: TruthOf, tiles: readonly Tile[]])[] = [
  ['gaia_dr3', 'des-ab', [147267, 147175]],
  ['gaia_dr3', 'ps1-ab', [147267, 229670]],
  ['gaia_dr3', 'sdss', [229670]],
  ['gaia_dr2', 'des-ab', [189584]],
  ['gaia_dr2', 'ps1-ab', [189584]],
]
const cases = FITS.flatMap(([release, system, tiles]) =>
  Object.entries(relationsTo(describeCatalogue(release), system)).flatMap(([band, relation]) =>
    relation.curve === 'polynomial' ? [{ release, system, tiles, band, relation }] : [],
  ),
)

/** What the fit of today may move the stars of its fit by: RMS and mean by the weights of a zeropoint [mag]. */
const MOST = { rms: 0.0025, level: 0.001 }

test.skipIf(!existsSync(shared('real/tiles'))).each(cases)(
  '$release to $system $band: the fit gives the relation of the package again (real stars)',
  ({ release, system, tiles, band, relation }) => {
    const description = describeCatalogue(release)
    const { paired, truth } = tileStars(tiles, description, system, band)
    const { sample, relation: found } = fitRelation(paired, truth, templateOf(description, system, band), {
      degree: relation.coefficients.length - 1,
      source: () => '',
    })
    const mags = relationColumns(sample.stars, relation)
    const moved = Array.from(sample.truth, (_, i) => bandMagAt(found, mags, i) - bandMagAt(relation, mags, i))
    expect(Math.sqrt(moved.reduce((sum, d) => sum + d * d, 0) / moved.length)).toBeLessThan(MOST.rms)
    const [ofFit, ofPackage] = [judged(sample, found)!, judged(sample, relation)!]
    expect(Math.abs(ofFit.level.offsetMag! - ofPackage.level.offsetMag!)).toBeLessThan(MOST.level)
    expect(ofPackage.scatterMag).toBeLessThan(1.05 * ofFit.scatterMag)
    // Errors of SDSS and PS1 hide a part of what stars scatter by: no less is stated than to DES's like band.
    relation.scatter.sigmaMag.forEach((sigma, k) => expect(sigma).toBeGreaterThan(0.85 * found.scatter.sigmaMag[k]!))
  },
)
