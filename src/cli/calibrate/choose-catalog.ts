import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Catalog } from '../../catalog/catalog.js'
import { CommandError, InputError } from '../../errors.js'
import { commandLine } from '../../formats/shell-word.js'
import { packagedDescription } from '../../node/store/catalog-files.js'
import { openCatalog } from '../../node/store/open-catalog.js'
import { packageRoot } from '../../node/package.js'
import { isUrl, printableUrl } from '../../printable.js'
import { ANY_CONE } from '../catalog/field-words.js'
import type { Io } from '../terminal/io.js'

/** What `--catalog` calls the bundled catalogue: simulated stars round the demonstration's field. */
export const DEMO_CATALOG = 'demo'

const BUNDLED = fileURLToPath(new URL('catalogs/demo', packageRoot))

/** The way to a catalogue of a field; nothing is fetched unasked. */
const FETCH = ['bliss-calib', 'catalog', 'fetch', '--from', 'gaia_dr3', '--to', 'gaia_dr3']

/** Files that make a directory a catalogue. */
const CATALOG_MARKS = ['collection.properties', 'hats.properties', 'properties', 'manifest.json']

const DEMO_NOTE = 'catalogue: the bundled demo (simulated stars round RA 53.1, Dec -27.8); name another for real data\n'

type Note = (text: string) => void

/**
 * The location of the catalogue that a command names, else of `$BLISS_CATALOG`: `demo` is the bundled one, the name of
 * a release that is described (`gaia_dr3`) is a directory of that name, else `$BLISS_CATALOG_GAIA_DR3`, else its public
 * copy, and anything else is a directory or a URL.
 *
 * @throws CommandError if none is named, or the name means two things; InputError for a release without a public copy
 */
export async function namedCatalog(named: string | undefined, env: Io['env'], note?: Note): Promise<string> {
  const chosen = named ?? env['BLISS_CATALOG'] ?? ''
  if (chosen !== '') return locationOf(chosen, env, note)
  throw new CommandError('no-catalog', 'no reference catalogue is named: give its directory or set BLISS_CATALOG')
}

/** Whether `--catalog` or `$BLISS_CATALOG` names a catalogue. */
export const isCatalogNamed = ({ catalog }: { readonly catalog?: readonly string[] }, env: Io['env']): boolean =>
  (catalog?.[0] ?? env['BLISS_CATALOG'] ?? '') !== ''

/**
 * Opens `--catalog`, else `$BLISS_CATALOG`; several as one (`combinedCatalog`). The bundled catalogue holds invented
 * stars, so it is used only on request, never because a field happens to lie in it.
 *
 * @param field what `catalog fetch` is to be told so that it fetches this field
 * @throws InputError if no catalogue is named, or as `openCatalog` does
 */
export async function chooseCatalog(
  options: { readonly catalog?: readonly string[]; readonly referencePriority?: boolean },
  env: Io['env'],
  note: Note,
  field: readonly string[] = ANY_CONE,
): Promise<Catalog> {
  const named = options.catalog ?? [env['BLISS_CATALOG'] ?? '']
  if (!isCatalogNamed(options, env)) {
    const ways =
      'give --catalog DIR or set BLISS_CATALOG; `bliss-calib catalog build` makes one from Gaia files, ' +
      `\`${commandLine([...FETCH, ...field])}\` fetches the stars of the field, ` +
      '`--catalog gaia_dr3` reads the public copy'
    const demo = `\`--catalog ${DEMO_CATALOG}\` names the simulated stars of the demonstration`
    throw new InputError('no-catalog', `no reference catalogue is named: ${ways}, and ${demo}`)
  }
  const catalogs: Catalog[] = []
  for (const one of named) {
    catalogs.push(await openCatalog(await locationOf(one, env, note)))
    if (one === DEMO_CATALOG) note(DEMO_NOTE)
  }
  const twice = catalogs.find(({ hash }, k) => catalogs.findIndex((other) => other.hash === hash) < k)
  if (twice)
    throw new CommandError('repeated-option', 'one catalogue is named twice', {
      option: '--catalog',
      found: twice.location,
    })
  if (catalogs.length === 1) return catalogs[0]!
  const { combinedCatalog } = await import('../../catalog/combined.js')
  return combinedCatalog(catalogs, options.referencePriority === true ? 'priority' : 'mean')
}

async function locationOf(named: string, env: Io['env'], note: Note = () => undefined): Promise<string> {
  if (named === DEMO_CATALOG) {
    if (!CATALOG_MARKS.some((mark) => existsSync(join(DEMO_CATALOG, mark)))) return BUNDLED
    throw twoMeanings(named, 'this names the bundled catalogue, and a directory here too', 'the bundled one')
  }
  // A path is no name of a catalogue; only a name is worth reading the descriptions for.
  const isName = /^\w+$/.test(named) && (await packagedDescription(named)) !== undefined
  return isName ? locationOfRelease(named, env, note) : named
}

/** The name of a release: what is here comes first, so that no run leaves this machine for what lies beside it. */
async function locationOfRelease(name: string, env: Io['env'], note: Note): Promise<string> {
  const variable = `BLISS_CATALOG_${name.toUpperCase()}`
  const override = env[variable] ?? ''
  if (existsSync(name)) {
    if (override === '' || (!isUrl(override) && resolve(override) === resolve(name))) return name
    throw twoMeanings(name, `this names a directory here, and $${variable} another place`, `that of $${variable}`)
  }
  if (override !== '') {
    note(`catalogue: ${name} is ${printableUrl(override)} ($${variable})\n`)
    return override
  }
  const description = await packagedDescription(name)
  const [first, ...others] = description?.publicCopies ?? []
  if (first === undefined) {
    const ways = `\`bliss-calib catalog fetch\` or \`catalog build\` makes one, and $${variable} says where yours is`
    const sentence = `no directory of this name is here, and no public copy of this release is known: ${ways}`
    throw new InputError('no-catalog', sentence, { file: name })
  }
  const also = others.map((url) => `also at ${url}; `).join('')
  note(`catalogue: ${name} is the public copy at ${first} (${also}$${variable} names another)\n`)
  return first
}

function twoMeanings(name: string, sentence: string, other: string): CommandError {
  const expected = `./${name} for the directory; elsewhere for ${other}`
  return new CommandError('ambiguous-catalog', sentence, { option: '--catalog', found: name, expected })
}
