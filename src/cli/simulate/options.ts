import { count, flag, number, output, text } from '../options/kinds.js'

/** The options of `simulate`. */
export const SIMULATE_OPTIONS = {
  outdir: output('directory to write to', { required: true }),
  seed: count('seed of the random numbers', { default: 1 }),
  'sky-seed': count(
    'seed of the sky: exposures with the same one, --ccds, --ra, --dec and --density have the same stars; ' +
      'default --seed',
  ),
  dither: text('EAST,NORTH [deg]: how far the exposure points from --ra and --dec, up to 0.16 each'),
  expnum: count('exposure number', { max: 99_999_999, default: 668439 }),
  band: text('g, r, i, z or Y', { default: 'i' }),
  ra: number('right ascension of the pointing', { unit: 'degrees', min: 0, max: 360, default: 53.1 }),
  dec: number('declination of the pointing', { unit: 'degrees', min: -90, max: 90, default: -27.8 }),
  ccds: text("CCDs: a number, a list with ranges, or 'all'", { default: 'all' }),
  density: number('Gaia stars per square degree; default by galactic latitude', { min: 1, max: 3e6 }),
  quiet: flag('print nothing but errors'),
}
