import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Catalog } from '../../catalog/catalog.js'
import { CommandError, InputError } from '../../errors.js'
import { openCatalog } from '../../node/store/open-catalog.js'
import { packageRoot } from '../../node/package.js'
import type { Io } from '../terminal/io.js'

/** What `--catalog` calls the bundled catalogue: simulated stars round the demonstration's field. */
export const DEMO_CATALOG = 'demo'

const BUNDLED = fileURLToPath(new URL('catalogs/demo', packageRoot))

/** Files that make a directory a catalogue. */
const CATALOG_MARKS = ['collection.properties', 'hats.properties', 'properties', 'manifest.json']

/** The catalogue that a command names, else `$BLISS_CATALOG`; `demo` is the bundled one. */
export function namedCatalog(named: string | undefined, env: Io['env']): string {
  const chosen = named ?? env['BLISS_CATALOG'] ?? ''
  if (chosen !== '') return locationOf(chosen)
  throw new CommandError('no-catalog', 'no reference catalogue is named: give its directory or set BLISS_CATALOG')
}

/**
 * Opens `--catalog`, else `$BLISS_CATALOG`. The bundled catalogue holds invented stars, so it is used if it is asked
 * for, never because a field happens to lie in it.
 *
 * @throws InputError if no catalogue is named, or as `openCatalog` does
 */
export async function chooseCatalog(
  options: { readonly catalog?: string },
  env: Io['env'],
  note: (text: string) => void,
): Promise<Catalog> {
  const named = options.catalog ?? env['BLISS_CATALOG'] ?? ''
  if (named === '') {
    const ways = 'give --catalog DIR or set BLISS_CATALOG; `bliss-calib catalog build` makes one from Gaia files'
    const demo = `\`--catalog ${DEMO_CATALOG}\` names the simulated stars of the demonstration`
    throw new InputError('no-catalog', `no reference catalogue is named: ${ways}, and ${demo}`)
  }
  const catalog = await openCatalog(locationOf(named))
  if (named === DEMO_CATALOG) {
    note('catalogue: the bundled demo (simulated stars round RA 53.1, Dec -27.8); name another for real data\n')
  }
  return catalog
}

function locationOf(named: string): string {
  if (named !== DEMO_CATALOG) return named
  if (CATALOG_MARKS.some((mark) => existsSync(join(DEMO_CATALOG, mark)))) {
    const place = {
      option: '--catalog',
      found: named,
      expected: `./${DEMO_CATALOG} for the directory; elsewhere for the bundled one`,
    }
    throw new CommandError('ambiguous-catalog', 'this names the bundled catalogue, and a directory here too', place)
  }
  return BUNDLED
}
