// What the thresholds of a CCD's concerns decide: simulated CCDs, clean and with one fault, judged with each threshold
// as it is, halved and doubled. Prints of each what changes: how many CCDs have a concern that a person should see.
// docs/sensitivity.md holds the gist. Usage: node bench/qa-thresholds.mjs [CCDs per case, 20] [constant, ...]
import { simulatedCcd, unchanged, withConstant } from './changed-engine.mjs'

const count = Number(process.argv[2] ?? 20)
const only = process.argv.slice(3)

const CONSTANTS = {
  'ccd-concerns.ts': [
    'FEW_STARS',
    'LARGE_ERROR_MAG',
    'MANY_OUTLIERS',
    'MAX_OUTLIERS',
    'LARGE_SCATTER_RATIO',
    'CROWDED_SHARE',
    'LARGE_FLUX_DIFFERENCE_MAG',
    'NOTED_FLUX_DIFFERENCE_MAG',
  ],
  'astrometry-concerns.ts': [
    'LOW_MATCH_FRACTION',
    'MANY_DETECTIONS',
    'LIKELY_BY_CHANCE',
    'LARGE_SCATTER_ARCSEC',
    'LARGE_EDGE_ARCSEC',
  ],
  'detector-concerns.ts': ['BRIGHT_END_SIGMAS', 'BRIGHT_END_MAG', 'CEILING_CHANCE', 'TREND_EVIDENCE'],
  'wrong-band.ts': ['SLOPE_DOUBT', 'SLOPE_DOUBT_PER_EBV', 'BAND_EVIDENCE', 'BLENDED_SLOPE'],
  'expectation-concerns.ts': ['LOW_TRANSPARENCY', 'HIGH_TRANSPARENCY', 'NO_TRANSPARENCY', 'SHALLOW_MAG'],
  'step-across.ts': ['FEWEST_ON_A_SIDE'],
  'residual-trends.ts': ['MIN_FOR_TREND'],
}

const dimmed = (sources, mag) => ({ ...sources, flux: sources.flux.map((flux, i) => flux * 10 ** (-0.4 * mag(i))) })

const moved = (sources, eastNorthArcsec) => {
  const [raDeg, decDeg] = [new Float64Array(sources.raDeg), new Float64Array(sources.decDeg)]
  raDeg.forEach((_, i) => {
    const [east, north] = eastNorthArcsec(i)
    decDeg[i] += north / 3600
    raDeg[i] += east / 3600 / Math.cos((decDeg[i] * Math.PI) / 180)
  })
  return { ...sources, raDeg, decDeg }
}

/** By name: where and what is observed, and what is wrong with it. */
const CASES = {
  sparse: { options: { pointing: { raDeg: 20, decDeg: -60 }, densityPerSqDeg: 600 } },
  usual: {},
  crowded: { options: { pointing: { raDeg: 270, decDeg: -30 }, densityPerSqDeg: 30_000 } },
  'half behind a cloud of 0.3 mag': {
    fault: ({ sources }) => dimmed(sources, (i) => (sources.xImage[i] > 1024 ? 0.3 : 0)),
  },
  'one half 0.9 of the light': {
    fault: ({ sources }) => dimmed(sources, (i) => (sources.xImage[i] > 1024 ? 0.114 : 0)),
  },
  'scatter of 0.1 mag more': { fault: ({ sources }, random) => dimmed(sources, () => 0.1 * random.normal()) },
  'fluxes of other stars': {
    fault: ({ sources }, random) => ({
      ...sources,
      flux: sources.flux.map(() => sources.flux[Math.floor(random.uniform() * sources.flux.length)]),
    }),
  },
  '15 mmag per mag': {
    fault: ({ sources }) => dimmed(sources, (i) => 0.015 * (-2.5 * Math.log10(Math.max(1, sources.flux[i])) + 12)),
  },
  'bright stars lose 0.05 mag': {
    fault: ({ sources }) => {
      const bright = sources.flux.slice().sort().at(-8)
      return dimmed(sources, (i) => (sources.flux[i] >= bright ? 0.05 : 0))
    },
  },
  'positions off by 0.4 arcsec each': {
    fault: ({ sources }, random) => moved(sources, () => [0.4 * random.normal(), 0.4 * random.normal()]),
  },
  'turned by 3 arcmin': {
    fault: ({ sources, centre }) =>
      moved(sources, (i) => {
        const east = (sources.raDeg[i] - centre.raDeg) * Math.cos((centre.decDeg * Math.PI) / 180) * 3600
        const north = (sources.decDeg[i] - centre.decDeg) * 3600
        return [(-north * 180) / 206_265, (east * 180) / 206_265]
      }),
  },
  'places without stars': {
    fault: ({ sources }, random) => ({
      ...sources,
      raDeg: sources.raDeg.map(() => sources.raDeg[Math.floor(random.uniform() * sources.raDeg.length)]),
    }),
  },
  'band r called i': { options: { band: 'r' } },
  '60 % transparent': { fault: ({ sources }) => dimmed(sources, () => 0.55) },
  'fluxes per second': { fault: ({ sources }) => dimmed(sources, () => 2.5 * Math.log10(90)) },
}

/** How many of a case's CCDs have each concern; at the key `any` how many have one that is no hint. */
async function concernsOf(calibration, { options = {}, fault = ({ sources }) => sources }) {
  const tags = new Map()
  for (let seed = 1; seed <= count; seed++) {
    const { input, catalog } = simulatedCcd(calibration, options, seed)
    const sources = fault(input, calibration.seededRandom(1000 + seed))
    const { concerns } = await calibration.calibrateCcd({ ...input, band: 'i', sources }, catalog)
    const grave = concerns.some(({ severity }) => severity !== 'hint')
    for (const tag of [...(grave ? ['any'] : []), ...new Set(concerns.map(({ tag }) => tag))])
      tags.set(tag, (tags.get(tag) ?? 0) + 1)
  }
  return tags
}

const asItIs = await unchanged()
const before = new Map()
console.log(`as it is, of ${count} CCDs each:`)
for (const [name, one] of Object.entries(CASES)) {
  before.set(name, await concernsOf(asItIs, one))
  console.log(`${name} | ${[...before.get(name)].map(([tag, n]) => `${tag} ${n}`).join(', ') || 'none'}`)
}
for (const [file, names] of Object.entries(CONSTANTS))
  for (const constant of names.filter((one) => only.length === 0 || only.includes(one)))
    for (const factor of [0.5, 2]) {
      const variant = await withConstant(`quality/${file}`, constant, factor)
      const changes = []
      for (const [name, one] of Object.entries(CASES)) {
        const [was, is] = [before.get(name), await concernsOf(variant, one)]
        const tags = [...new Set([...was.keys(), ...is.keys()])].filter((tag) => was.get(tag) !== is.get(tag))
        changes.push(...tags.map((tag) => `${name}: ${tag} ${was.get(tag) ?? 0} -> ${is.get(tag) ?? 0}`))
      }
      console.log(`${constant} | ${factor} | ${changes.join('; ') || 'nothing'}`)
    }
