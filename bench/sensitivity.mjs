// How far the zeropoint moves if a constant of the fit is halved or doubled: simulated CCDs, sparse, usual and crowded,
// calibrated with the constant as it is and changed. Prints a table; docs/sensitivity.md holds the gist.
// usage: node bench/sensitivity.mjs [seeds per field, 30] [name of a constant, ...]
import { simulatedCcd, unchanged, withConstant } from './changed-engine.mjs'

const seeds = Number(process.argv[2] ?? 30)
const only = process.argv.slice(3)

/** Constants that move the number, by file; those of QA flags alone move no number. */
const CONSTANTS = {
  'match/inlier-prior.ts': [
    'TYPICAL_PRIOR',
    'MAX_OF_ONE',
    'MAX_OF_ALL',
    'BEST_SHARE',
    'MAX_IN_COMMON',
    'MIN_PRIOR',
    'MIN_FOR_LOCUS',
    'STARS_PER_STEP',
    'TOLERABLE_LIGHT_MAG',
    'FLAG_LOGIT',
  ],
  'match/match-evidence.ts': [
    'REACH_FWHM',
    'TYPICAL_FWHM_ARCSEC',
    'LISTED_SHARE',
    'WIDE_SHARE',
    'DEBLENDED',
    'POSITION_PER_FWHM',
  ],
  'fit/mixture-prior.ts': ['POPULATION_PRIOR', 'SCATTER_DF', 'PRIOR_FACTOR'],
  'fit/mixture.ts': ['FEW'],
  'fit/few-stars.ts': ['FACTORS', 'LEAST', 'MOST'],
  'fit/zeropoint.ts': ['MIN_SCATTER_MAG'],
  'select/selection.ts': ['MIN_SIGNAL_TO_NOISE', 'SPREAD_LIMIT', 'MIN_CLASS_STAR'],
  'system/colour-range.ts': ['SLACK_SIGMA', 'SOFT_END_MAG'],
}

/** Of these no more than 0.99 is tried. */
const PROBABILITIES = ['TYPICAL_PRIOR', 'LISTED_SHARE', 'MIN_CLASS_STAR']

const FIELDS = [
  ['sparse', { pointing: { raDeg: 20, decDeg: -60 }, densityPerSqDeg: 600 }],
  ['usual', {}],
  ['crowded', { pointing: { raDeg: 270, decDeg: -30 }, densityPerSqDeg: 30_000 }],
]

/** Zeropoint found minus put in, of each simulated CCD [mag]. */
async function errorsOf(calibration, options) {
  const errors = []
  for (let seed = 1; seed <= seeds; seed++) {
    const { input, catalog, zeropoint } = simulatedCcd(calibration, options, seed)
    const result = await calibration.calibrateCcd(input, catalog)
    errors.push(result.outcome === 'fitted' ? result.zeropoint - zeropoint : NaN)
  }
  return errors
}

const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
const known = (values) => values.filter(Number.isFinite)

const asItIs = await unchanged()
const before = new Map()
for (const [name, options] of FIELDS) before.set(name, await errorsOf(asItIs, options))
console.log(`constant | by | ${FIELDS.map(([name]) => `${name}: shift rms, largest, error rms [mmag]`).join(' | ')}`)
console.log(`as it is | | ${FIELDS.map(([name]) => (1000 * rms(known(before.get(name)))).toFixed(2)).join(' | ')}`)
for (const [file, names] of Object.entries(CONSTANTS)) {
  for (const name of names.filter((one) => only.length === 0 || only.includes(one))) {
    for (const factor of [0.5, 2]) {
      const variant = await withConstant(file, name, factor, PROBABILITIES.includes(name) ? 0.99 : Infinity)
      const cells = []
      for (const [field, options] of FIELDS) {
        const after = await errorsOf(variant, options)
        const shifts = known(after.map((value, k) => value - before.get(field)[k]))
        const largest = Math.max(...shifts.map(Math.abs))
        cells.push([rms(shifts), largest, rms(known(after))].map((value) => (1000 * value).toFixed(2)).join(', '))
      }
      console.log(`${name} (${file}) | ${factor} | ${cells.join(' | ')}`)
    }
  }
}
