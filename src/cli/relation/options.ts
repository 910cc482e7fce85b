import { RELATION_SYSTEMS } from '../../camera/photometric-systems.js'
import { choice, count, flag, list, output, path, text } from '../options/kinds.js'

/** What both commands read. */
const CATALOGS = {
  reference: list(
    'the catalogue that the relation reads: stores, names of releases, or files that `catalog build` reads',
    {
      positional: true,
      required: true,
    },
  ),
  truth: list('catalogue with true magnitudes of the same stars: stores or files', { required: true }),
  kind: text('what the files of the reference are, as of `catalog build`, if they do not tell it'),
  'truth-kind': text('what the files of --truth are, if they do not tell it'),
  system: choice(RELATION_SYSTEMS)('system that the true magnitudes are taken in', { default: 'des-ab' }),
  band: text('bands of the system, comma between; default all that --truth has'),
}

const OUTPUT = {
  report: flag('write a page with residuals by colour, magnitude, place and field'),
  outdir: output('directory of the page', { default: '.' }),
  json: flag('one JSON object on stdout'),
  quiet: flag('print nothing but errors'),
}

/** The options of `relation fit`. */
export const FIT_OPTIONS = {
  ...CATALOGS,
  colour: text('two bands of the reference, as g-i; default that of its own relation'),
  base: text('band that the curve is added to; default that of its own relation, else its own magnitude'),
  degree: count('degree of the polynomial; default by cross-validation over sky cells', { min: 1, max: 7 }),
  'colour-range': text('LOW,HIGH [mag]; default that of its own relation, else as far as the stars reach'),
  'mag-range': text('BRIGHT,FAINT [mag] of the base; default as for --colour-range'),
  terms: text(
    'second-colour, faint-bp, faint-rp, none: further terms, comma between; default those of its own relation',
  ),
  to: output('description to write (JSON): the reference with the new relations, as `catalog build --kind` takes it'),
  force: flag('replace the description that is there'),
  ...OUTPUT,
}

/** The options of `relation check`. */
export const CHECK_OPTIONS = {
  ...CATALOGS,
  description: path('description whose relations are judged (JSON); default the own one of the reference'),
  ...OUTPUT,
}
