// Rows as Gaia has them, for the benches that weigh bytes: ids of the level-12 pixel, full doubles, float32 noise, 18 %
// without BP and RP, 21 % without proper motion.
const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { nestedIndices } = await import(new URL('healpix/index.js', dist).href)
const { seededRandom } = await import(new URL('math/random.js', dist).href)

const NAMES = [
  'phot_g_mean_mag',
  'phot_g_mean_mag_error',
  'phot_bp_mean_mag',
  'phot_bp_mean_mag_error',
  'phot_rp_mean_mag',
  'phot_rp_mean_mag_error',
  'phot_bp_rp_excess_factor',
  'pmra',
  'pmdec',
]

/** Columns that a calibration does not read. */
const FURTHER_NAMES = ['parallax', 'ruwe']

/**
 * Running numbers in ids count up to so many times the stars per square degree, and so many ids have bit 32 set: fits
 * to the 2,000 random rows of DR2 and DR3 in ../shared/real/gaia (number over density: quartiles 0.23, 0.50, 0.90, 90 %
 * 1.2 in each tenth of density; bit 32 in 39 % at 10,000 stars per square degree, 83 % at 380,000).
 */
const NUMBERS_PER_DENSITY = 1.2
const FLAGGED = 0.65

/**
 * A field of `rows` stars at `perSqDeg`, round RA 45, Dec -35, off the borders of base cells; with `further`, also
 * columns that no calibration reads.
 */
export function simulatedStars(rows, perSqDeg, { seed = 1, further = false } = {}) {
  const random = seededRandom(seed)
  const names = further ? [...NAMES, ...FURTHER_NAMES] : NAMES
  const half = Math.sqrt(rows / perSqDeg) / 2
  const columns = Object.fromEntries(names.map((name) => [name, new Float32Array(rows)]))
  const ra = new Float64Array(rows)
  const dec = new Float64Array(rows)
  const rad = Math.PI / 180
  const [sinLow, sinHigh] = [Math.sin((-35 - half) * rad), Math.sin((-35 + half) * rad)]
  const raHalf = half / Math.cos(-35 * rad)
  for (let i = 0; i < rows; i++) {
    ra[i] = 45 + (2 * random.uniform() - 1) * raHalf
    dec[i] = Math.asin(sinLow + random.uniform() * (sinHigh - sinLow)) / rad
    const g = 20.9 + Math.log10(1e-4 + random.uniform()) / 0.25
    const colour = 0.4 + 0.9 * random.uniform() + 0.3 * random.normal()
    const error = 0.0003 + 10 ** (0.3 * (g - 20.5)) * 0.006
    const [noBands, noMotion] = [random.uniform() < 0.18, random.uniform() < 0.21]
    columns.phot_g_mean_mag[i] = g
    columns.phot_g_mean_mag_error[i] = error * (0.8 + 0.4 * random.uniform())
    columns.phot_bp_mean_mag[i] = noBands ? NaN : g + 0.6 * colour + 0.02 * random.normal()
    columns.phot_bp_mean_mag_error[i] = noBands ? NaN : 12 * error * (0.7 + 0.6 * random.uniform())
    columns.phot_rp_mean_mag[i] = noBands ? NaN : g - 0.4 * colour + 0.02 * random.normal()
    columns.phot_rp_mean_mag_error[i] = noBands ? NaN : 8 * error * (0.7 + 0.6 * random.uniform())
    columns.phot_bp_rp_excess_factor[i] = noBands ? NaN : 1.2 + 0.05 * colour ** 2 + 0.1 * Math.abs(random.normal())
    columns.pmra[i] = noMotion ? NaN : 8 * random.normal()
    columns.pmdec[i] = noMotion ? NaN : 8 * random.normal()
    if (!further) continue
    columns.parallax[i] = noMotion ? NaN : Math.abs(random.normal())
    columns.ruwe[i] = noMotion ? NaN : 1 + 0.1 * random.normal()
  }
  const lastNumber = Math.ceil(NUMBERS_PER_DENSITY * perSqDeg)
  const sourceId = BigInt64Array.from(nestedIndices(12, ra, dec), (pixel) => {
    const flag = random.uniform() < FLAGGED ? 1n << 32n : 0n
    return (BigInt(pixel) << 35n) | flag | (BigInt(random.below(lastNumber)) << 7n)
  })
  return {
    rowCount: rows,
    columns: [
      { name: 'source_id', type: 'i64', values: sourceId },
      { name: 'ra', type: 'f64', values: ra },
      { name: 'dec', type: 'f64', values: dec },
      ...names.map((name) => ({ name, type: 'f32', values: columns[name] })),
    ],
  }
}
