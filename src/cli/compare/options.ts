import { RELATION_SYSTEMS } from '../../camera/photometric-systems.js'
import { choice, flag, number, path } from '../options/kinds.js'

/** The options of `compare`. */
export const COMPARE_OPTIONS = {
  old: path('directory of products, or one product', { positional: true, required: true }),
  new: path('what to compare it with', { positional: true, required: true }),
  'tolerance-mag': number('changes up to this count as the same', { unit: 'magnitudes', min: 0, default: 0.001 }),
  'old-system': choice(['catalog', ...RELATION_SYSTEMS])(
    "system of OLD's files that do not name one: catalog of the original, des-ab of its successor of 2024",
    { default: 'catalog' },
  ),
  json: flag('one JSON object on stdout'),
  quiet: flag('print nothing but errors: the exit code says it'),
}
