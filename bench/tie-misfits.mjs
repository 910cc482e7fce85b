// Templates that do not belong: how often `tieExposures` names them, and what they do to the others.
// Run `npm run build` first. Usage: node bench/tie-misfits.mjs [--cells 'NAME;..'] [--skies N] [--first SEED]
import { parseArgs } from 'node:util'
import { simulateTie } from './simulated-tie.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { tieExposures } = await import(new URL('tie/tie-exposures.js', dist).href)

const { values: given } = parseArgs({
  options: {
    cells: { type: 'string', default: '' },
    skies: { type: 'string', default: '3' },
    first: { type: 'string', default: '0' },
  },
})
const SKIES = Number(given.skies)
const FIRST = Number(given.first)
const wanted = given.cells.split(';')

/** 50 mmag over a third of the focal plane from one of four sides; `edge` is how soft it is [deg]. */
const cloud = (edge) => (seed) => {
  const [along, sign] = [seed % 2 === 0 ? 'x' : 'y', seed % 4 < 2 ? 1 : -1]
  return (star) => {
    const depth = sign * star[along] - 0.33
    return 0.05 * (edge === 0 ? Number(depth > 0) : Math.min(1, Math.max(0, 0.5 + depth / edge)))
  }
}
const rawGaia = () => (star) => -0.25 * star.colour + 0.06 * star.colour ** 2
const otherBand = () => (star) => 0.9 * star.colour + 0.03 * Math.sin(1e5 * star.mag)
const colourTerm = () => (star) => 0.1 * star.colour
const nothing = () => () => 0

const CELLS = [
  ['i 4, sharp cloud', { band: 'i', exposures: 4 }, cloud(0)],
  ['i 4, soft cloud', { band: 'i', exposures: 4 }, cloud(0.2)],
  ['g 2, sharp cloud', { band: 'g', exposures: 2 }, cloud(0)],
  ['g 2, soft cloud', { band: 'g', exposures: 2 }, cloud(0.2)],
  ['i 2, sharp cloud', { band: 'i', exposures: 2 }, cloud(0)],
  ['g 3, raw Gaia G', { band: 'g', exposures: 3 }, rawGaia],
  ['g 3, another band', { band: 'g', exposures: 3 }, otherBand],
  ['g 3, colour term of 0.1', { band: 'g', exposures: 3 }, colourTerm],
  ['g 2, raw Gaia G', { band: 'g', exposures: 2 }, rawGaia],
  ['g 3, another field', { band: 'g', exposures: 3, elsewhere: 1 }, nothing],
  ['g 2, nothing', { band: 'g', exposures: 2 }, nothing],
  ['i 4, nothing', { band: 'i', exposures: 4 }, nothing],
]

console.log(
  `${SKIES} skies a cell from seed ${FIRST} on; the last exposure is spoilt; moves of the others' ratios in mmag:`,
)
console.log('against a tie without it, and against one in which it is sound (rms, largest)')
console.log('| case | named | others left out | moved: without it | if it were sound |')
console.log('|---|---|---|---|---|')
for (const [name, plan, spoilOf] of CELLS.filter(([cell]) => given.cells === '' || wanted.includes(cell))) {
  let [named, wrong] = [0, 0]
  const moved = { without: [], sound: [] }
  for (let seed = FIRST; seed < FIRST + SKIES; seed++) {
    const bad = plan.elsewhere ?? plan.exposures - 1
    const spoil = spoilOf(seed)
    const { input } = simulateTie({ ...plan, seed, spoil: (e, star) => (e === bad ? spoil(star) : 0) })
    const result = tieExposures(input)
    for (const { exposure, leftOut, verdict } of result.exposures) {
      if (!leftOut) continue
      if (exposure === bad) named++
      else wrong++
      if (process.env.BLISS_VERBOSE) console.log(`  sky ${seed}: exposure ${exposure}: ${verdict}`)
    }
    if (plan.exposures < 3) continue
    moved.without.push(...moves(result, tieExposures(withoutExposure(input, bad)), bad))
    if (spoilOf === nothing) continue
    moved.sound.push(...moves(result, tieExposures(simulateTie({ ...plan, seed }).input), bad))
  }
  console.log(`| ${name} | ${named} | ${wrong} | ${summary(moved.without)} | ${summary(moved.sound)} |`)
}

function withoutExposure(input, bad) {
  const only = (table) => {
    const rows = Array.from(table.exposure.keys()).filter((i) => table.exposure[i] !== bad)
    return Object.fromEntries(
      Object.entries(table).map(([name, column]) => [name, column.constructor.from(rows, (i) => column[i])]),
    )
  }
  return { ...input, observations: only(input.observations), ccds: only(input.ccds) }
}

function moves(result, other, bad) {
  const key = ({ exposureA, ccdA, exposureB, ccdB }) => [exposureA, ccdA, exposureB, ccdB].join()
  const ratios = new Map(other.pairs.map((pair) => [key(pair), pair.ratioMag]))
  return result.pairs
    .filter(({ exposureA, exposureB, nCommon }) => exposureA !== bad && exposureB !== bad && nCommon > 100)
    .map((pair) => 1000 * (pair.ratioMag - (ratios.get(key(pair)) ?? NaN)))
    .filter((value) => !Number.isNaN(value))
}

function summary(values) {
  if (values.length === 0) return '-'
  const rms = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
  return `${rms.toFixed(2)}, ${Math.max(...values.map(Math.abs)).toFixed(2)}`
}
