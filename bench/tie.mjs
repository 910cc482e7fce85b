// How good `tieExposures` is on simulated skies, and what it costs. Run `npm run build` first. Usage:
// node bench/tie.mjs [--cells 'NAME;..'] [--skies N] [--first SEED] [--beside METHODS]
// METHODS on the same skies: each (exposure by itself, as `--ccd all`), ubercal (plain), pairs (of detections, alike).
// `absolute` is the error of the search's zeropoints as they are, over all skies.
import { parseArgs } from 'node:util'
import { simulateTie } from './simulated-tie.mjs'
import { eachExposure, pairWeighted, plainUbercal } from './tie-beside.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { tieExposures } = await import(new URL('tie/tie-exposures.js', dist).href)

const { values: given } = parseArgs({
  options: {
    cells: { type: 'string', default: '' },
    skies: { type: 'string', default: '5' },
    first: { type: 'string', default: '0' },
    beside: { type: 'string', default: '' },
  },
})
const SKIES = Number(given.skies)
const FIRST = Number(given.first)
const wanted = given.cells.split(';')
/** All cells, or those that are named. */
const isWanted = (name) => given.cells === '' || wanted.includes(name)

const BESIDE = { each: eachExposure, ubercal: plainUbercal, pairs: pairWeighted }
const beside = Object.entries(BESIDE).filter(([name]) => given.beside.split(',').includes(name))

/** Pairs of CCDs with more common stars than this count. */
const MANY = 100

const CELLS = [
  ['g 2', { band: 'g', exposures: 2 }],
  ['i 2', { band: 'i', exposures: 2 }],
  ['g 10', { band: 'g', exposures: 10 }],
  ['i 10', { band: 'i', exposures: 10 }],
  ['g 2, no pattern', { band: 'g', exposures: 2, patternMag: 0 }],
  ['i 2, no pattern', { band: 'i', exposures: 2, patternMag: 0 }],
  ['g 10, no pattern', { band: 'g', exposures: 10, patternMag: 0 }],
  ['i 10, no pattern', { band: 'i', exposures: 10, patternMag: 0 }],
  ['i 2, hills', { band: 'i', exposures: 2, pattern: 'hills' }],
  ['i 2, 10 CCDs', { band: 'i', exposures: 2, pattern: 'hills', rows: [3, 4, 3], ditherDeg: 0.15 }],
  ['g 4, rings', { band: 'g', exposures: 4, pattern: 'rings' }],
  ['g 10, another catalogue too', { band: 'g', exposures: 10, otherCatalog: true }],
  ['i 4, search 2 mag shallower', { band: 'i', exposures: 4, shallower: 2 }],
]

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const rms = (values) => Math.sqrt(mean(values.map((value) => value * value)))
const mmag = (value) => (1000 * value).toFixed(2)

console.log(`${SKIES} skies a cell from seed ${FIRST} on; mmag; pull: true error over the one that is quoted`)
console.log('| case | ratio | bias | pull | zeropoint | pull | common | absolute | pull of stars | CPU s |')
console.log('|---|---|---|---|---|---|---|---|---|---|')
for (const [name, plan] of CELLS.filter(([cell]) => isWanted(cell))) {
  const judged = new Map()
  const add = (method, judgement) => judged.set(method, [...(judged.get(method) ?? []), judgement])
  for (let seed = FIRST; seed < FIRST + SKIES; seed++) {
    const sky = simulateTie({ ...plan, seed })
    const { result, cpu } = timed(() => tieExposures(sky.input, { search: [0] }))
    const quoted = { zeropointErr: result.zeropoints.map((one) => one.zeropointErr), ratioErr: (pair) => pair.ratioErr }
    const zeropoint = result.zeropoints.map((one) => one.zeropoint)
    add('', { ...judge(sky, result, zeropoint, quoted), starPull: centralWidth(sky, result), cpu })
    for (const [method, run] of beside) {
      const other = timed(() => run(sky.input))
      const { zeropoint: own, zeropointErr, covariance } = other.result
      const errors = zeropointErr !== undefined ? alone(zeropointErr) : covariance ? errorsOf(sky, covariance) : null
      add(`, ${method}`, { ...judge(sky, result, own, errors), starPull: NaN, cpu: other.cpu })
    }
  }
  for (const [method, skies] of judged) {
    const over = (of) => rms(skies.map(of))
    const pull = (value) => (Number.isNaN(value) ? '-' : value.toFixed(2))
    console.log(
      `| ${name}${method} | ${mmag(over((one) => one.ratio))} | ${mmag(mean(skies.map((one) => one.bias)))} | ` +
        `${pull(over((one) => one.ratioPull))} | ${mmag(over((one) => one.zeropoint))} | ` +
        `${pull(over((one) => one.zeropointPull))} | ${mmag(over((one) => one.common))} | ` +
        `${mmag(over((one) => one.absolute))} | ` +
        `${pull(over((one) => one.starPull))} | ${mean(skies.map((one) => one.cpu)).toFixed(1)} |`,
    )
  }
}

function timed(run) {
  const before = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(before)
  return { result, cpu: (user + system) / 1e6 }
}

/**
 * Ratios of search and template CCDs, and zeropoints against the mean of all, beside the truth, on the CCDs and pairs
 * that `tied` has.
 */
function judge({ input, zeropoint: truth }, tied, zeropoint, errors) {
  const rowOf = new Map(Array.from(input.ccds.exposure, (exposure, row) => [`${exposure} ${input.ccds.ccd[row]}`, row]))
  const off = truth.map((value, row) => zeropoint[row] - value)
  const rows = tied.zeropoints.flatMap(({ outcome }, row) => (outcome === 'tied' ? [row] : []))
  const common = mean(rows.map((row) => off[row]))
  const ratios = tied.pairs
    .filter(({ nCommon }) => nCommon > MANY)
    .map((pair) => {
      const [a, b] = [rowOf.get(`${pair.exposureA} ${pair.ccdA}`), rowOf.get(`${pair.exposureB} ${pair.ccdB}`)]
      return { off: off[a] - off[b], err: errors?.ratioErr(pair, a, b) ?? NaN }
    })
  return {
    ratio: rms(ratios.map((one) => one.off)),
    bias: mean(ratios.map((one) => one.off)),
    ratioPull: rms(ratios.map((one) => one.off / one.err)),
    zeropoint: rms(rows.map((row) => off[row] - common)),
    zeropointPull: errors === null ? NaN : rms(rows.map((row) => (off[row] - common) / errors.zeropointErr[row])),
    common,
    absolute: rms(rows.filter((row) => input.ccds.exposure[row] === 0).map((row) => off[row])),
  }
}

/** Errors of exposures that know nothing of one another. */
function alone(zeropointErr) {
  return { zeropointErr, ratioErr: (_, a, b) => Math.hypot(zeropointErr[a], zeropointErr[b]) }
}

/** Errors from a covariance of the rows of `ccds`, those of zeropoints against their mean. */
function errorsOf({ input }, covariance) {
  const n = input.ccds.ccd.length
  const at = (k, l) => covariance[k * n + l]
  const means = Array.from({ length: n }, (_, k) => mean(Array.from({ length: n }, (_, l) => at(k, l))))
  return {
    zeropointErr: means.map((own, k) => Math.sqrt(Math.max(0, at(k, k) - 2 * own + mean(means)))),
    ratioErr: (_, a, b) => Math.sqrt(at(a, a) + at(b, b) - 2 * at(a, b)),
  }
}

/** Half width of the central 68.3 % of constant stars' pulls: outliers that no error can know stay out. */
function centralWidth({ input: { observations }, starMag, zeropoint }, { zeropoints, stars }) {
  const { mag, magErr, inlierProbability } = stars
  const tied = zeropoints.flatMap((one, row) => (one.outcome === 'tied' ? [one.zeropoint - zeropoint[row]] : []))
  const common = mean(tied)
  const seen = new Uint16Array(mag.length)
  for (const star of observations.star) seen[star]++
  const pulls = []
  for (let star = 0; star < mag.length; star++) {
    const pull = Math.abs(mag[star] - starMag[star] - common) / magErr[star]
    if (seen[star] > 1 && inlierProbability[star] > 0.9 && Number.isFinite(pull)) pulls.push(pull)
  }
  pulls.sort((a, b) => a - b)
  return pulls[Math.floor(0.6827 * pulls.length)]
}
