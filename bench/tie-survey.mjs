// What a tie of many exposures costs: node bench/tie-survey.mjs [--exposures N] [--per-field N] [--seed N]. Prints CPU
// and wall time of the tie alone, memory of the input and at most, and how right ratios and zeropoints are.
import { parseArgs } from 'node:util'
import { simulateSurvey } from './simulated-survey.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { tieExposures } = await import(new URL('tie/tie-exposures.js', dist).href)
const { values: given } = parseArgs({
  options: {
    exposures: { type: 'string', default: '200' },
    'per-field': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
})

const sky = simulateSurvey({
  seed: Number(given.seed),
  exposures: Number(given.exposures),
  perField: Number(given['per-field']),
})
const { observations, ccds } = sky.input
const bytes = [sky.input.observations, sky.input.references].flatMap(Object.values)
const megabytes = (value) => Math.round(value / 2 ** 20)
console.log(`${given.exposures} exposures, ${observations.star.length} rows, ${ccds.ccd.length} CCDs`)
console.log(`input MB ${megabytes(bytes.reduce((sum, { byteLength }) => sum + byteLength, 0))}, in all now ${peak()}`)
const before = process.cpuUsage()
const start = performance.now()
const result = tieExposures(sky.input, { search: [0] })
const { user, system } = process.cpuUsage(before)
console.log(`CPU s ${((user + system) / 1e6).toFixed(1)}, wall s ${((performance.now() - start) / 1e3).toFixed(1)}`)
console.log(`MB at most ${peak()}`)

const off = result.zeropoints.map(({ zeropoint }, k) => zeropoint - sky.zeropoint[k])
const rms = (values) =>
  (1000 * Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)).toFixed(2)
const common = off.reduce((sum, value) => sum + value, 0) / off.length
const rowOf = new Map(result.zeropoints.map(({ exposure, ccd }, k) => [`${exposure} ${ccd}`, k]))
const ratios = result.pairs
  .filter(({ nCommon }) => nCommon > 100)
  .map((pair) => ({
    off: off[rowOf.get(`${pair.exposureA} ${pair.ccdA}`)] - off[rowOf.get(`${pair.exposureB} ${pair.ccdB}`)],
    err: pair.ratioErr,
  }))
const pull = (values) => (rms(values) / 1000).toFixed(2)
console.log(
  `ratios of the search: rms ${rms(ratios.map((one) => one.off))} mmag, pull ${pull(ratios.map((one) => one.off / one.err))}`,
)
const pulls = off.map((value, k) => (value - common) / result.zeropoints[k].zeropointErr)
console.log(`zeropoints: rms ${rms(off.map((value) => value - common))} mmag, pull ${pull(pulls)}`)
console.log(`${result.verdict}: ${result.concerns.map(({ tag }) => tag).join(' ')}`)

function peak() {
  return megabytes(process.resourceUsage().maxRSS * 1024)
}
