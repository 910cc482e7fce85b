// Mutual matches within 1 arcsec, all in memory, index included, beside the same by scipy (unit vectors, two kd-trees,
// two queries) where python3-scipy is installed: the same positions, in turn, the best of each. Run `npm run build`
// first. Usage: node bench/match.mjs [rows ...]
import { cpus } from 'node:os'
import { byCell, simulatedField } from './simulated-fields.mjs'

const { matchSky } = await import(new URL('../dist/math/match-sky.js', import.meta.url).href)
const { scipyPeer } = await import(new URL('../dist/node/programs/scipy-match.js', import.meta.url).href)
const { seededRandom } = await import(new URL('../dist/math/random.js', import.meta.url).href)

const TURNS = 3

function own({ a, b }) {
  const before = process.cpuUsage()
  const pairs = matchSky(a, b, 1, { mode: 'mutual' }).a.length
  const { user, system } = process.cpuUsage(before)
  return { pairs, cpuMs: (user + system) / 1000 }
}

const scipy = await scipyPeer()
console.log(`${cpus()[0].model}, Node ${process.version}`)
console.log('rows | order | pairs | first CPU ms | best | scipy, pairs | CPU ms | ratio')
const rows = process.argv.slice(2).map(Number)
for (const n of rows.length > 0 ? rows : [3000, 200_000, 1_000_000]) {
  const random = simulatedField(n, seededRandom(1))
  for (const [order, sky] of [
    ['random', random],
    ['HEALPix', { a: byCell(random.a), b: byCell(random.b) }],
  ]) {
    const [ours, theirs] = [[], []]
    for (let turn = 0; turn < TURNS; turn++) {
      for (let warm = 0; warm < (n < 100_000 ? 20 : 2); warm++) ours.push(own(sky))
      if (scipy) theirs.push(await scipy.match(sky.a, sky.b, 1, { mode: 'mutual' }))
    }
    const best = (runs) => Math.min(...runs.map(({ cpuMs }) => cpuMs))
    const peer = scipy
      ? `${theirs[0].pairs} | ${best(theirs).toFixed(1)} | ${(best(ours) / best(theirs)).toFixed(3)}`
      : '- | - | -'
    console.log(`${n} | ${order} | ${ours[0].pairs} | ${ours[0].cpuMs.toFixed(1)} | ${best(ours).toFixed(1)} | ${peer}`)
  }
}
