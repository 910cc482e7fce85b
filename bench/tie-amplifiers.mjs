// Steps between amplifiers that `tieExposures` finds in all CCDs of simulated exposures, or in none, and what they do
// to zeropoints and ratios. Run `npm run build` first. Usage:
// node bench/tie-amplifiers.mjs [--exposures N] [--step MMAG] [--pattern wave|hills|rings] [--band g|i] [--skies N]
//   [--first SEED]
import { parseArgs } from 'node:util'
import { simulateTie } from './simulated-tie.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { tieExposures } = await import(new URL('tie/tie-exposures.js', dist).href)

const { values: given } = parseArgs({
  options: {
    exposures: { type: 'string', default: '2' },
    step: { type: 'string', default: '7' },
    pattern: { type: 'string', default: 'wave' },
    band: { type: 'string', default: 'i' },
    skies: { type: 'string', default: '3' },
    first: { type: 'string', default: '0' },
  },
})
const plan = { exposures: Number(given.exposures), pattern: given.pattern, band: given.band }
const stepMag = Number(given.step) / 1000
/** Middle of a CCD of 4096 pixels. */
const BORDER = 2048
/** Pairs of CCDs with more common stars than this count. */
const MANY = 100

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const rms = (values) => Math.sqrt(mean(values.map((value) => value * value)))

let [found, ccds] = [0, 0]
const [errors, steps, zeropoints, ratios] = [[], [], [], []]
const first = Number(given.first)
for (let seed = first; seed < first + Number(given.skies); seed++) {
  const { input, zeropoint: truth } = simulateTie({ ...plan, stepMag, seed })
  input.ccds.amplifierColumn = new Float64Array(input.ccds.ccd.length).fill(BORDER)
  const result = tieExposures(input, { search: [0] })
  const two = result.starFlats.filter(({ amplifiers }) => amplifiers !== null)
  found += two.length
  ccds += new Set(input.ccds.ccd).size
  for (const { amplifiers } of two) {
    errors.push(amplifiers.err)
    // Magnitudes that are too faint on the second amplifier ask for a smaller zeropoint there.
    steps.push((amplifiers.a - amplifiers.b - stepMag) / amplifiers.err)
  }
  const off = result.zeropoints.map(({ zeropoint }, row) => zeropoint - truth[row])
  const common = mean(off)
  zeropoints.push(rms(off.map((value, row) => (value - common) / result.zeropoints[row].zeropointErr)))
  const at = new Map(Array.from(input.ccds.exposure, (exposure, row) => [`${exposure} ${input.ccds.ccd[row]}`, row]))
  const offOf = (exposure, ccd) => off[at.get(`${exposure} ${ccd}`)]
  const pairs = result.pairs.filter(({ nCommon }) => nCommon > MANY)
  ratios.push(rms(pairs.map((p) => (offOf(p.exposureA, p.ccdA) - offOf(p.exposureB, p.ccdB)) / p.ratioErr)))
}
const pull = (values) => (values.length === 0 ? '-' : rms(values).toFixed(2))
console.log(`${plan.exposures} exposures in ${plan.band}, ${plan.pattern}, a step of ${given.step} mmag in all CCDs:`)
console.log(
  `found in ${found} of ${ccds} CCDs, errors ${(1000 * rms(errors)).toFixed(2)} mmag; pulls of steps ${pull(steps)}, ` +
    `of zeropoints ${pull(zeropoints)}, of ratios ${pull(ratios)}`,
)
