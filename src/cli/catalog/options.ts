import { angleDeg, choice, count, flag, list, number, output, path, text } from '../options/kinds.js'

const quiet = flag('print nothing but errors')
const json = flag('one JSON object on stdout')
const force = flag('replace the catalogue that is there')
const columns = text('columns by their names in the files, comma between; default all')
const catalog = path('directory or URL of the catalogue; default $BLISS_CATALOG', { positional: true })
const cone = text('RA,DEC,RADIUS in degrees; the radius may carry a unit: 6arcmin, 360arcsec')
const polygon = text('RA,DEC,RA,DEC,... in degrees: corners of a convex polygon')

/** The options of `catalog build`. */
export const BUILD_OPTIONS = {
  from: list(
    "files or directories: the original's GaiaOut tree, a flat 4-column CSV, Gaia archive or VizieR CSV, VOTable, " +
      'FITS, Parquet',
    { required: true },
  ),
  to: output('directory of the new catalogue', { required: true }),
  release: text('release of the input: gaia_dr2, gaia_dr3; needed if its rows do not tell it'),
  kind: text('catalogue that the columns are of (ps1_dr2, ...), or a file of a description; if they do not tell it', {
    excludes: 'release',
  }),
  positions: list('gaia_source files that have the positions of rows with ids alone, as those of GaiaXPy'),
  columns: text('basic (id, position, G), default, or more by name: default,parallax,ruwe,pmra_error', {
    default: 'default',
  }),
  lite: flag('round positions to 0.1 mas and magnitudes far below their errors: a quarter smaller', {
    excludes: 'exact',
  }),
  exact: flag('keep proper motions and the like as doubles if the input has doubles'),
  margin: number('width of the margin catalogue; 0 for none', { unit: 'arcsec', min: 0, max: 60, default: 10 }),
  metadata: flag('write dataset/_metadata, the footers of all files in one'),
  workers: count('worker threads; default one per core, at most 4', { min: 1, max: 64 }),
  ...{ force, quiet },
}

/** The options of `catalog info`. */
export const INFO_OPTIONS = {
  ...{ catalog, json },
  svg: path('file to draw a map of the sky to, with the part that the catalogue covers'),
}

/** The options of `catalog query`. */
export const QUERY_OPTIONS = {
  ...{ catalog, cone, polygon, columns },
  format: choice(['csv', 'json', 'parquet', 'arrow', 'ldac'])(
    'json is an object a line, ldac a reference catalogue for SCAMP; default by the ending of --to, else csv',
  ),
  to: output('file to write; default stdout'),
  quiet: flag('print nothing but the rows and errors'),
}

/** The options of `catalog copy`. */
export const COPY_OPTIONS = {
  from: path('directory or URL of the catalogue; default $BLISS_CATALOG'),
  to: output('directory of the copy', { required: true }),
  ...{ cone, polygon },
  exposures: list("catalogue lists (D*_red_catlist.csv), and directories of them, as a night's: what their CCDs read"),
  skymap: path('sky-probability map (FITS, flat or multi-order, also .gz): its most probable region'),
  level: number('probability in the region of --skymap', { above: 0, max: 1, default: 0.9, needs: 'skymap' }),
  margin: angleDeg('add what lies within this angle of the region: 1.1, 30arcmin; at most 30 degrees', {
    min: 0,
    max: 30,
    default: 0,
  }),
  ...{ columns, force, quiet },
}

/** The options of `catalog fetch`. */
export const FETCH_OPTIONS = {
  from: text('release to fetch: gaia_dr3, gaia_dr2; or the URL of a HATS catalogue', { required: true }),
  to: output('directory of the new catalogue', { required: true }),
  cone: list('RA,DEC,RADIUS in degrees; the radius may carry a unit: 6arcmin; several make one catalogue'),
  for: list('catalogue lists (D*_red_catlist.csv), and directories of them: a cone around each exposure'),
  service: text('service to query: esa, vizier; default esa'),
  url: text('address of the service, if not its own: a mirror, a proxy'),
  ...{ force, quiet },
}

/** The options of `catalog verify`. */
export const VERIFY_OPTIONS = {
  catalog: path('directory of a catalogue of ours or of any HATS catalogue; default $BLISS_CATALOG', {
    positional: true,
  }),
  quick: flag('files, lists and checksums only, not the rows'),
  json,
  quiet: flag('print nothing but findings and errors'),
}
