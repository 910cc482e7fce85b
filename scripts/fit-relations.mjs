// Fits the relations of catalogs/gaia_dr2.json and gaia_dr3.json to real stars with magnitudes in the DES bands, and
// prints how good they are.
// usage: node scripts/fit-relations.mjs TILES [--write]
// TILES is the directory that holds the tiles' tables (fit-relations/rows.mjs names them); --write puts the relations
// into catalogs/.
import { RELEASES } from './fit-relations/releases.mjs'
import { fittedRelease } from './fit-relations/release.mjs'
import { writeDescription, writeSystems } from './fit-relations/describe.mjs'
import { fittedSystems } from './fit-relations/systems.mjs'

const [tiles, ...flags] = process.argv.slice(2)
if (tiles === undefined || flags.some((flag) => flag !== '--write')) {
  console.error('usage: node scripts/fit-relations.mjs TILES [--write]')
  process.exit(2)
}
console.log(
  "Truth minus prediction [mmag]: level by the estimator's weights, median, scatter; levels (errors) in bins\n" +
    'G < 17, 17-18.3, > 18.3 and BP-RP < 1.1, 1.1-1.9, > 1.9',
)
for (const release of Object.keys(RELEASES)) {
  const { relations, lines } = fittedRelease(tiles, release)
  console.log(lines.join('\n'))
  const systems = fittedSystems(tiles, release)
  console.log(systems.lines.join('\n'))
  if (flags.includes('--write')) {
    console.log(`wrote ${writeDescription(release, relations)}`)
    writeSystems(release, systems.systems)
  }
}
