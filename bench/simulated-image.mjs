// Images with a known truth: stars, galaxies and pairs, all sums of Gaussians, so that light, widths and convolutions
// are exact. The PSF has a core and wings and varies over the chip as a polynomial of the second degree.

/** Uniform numbers by xorshift (Marsaglia 2003) of a seed, and what is made of them. */
export function randomOf(seed) {
  let [a, b, c, d] = [seed | 0 || 1, 0x9e3779b9 | 0, 0x243f6a88 | 0, 0xb7e15162 | 0]
  const uniform = () => {
    const t = d ^ (d << 11)
    d = c
    c = b
    b = a
    a = a ^ (a >>> 19) ^ t ^ (t >>> 8)
    return (a >>> 0) / 2 ** 32
  }
  for (let k = 0; k < 40; k++) uniform()
  let spare
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare
      spare = undefined
      return kept
    }
    const r = Math.sqrt(-2 * Math.log(1 - uniform()))
    const t = 2 * Math.PI * uniform()
    spare = r * Math.sin(t)
    return r * Math.cos(t)
  }
  return { uniform, normal }
}

/** Shares and variances [of the core's] of the PSF: core, shoulder and wing, like a Moffat of beta 3.2. */
const PSF_PARTS = [
  [0.62, 1],
  [0.31, 2.6],
  [0.07, 9],
]
/** The same of an exponential disc of half-light radius 1 (Hogg & Lang 2013, PASP 125, 719, six parts). */
const DISC_PARTS = (() => {
  const shares = [2.34853813e-3, 3.0799526e-2, 0.223364214, 1.17949102, 4.3387375, 5.9982077]
  const variances = [1.20078965e-3, 8.84526493e-3, 3.91463084e-2, 0.139976817, 0.4609625, 1.50159566]
  const sum = shares.reduce((all, share) => all + share, 0)
  return shares.map((share, k) => [share / sum, variances[k]])
})()

/** Core's variances of the PSF at a place of the chip. */
function coreAt(x, y, { columns, rows, fwhmPixels }) {
  const [u, v] = [(2 * x) / columns - 1, (2 * y) / rows - 1]
  // FWHM of the sum is 1.11 times the core's.
  const width = (fwhmPixels / 2.3548 / 1.11) * (1 + 0.03 * u - 0.02 * v + 0.02 * (u * u + v * v) - 0.01 * u * v)
  const [e1, e2] = [0.02 + 0.02 * u, 0.02 * v - 0.01 * u]
  return [width * width * (1 + e1), width * width * (1 - e1), width * width * e2]
}

/** Adds a Gaussian of a flux, centre and variances, sampled at the pixels' centres. */
function add(light, columns, rows, flux, x, y, xx, yy, xy) {
  const det = xx * yy - xy * xy
  const [cxx, cyy, cxy] = [yy / det, xx / det, -xy / det]
  const peak = flux / (2 * Math.PI * Math.sqrt(det))
  // As far as it is above a hundredth of an electron.
  const reach = Math.sqrt(2 * Math.max(0, Math.log(Math.max(1, peak / 0.01))))
  const [rx, ry] = [reach * Math.sqrt(xx), reach * Math.sqrt(yy)]
  const [left, right] = [Math.max(0, Math.ceil(x - rx)), Math.min(columns - 1, Math.floor(x + rx))]
  const [bottom, top] = [Math.max(0, Math.ceil(y - ry)), Math.min(rows - 1, Math.floor(y + ry))]
  for (let j = bottom; j <= top; j++)
    for (let i = left; i <= right; i++) {
      const [dx, dy] = [i - x, j - y]
      light[j * columns + i] += peak * Math.exp(-0.5 * (cxx * dx * dx + cyy * dy * dy + 2 * cxy * dx * dy))
    }
}

function addObject(light, shape, object) {
  const { columns, rows } = shape
  const { x, y, flux, kind, radius = 0, axisRatio = 1, angle = 0 } = object
  const [cxx, cyy, cxy] = coreAt(x, y, shape)
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const [aa, bb] = [radius * radius, (radius * axisRatio) ** 2]
  const disc = kind === 'galaxy' ? DISC_PARTS : [[1, 0]]
  for (const [share, scale] of PSF_PARTS)
    for (const [part, variance] of disc)
      add(
        ...[light, columns, rows, flux * share * part, x, y],
        scale * cxx + variance * (aa * c * c + bb * s * s),
        scale * cyy + variance * (aa * s * s + bb * c * c),
        scale * cxy + variance * (aa - bb) * c * s,
      )
}

/** Effective area of the PSF [pixel]: a star's optimal signal to noise on a bright sky is flux / (noise sqrt(area)). */
export function psfArea(fwhmPixels) {
  const core = (fwhmPixels / 2.3548 / 1.11) ** 2
  let sum = 0
  for (const [a, s] of PSF_PARTS) for (const [b, t] of PSF_PARTS) sum += (a * b) / (2 * Math.PI * core * (s + t))
  return 1 / sum
}

/** Share of a star's light within a circle [pixel]; the ellipticity of a few percent does not change it. */
export function shareWithin(radius, { x, y }, shape) {
  const [xx, yy] = coreAt(x - 1, y - 1, shape)
  const outside = ([share, scale]) => share * Math.exp((-radius * radius) / (scale * (xx + yy)))
  return 1 - PSF_PARTS.reduce((sum, part) => sum + outside(part), 0)
}

/**
 * An image in counts, and what it holds. Objects lie one in a cell of a lattice, shaken, so that they are isolated but
 * for pairs; half are stars, of S/N 3 to 3000 in even logarithms and some that saturate, a third galaxies, the rest
 * pairs of stars.
 *
 * @returns pixels, and objects with x and y from 1 at the first pixel's centre, flux in counts, `snr` of the PSF
 */
export function simulatedImage({
  seed,
  columns = 2048,
  rows = 4096,
  cell = 51,
  fwhmPixels = 3.6,
  sky = 250,
  gain = 4,
}) {
  const random = randomOf(seed)
  const shape = { columns, rows, fwhmPixels }
  const readNoise = 7
  const noise = Math.sqrt(sky * gain + readNoise * readNoise)
  const perSnr = noise * Math.sqrt(psfArea(fwhmPixels))
  const objects = []
  const even = (low, high) => low * (high / low) ** random.uniform()
  for (let b = 0; b + 1 <= rows / cell; b++)
    for (let a = 0; a + 1 <= columns / cell; a++) {
      const at = (k) => (k + 0.5) * cell + (cell / 4) * (2 * random.uniform() - 1)
      const [x, y, draw] = [at(a), at(b), random.uniform()]
      if (draw < 0.01) objects.push({ kind: 'star', x, y, snr: even(5000, 60_000) })
      else if (draw < 0.5) objects.push({ kind: 'star', x, y, snr: even(3, 3000) })
      else if (draw < 0.85) {
        const [radius, axisRatio] = [even(1, 6), 0.3 + 0.7 * random.uniform()]
        objects.push({ kind: 'galaxy', x, y, snr: even(4, 600), radius, axisRatio, angle: Math.PI * random.uniform() })
      } else {
        const separation = [1, 1.5, 2][Math.floor(3 * random.uniform())]
        const [angle, snr] = [2 * Math.PI * random.uniform(), even(40, 400)]
        const ratio = random.uniform() < 0.5 ? 1 : 0.4
        const [dx, dy] = [separation * fwhmPixels * Math.cos(angle), separation * fwhmPixels * Math.sin(angle)]
        const pair = objects.length
        objects.push({ kind: 'pair', pair, separation, x, y, snr })
        objects.push({ kind: 'pair', pair, separation, x: x + dx, y: y + dy, snr: snr * ratio })
      }
    }
  const light = new Float64Array(columns * rows)
  for (const object of objects) {
    object.flux = (object.snr * perSnr) / gain
    addObject(light, shape, { ...object, flux: object.flux * gain })
  }
  const saturation = 60_000
  const pixels = new Float32Array(light.length)
  for (let i = 0; i < light.length; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns)]
    const level = sky * gain * (1 + 0.03 * (x / columns - 0.5) + 0.02 * (y / rows - 0.5))
    // Poisson noise of so many electrons is normal.
    const electrons = light[i] + level
    pixels[i] = Math.min(
      saturation,
      (electrons + Math.sqrt(electrons + readNoise * readNoise) * random.normal()) / gain,
    )
  }
  return {
    columns,
    rows,
    pixels,
    gain,
    saturation,
    fwhmPixels,
    objects: objects.map((o) => ({ ...o, x: o.x + 1, y: o.y + 1 })),
  }
}

/** The image as a FITS file of one HDU with a WCS, as DECam's would be. */
export function fitsOf({ columns, rows, pixels, gain, saturation }) {
  const cards = [
    ['SIMPLE', 'T'],
    ['BITPIX', -32],
    ['NAXIS', 2],
    ['NAXIS1', columns],
    ['NAXIS2', rows],
    ['INSTRUME', "'DECam   '"],
    ['FILTER', "'i DECam SDSS c0003 7835.0 1470.0'"],
    ['EXPTIME', '90.0'],
    ['MJD-OBS', '57983.0'],
    ['BUNIT', "'adu     '"],
    ['GAIN', gain.toFixed(4)],
    ['SATURATE', saturation.toFixed(1)],
    ['CTYPE1', "'RA---TAN'"],
    ['CTYPE2', "'DEC--TAN'"],
    ['CRVAL1', '53.1'],
    ['CRVAL2', '-27.8'],
    ['CRPIX1', (columns / 2 + 0.5).toFixed(1)],
    ['CRPIX2', (rows / 2 + 0.5).toFixed(1)],
    ['CD1_1', '0.0'],
    ['CD1_2', (0.263 / 3600).toExponential(12)],
    ['CD2_1', (0.263 / 3600).toExponential(12)],
    ['CD2_2', '0.0'],
  ].map(([keyword, value]) =>
    `${keyword.padEnd(8)}= ${typeof value === 'string' && value.startsWith("'") ? value : String(value).padStart(20)}`.padEnd(
      80,
    ),
  )
  const header = Buffer.from(
    [...cards, 'END'.padEnd(80)].join('').padEnd(2880 * Math.ceil((cards.length + 1) / 36)),
    'latin1',
  )
  const data = Buffer.from(Float32Array.from(pixels).buffer).swap32()
  return Buffer.concat([header, data, Buffer.alloc((2880 - (data.length % 2880)) % 2880)])
}
