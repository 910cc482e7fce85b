import { LIMITS } from '../../limits.js'
import { count, flag, number, path } from '../options/kinds.js'

/** The options of `bench`. */
export const BENCH_OPTIONS = {
  a: path('FITS, CSV or Parquet file with positions; or a FITS image, which is measured', { positional: true }),
  b: path('the same, or a reference catalogue, of which the part near a is read; default a itself', {
    positional: true,
  }),
  'radius-arcsec': number('largest separation of a pair', { unit: 'arcsec', above: 0, default: 1 }),
  runs: count('runs of each; the first is shown apart', { min: 1, defaultText: '5; of an image 1' }),
  workers: count('threads that match', { min: 1, max: LIMITS.workers, default: 1 }),
  neighbours: count('match each row to so many nearest too', { min: 1, max: 1000, default: 1 }),
  peer: flag('match once by scipy and STILTS too, those of them that are installed'),
  json: flag('one JSON object on stdout'),
}
