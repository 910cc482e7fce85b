// What star flats of dithered exposures leave of the pattern inside CCDs. Run `npm run build` first. Usage:
// node bench/tie-star-flats.mjs [--exposures N] [--pattern wave|hills|rings] [--skies N] [--first SEED]
import { parseArgs } from 'node:util'
import { simulateTie } from './simulated-tie.mjs'

const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { tieExposures } = await import(new URL('tie/tie-exposures.js', dist).href)

const { values: given } = parseArgs({
  options: {
    exposures: { type: 'string', default: '20' },
    pattern: { type: 'string', default: 'wave' },
    skies: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
  },
})
const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
const mmag = (values) => (1000 * rms(values)).toFixed(2)

console.log('| pattern | exposures | seed | CCDs | pattern, rms | left | quoted | pull |')
console.log('|---|---|---|---|---|---|---|---|')
const first = Number(given.first)
for (let seed = first; seed < first + Number(given.skies); seed++) {
  const sky = simulateTie({ seed, exposures: Number(given.exposures), pattern: given.pattern })
  const { starFlats } = tieExposures(sky.input, { search: [0], starFlat: true })
  const [before, left, quoted, pulls] = [[], [], [], []]
  for (const { ccd, grid, map, mapErr } of starFlats) {
    const truth = Array.from(map, (_, cell) => {
      const [column, line] = [cell % grid.columns, Math.floor(cell / grid.columns)]
      return sky.patterns[ccd - 1]((column + 0.5) / grid.columns - 0.5, (line + 0.5) / grid.lines - 0.5)
    })
    before.push(...truth)
    left.push(...truth.map((value, cell) => map[cell] - value))
    quoted.push(...mapErr)
    pulls.push(...truth.map((value, cell) => (map[cell] - value) / mapErr[cell]))
  }
  console.log(
    `| ${given.pattern} | ${given.exposures} | ${seed} | ${starFlats.length} | ${mmag(before)} | ${mmag(left)} | ` +
      `${mmag(quoted)} | ${rms(pulls).toFixed(2)} |`,
  )
}
