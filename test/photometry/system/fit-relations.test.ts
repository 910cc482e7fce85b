import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { BandRelation } from '../../../src/catalog/description.js'
import { describeCatalogue, shared } from '../../simulate/describe-catalogue.js'

// The stars that the relations were fitted to stay outside this repository. Those of DR2 take most of the time.
const RELEASES = process.env['BLISS_SOAK'] ? (['gaia_dr3', 'gaia_dr2'] as const) : (['gaia_dr3'] as const)
const tiles = shared('real/tiles')

interface Script {
  readonly fittedRelease: (
    tiles: string,
    release: string,
  ) => { readonly relations: Readonly<Record<string, BandRelation>>; readonly lines: readonly string[] }
}

test.skipIf(!existsSync(tiles)).each(RELEASES)(
  'the fit gives every number of the relations of %s again (real stars)',
  async (release) => {
    const script = pathToFileURL(resolve(import.meta.dirname, '../../../scripts/fit-relations/release.mjs')).href
    const { fittedRelease } = (await import(script)) as Script
    // The description adds the bands that each relation may read.
    expect(describeCatalogue(release).relations).toMatchObject(fittedRelease(tiles, release).relations)
  },
)
