// The exposure solution: time of 60 CCDs, and what it makes of their own zeropoints (seeded; errors in mmag over 200
// exposures). Run `npm run build` first. Usage: node bench/exposure.mjs
const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const load = (path) => import(new URL(path, dist).href)
const { solveExposure } = await load('photometry/exposure/solution.js')
const { fitZeropoint } = await load('photometry/fit/zeropoint.js')
const { PLANE } = await load('simulate/telescope.js')
const { seededRandom } = await load('math/random.js')

const EXPOSURES = 200
const BAD = { 11: 0.3, 36: -0.25 }
const CLOUD = { 50: -0.1, 54: -0.15, 55: -0.2, 58: -0.12, 59: -0.25, 62: -0.3 }
const SPARSE = [4, 22, 29, 41, 53]
const working = new Set(PLANE.workingCcds())

/** 60 CCDs: 0.02 mag per degree, two bad, six cloudy, five sparse (errors of 15 to 40 mmag). */
function exposureOf(seed, { pattern = 0.005, error = [0.004, 0.006] } = {}) {
  const random = seededRandom(seed)
  return PLANE.ccds
    .filter(({ ccd }) => working.has(ccd))
    .map(({ ccd, xiDeg, etaDeg }) => {
      const [least, most] = SPARSE.includes(ccd) ? [0.015, 0.04] : error
      const zeropointErr = least + (most - least) * random.uniform()
      const truth =
        30.1 + 0.016 * xiDeg - 0.012 * etaDeg + pattern * random.normal() + (BAD[ccd] ?? 0) + (CLOUD[ccd] ?? 0)
      return { truth, ccd, xiDeg, etaDeg, zeropoint: truth + zeropointErr * random.normal(), zeropointErr, nUsed: 50 }
    })
}

const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

console.log('pattern | own errors | good CCDs: own -> solved, ratio, pull | without sparse: own -> solved, ratio, pull')
for (const [pattern, error] of [
  [0.005, [0.004, 0.006]],
  [0.004, [0.004, 0.006]],
  [0.002, [0.004, 0.006]],
  [0.01, [0.004, 0.006]],
  [0.005, [0.002, 0.003]],
  [0.005, [0.008, 0.012]],
]) {
  const entries = Array.from({ length: EXPOSURES }, (_, seed) => exposureOf(seed + 1, { pattern, error }))
    .flatMap((ccds) =>
      solveExposure(ccds).ccds.map(({ zeropoint, zeropointErr }, k) => ({
        ccd: ccds[k].ccd,
        own: ccds[k].zeropoint - ccds[k].truth,
        solved: zeropoint - ccds[k].truth,
        err: zeropointErr,
      })),
    )
    .filter(({ ccd }) => !(ccd in BAD) && !(ccd in CLOUD))
  const cells = [entries, entries.filter(({ ccd }) => !SPARSE.includes(ccd))].map((group) => {
    const [own, solved] = [1000 * rms(group.map(({ own }) => own)), 1000 * rms(group.map(({ solved }) => solved))]
    return (
      `${own.toFixed(2)} -> ${solved.toFixed(2)}, ${(solved / own).toFixed(2)}, ` +
      `${rms(group.map(({ solved, err }) => solved / err)).toFixed(2)}`
    )
  })
  console.log([1000 * pattern, error.map((e) => 1000 * e).join('-'), ...cells].join(' | '))
}

/** CCDs with stars, for the time with the test on stars held back. */
function withStars(ccds, stars) {
  const random = seededRandom(stars)
  return ccds.map((ccd, k) => {
    const instMag = Float64Array.from({ length: stars }, () => -13 - 3 * random.uniform())
    const refMag = instMag.map(
      (mag) => mag + ccd.truth + 0.015 * random.normal() + (random.uniform() < 0.1 ? random.normal() : 0),
    )
    const error = new Float64Array(stars).fill(0.005)
    const fit = fitZeropoint({ refMag, instMag, refMagErr: error, instMagErr: error })
    return {
      ...ccd,
      zeropoint: fit.zeropoint,
      zeropointErr: fit.zeropointErr,
      matches: {
        sourceId: BigInt64Array.from(
          { length: stars },
          (_, i) => 4_823_000_000_000_000_000n + BigInt(1_000_003 * (10_000 * k + i)),
        ),
        refMag,
        instMag,
        refMagErr: error,
        instMagErr: error,
      },
    }
  })
}

console.log('\n60 CCDs | first call ms | warm: median ms | CPU ms')
for (const [name, ccds] of [
  ['zeropoints only', exposureOf(1)],
  ['with 100 stars each, a tenth reserved', withStars(exposureOf(1), 100)],
]) {
  const first = timed(() => solveExposure(ccds))
  const runs = name === 'zeropoints only' ? 500 : 20
  for (let i = 0; i < runs / 2; i++) solveExposure(ccds)
  const cpu = process.cpuUsage()
  const times = Array.from({ length: runs }, () => timed(() => solveExposure(ccds))).sort((a, b) => a - b)
  console.log(
    [name, first.toFixed(1), times[runs >>> 1].toFixed(2), (process.cpuUsage(cpu).user / 1000 / runs).toFixed(2)].join(
      ' | ',
    ),
  )
}

function timed(run) {
  const started = performance.now()
  run()
  return performance.now() - started
}
