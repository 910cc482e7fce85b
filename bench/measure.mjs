// The own measuring engine beside source-extractor and psfex in one run, on simulated images with truth: completeness,
// blends, fluxes, positions, flags, zeropoints and CPU. `npm run build` first; needs both programs.
// Usage: node bench/measure.mjs [--images 2] [--cell 51] [--columns 2048] [--rows 4096] [--json FILE]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fitsOf, shareWithin, simulatedImage } from './simulated-image.mjs'

const dist = process.env.BLISS_DIST ?? new URL('../dist/', import.meta.url).href
const { memorySource } = await import(`${dist}formats/bytes.js`)
const { readFitsTable, LDAC_OBJECTS } = await import(`${dist}formats/fits/index.js`)
const bin = new URL('../bin/bliss-calib.js', import.meta.url).pathname
const programs = new URL('../programs/', import.meta.url).pathname

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    cell: { type: 'string', default: '51' },
    columns: { type: 'string', default: '2048' },
    rows: { type: 'string', default: '4096' },
    fwhm: { type: 'string', default: '3.6' },
    json: { type: 'string' },
  },
})
const scratch = mkdtempSync(join(process.env.BLISS_SCRATCH ?? tmpdir(), 'bliss-bench-measure-'))

/** Runs a command in a folder; CPU in seconds, children included. */
function timed(cwd, command, ...args) {
  const shell = `TIMEFORMAT='%U %S'; { time "$0" "$@" >out.txt 2>err.txt; } 2>time.txt`
  const { status } = spawnSync('/bin/bash', ['-c', shell, command, ...args], { cwd })
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${readFileSync(join(cwd, 'err.txt'), 'utf8').slice(-500)}`)
  const [user, system] = readFileSync(join(cwd, 'time.txt'), 'utf8').trim().split(' ').map(Number)
  return user + system
}

/** The columns of a catalogue, by name; rows of a vector column are `values[row * width + k]`. */
async function catalogue(path) {
  const table = await readFitsTable(memorySource(path, new Uint8Array(readFileSync(path))), { hdu: LDAC_OBJECTS })
  const by = Object.fromEntries(table.columns.map(({ name, values }) => [name, values]))
  return { ...by, count: table.rowCount, circles: (by.FLUX_APER?.length ?? 0) / table.rowCount }
}

const settings = (name, lines) =>
  readFileSync(join(programs, name), 'utf8')
    .split('\n')
    .filter((line) => !Object.keys(lines).includes(line.split(/\s/)[0]))
    .concat(Object.entries(lines).map(([key, value]) => `${key} ${value}`))
    .join('\n')

/** The chain: source-extractor, psfex, source-extractor with the PSF, by the package's settings. */
async function chain(folder, image) {
  const shared = '/usr/share/source-extractor'
  const common = {
    ...{ FILTER_NAME: `${shared}/gauss_3.0_7x7.conv`, STARNNW_NAME: `${shared}/default.nnw`, GAIN_KEY: 'NONE' },
    ...{ GAIN: image.gain, SATUR_KEY: 'NONE', SATUR_LEVEL: image.saturation },
  }
  const list = (name) => readFileSync(join(programs, name), 'utf8').replace(/^(#.*|IMAFLAGS_ISO)\n/gm, '')
  writeFileSync(join(folder, 'detect.param'), `${list('detect.param')}\nVIGNET(45,45)\n`)
  writeFileSync(join(folder, 'measure.param'), list('measure.param'))
  writeFileSync(join(folder, 'detect.sex'), settings('detect.sex', { ...common, PHOT_APERTURES: 15 }))
  writeFileSync(join(folder, 'psf.psfex'), settings('psf.psfex', { PSFVAR_DEGREES: 2 }))
  const detect = timed(folder, 'source-extractor', 'image.fits', '-c', 'detect.sex')
  const psfex = timed(folder, 'psfex', 'detect.cat', '-c', 'psf.psfex')
  const [, fwhm] = /PSF_FWHM= +([\d.E+]+)/.exec(readFileSync(join(folder, 'detect.psf'), 'latin1'))
  const further = { PSF_NAME: 'detect.psf', SEEING_FWHM: Number(fwhm) * 0.263 }
  writeFileSync(join(folder, 'measure.sex'), settings('measure.sex', { ...common, ...further }))
  const measure = timed(folder, 'source-extractor', 'image.fits', '-c', 'measure.sex')
  return { catalogue: await catalogue(join(folder, 'measure.cat')), cpu: { detect, psfex, measure } }
}

const own = (folder, outdir, ...words) => {
  mkdirSync(join(folder, outdir))
  return timed(folder, process.execPath, bin, 'measure', 'image.fits', '--outdir', outdir, '--workers', '1', ...words)
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
/** Robust standard deviation: half the distance of the 16th and 84th percentiles. */
function scatter(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  return (at(0.8413) - at(0.1587)) / 2
}

/** A lattice of places, to find the nearest within a few pixels. */
function near(xs, ys, reach) {
  const cells = new Map()
  const key = (x, y) => Math.floor(x / reach) * 100_003 + Math.floor(y / reach)
  for (let k = 0; k < xs.length; k++) {
    const cell = key(xs[k], ys[k])
    if (cells.has(cell)) cells.get(cell).push(k)
    else cells.set(cell, [k])
  }
  return (x, y, within = reach) => {
    let [best, least] = [-1, within]
    for (const dx of [-reach, 0, reach])
      for (const dy of [-reach, 0, reach])
        for (const k of cells.get(key(x + dx, y + dy)) ?? []) {
          const distance = Math.hypot(xs[k] - x, ys[k] - y)
          if (distance < least) [best, least] = [k, distance]
        }
    return best
  }
}

/** An arcsecond. */
const MATCH_PIXELS = 1 / 0.263

/** What one engine found of the truth. */
function judged(table, image) {
  const find = near(table.X_IMAGE, table.Y_IMAGE, 8)
  const truths = near(
    image.objects.map(({ x }) => x),
    image.objects.map(({ y }) => y),
    8,
  )
  const of = image.objects.map(({ x, y }) => find(x, y, MATCH_PIXELS))
  let spurious = 0
  for (let k = 0; k < table.count; k++) {
    const t = truths(table.X_IMAGE[k], table.Y_IMAGE[k], 8)
    if (t < 0) spurious++
  }
  const pairs = new Map()
  image.objects.forEach(({ kind, pair, separation, x, y }) => {
    if (kind !== 'pair') return
    const row = find(x, y, 0.5 * separation * image.fwhmPixels)
    pairs.set(pair, [...(pairs.get(pair) ?? [separation]), row])
  })
  const apart = [...pairs.values()].map(([separation, a, b]) => ({ separation, found: a >= 0 && b >= 0 && a !== b }))
  return { of, spurious, apart }
}

const all = []
const machine = `${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`
for (let k = 0; k < Number(options.images); k++) {
  const folder = join(scratch, `image-${k}`)
  mkdirSync(folder)
  const image = simulatedImage({
    ...{ seed: Number(options.seed) + k, cell: Number(options.cell), fwhmPixels: Number(options.fwhm) },
    ...{ columns: Number(options.columns), rows: Number(options.rows) },
  })
  writeFileSync(join(folder, 'image.fits'), fitsOf(image))
  delete image.pixels
  // What both PSFs take as all of the light.
  for (const one of image.objects) one.inAperture = one.flux * shareWithin(7.5, one, image)
  const theirs = await chain(folder, image)
  const full = own(folder, 'full')
  const calibration = own(folder, 'calibration', '--grade', 'calibration')
  const ours = await catalogue(join(folder, 'full/image_fullcat.fits'))
  all.push({ image, ours, theirs: theirs.catalogue, cpu: { ...theirs.cpu, full, calibration } })
  rmSync(folder, { recursive: true })
}
rmSync(scratch, { recursive: true })

const each = all.map(({ image, ours, theirs }) => ({
  ...{ image, ours, theirs, own: judged(ours, image), sex: judged(theirs, image) },
}))
const rows = []
const say = (what, own, sex, wanted = '') => rows.push({ what, own, sex, wanted })
const share = (found, of) => (of === 0 ? NaN : found / of)

for (const kind of ['star', 'galaxy'])
  for (const [low, high] of [
    [4, 6],
    [8, 12],
    [17, 23],
  ]) {
    const found = (side) => {
      const picked = each.flatMap((one) =>
        one.image.objects.flatMap((o, t) =>
          o.kind === kind && o.snr >= low && o.snr < high ? [one[side].of[t] >= 0] : [],
        ),
      )
      return share(picked.filter(Boolean).length, picked.length)
    }
    say(`${kind}s of S/N ${low}-${high}: found`, found('own'), found('sex'), 'within 0.01')
  }
const sumOf = (of) => each.reduce((sum, one) => sum + of(one), 0)
say(
  'spurious',
  sumOf(({ own }) => own.spurious),
  sumOf(({ sex }) => sex.spurious),
  'not more',
)
say(
  'objects',
  sumOf(({ ours }) => ours.count),
  sumOf(({ theirs }) => theirs.count),
)
for (const separation of [1, 1.5, 2]) {
  const found = (side) => {
    const picked = each.flatMap((one) => one[side].apart).filter((pair) => pair.separation === separation)
    return share(picked.filter((pair) => pair.found).length, picked.length)
  }
  say(`pairs at ${separation} FWHM: apart`, found('own'), found('sex'), 'at least')
}

/** Isolated objects that both have found. */
const both = each.flatMap(({ image, ours, theirs, own, sex }) =>
  image.objects.flatMap((truth, t) =>
    truth.kind !== 'pair' && own.of[t] >= 0 && sex.of[t] >= 0
      ? [{ truth, ours, theirs, a: own.of[t], b: sex.of[t] }]
      : [],
  ),
)
const clear = both.filter(({ ours, theirs, a, b }) => ours.FLAGS[a] === 0 && theirs.FLAGS[b] === 0)
const bright = clear.filter(({ truth }) => truth.snr > 50)
const ratio = (name, k = 0, width = 1) => {
  const pairs = bright.map(({ ours, theirs, a, b }) => [
    ours[name][a * width + k],
    theirs[name][b * width + k],
    theirs[name.replace('FLUX', 'FLUXERR')][b * width + k],
  ])
  say(`${name}${width > 1 ? ` ${k + 1}` : ''}: median ratio - 1`, median(pairs.map(([p, q]) => p / q)) - 1, 0, '0.001')
  say(`  scatter in quoted errors`, scatter(pairs.map(([p, q, e]) => (p - q) / e)), 0, '0.3')
}
ratio('FLUX_AUTO')
for (const k of [1, 4, 7, 11]) ratio('FLUX_APER', k, all[0].ours.circles)

const stars = clear.filter(({ truth }) => truth.kind === 'star')
const magBins = [10, 25, 63, 158, 398, 1000, 2511]
for (const name of ['FLUX_AUTO', 'FLUX_PSF'])
  for (let m = 0; m + 1 < magBins.length; m++) {
    const inBin = stars.filter(({ truth }) => truth.snr >= magBins[m] && truth.snr < magBins[m + 1])
    const truth = ({ truth }) => (name === 'FLUX_PSF' ? truth.inAperture : truth.flux)
    const of = (side, row) => {
      const offsets = inBin.flatMap((one) =>
        one[side][name] ? [2500 * Math.log10(one[side][name][one[row]] / truth(one))] : [],
      )
      const pulls = inBin.flatMap((one) =>
        one[side][name]
          ? [(one[side][name][one[row]] - truth(one)) / one[side][name.replace('FLUX', 'FLUXERR')][one[row]]]
          : [],
      )
      return { offset: median(offsets), scatter: scatter(offsets), pull: scatter(pulls) }
    }
    const [p, q] = [of('ours', 'a'), of('theirs', 'b')]
    const bin = `${name} of stars, S/N ${magBins[m]}-${magBins[m + 1]} (${inBin.length})`
    say(`${bin}: offset mmag`, p.offset, q.offset, name === 'FLUX_PSF' ? 'constant to 2' : '')
    say('  scatter mmag', p.scatter, q.scatter, 'at most 1.05')
    say('  scatter in quoted errors', p.pull, q.pull, '0.9-1.15')
  }

for (const kind of ['star', 'galaxy']) {
  const of = (side, row, more) =>
    scatter(
      clear
        .filter(({ truth }) => truth.kind === kind && truth.snr >= 20 && truth.snr < 200)
        .flatMap((one) => more(one, one[side], one[row])),
    )
  const offset = (one, table, row) => [table.XWIN_IMAGE[row] - one.truth.x, table.YWIN_IMAGE[row] - one.truth.y]
  say(
    `XWIN, YWIN of ${kind}s, S/N 20-200: scatter pixel`,
    of('ours', 'a', offset),
    of('theirs', 'b', offset),
    'at most 1.05',
  )
  const pull = (one, table, row) =>
    offset(one, table, row).map(
      (d) => d / Math.sqrt((table.ERRAWIN_IMAGE[row] ** 2 + table.ERRBWIN_IMAGE[row] ** 2) / 2),
    )
  say('  in quoted errors', of('ours', 'a', pull), of('theirs', 'b', pull))
}

if (all[0].ours.SPREAD_MODEL) {
  const pairs = clear
    .filter(({ truth }) => truth.snr > 50)
    .map(({ ours, theirs, a, b }) => [ours.SPREAD_MODEL[a], theirs.SPREAD_MODEL[b]])
  const galaxies = pairs.filter(([, q]) => q > 0.003 && q < 0.05)
  say(
    'SPREAD_MODEL: slope',
    galaxies.reduce((s, [p, q]) => s + p * q, 0) / galaxies.reduce((s, [, q]) => s + q * q, 0),
    1,
    '0.9-1.1',
  )
  for (const kind of ['star', 'galaxy']) {
    const of = (side, row) => {
      const picked = clear.filter(({ truth }) => truth.kind === kind && truth.snr > 30)
      return share(picked.filter((one) => Math.abs(one[side].SPREAD_MODEL[one[row]]) < 0.003).length, picked.length)
    }
    say(
      `  ${kind}s within 0.003, S/N > 30`,
      of('ours', 'a'),
      of('theirs', 'b'),
      kind === 'star' ? 'at least' : 'at most',
    )
    const pulls = (side, row) =>
      scatter(
        clear
          .filter(({ truth }) => truth.kind === kind && truth.snr > 10 && truth.snr < 100)
          .map((one) => one[side].SPREAD_MODEL[one[row]] / one[side].SPREADERR_MODEL[one[row]]),
      )
    if (kind === 'star')
      say('  scatter of stars in quoted errors, S/N 10-100', pulls('ours', 'a'), pulls('theirs', 'b'))
  }
}

const matched = each.flatMap(({ ours, theirs }) => {
  const find = near(theirs.X_IMAGE, theirs.Y_IMAGE, 8)
  return Array.from({ length: ours.count }, (_, a) => [
    ours.FLAGS[a],
    theirs.FLAGS[find(ours.X_IMAGE[a], ours.Y_IMAGE[a], 2)],
  ]).filter(([, q]) => q !== undefined)
})
for (const bit of [1, 2, 4, 8, 16, 32, 64, 128])
  say(
    `FLAGS ${bit}: equal`,
    share(matched.filter(([p, q]) => (p & bit) === (q & bit)).length, matched.length),
    share(matched.filter(([, q]) => (q & bit) !== 0).length, matched.length),
    bit < 4 ? '0.9' : '0.99',
  )

/** Weighted mean of magnitudes that stars of S/N 20 and more lack, cut at 3 sigma, and its error. */
function zeropoint(one, side, row, name) {
  let kept = stars
    .filter((s) => s.ours === one.ours && s.truth.snr > 20 && s.truth.snr < 2000)
    .map((s) => {
      const flux = s[side][name][s[row]]
      return [2.5 * Math.log10(flux / s.truth.flux), 1.0857 * (s[side][name.replace('FLUX', 'FLUXERR')][s[row]] / flux)]
    })
  let [mean, error] = [0, 0]
  for (let round = 0; round < 3; round++) {
    const weight = kept.reduce((sum, [, e]) => sum + 1 / (e * e + 1e-6), 0)
    mean = kept.reduce((sum, [d, e]) => sum + d / (e * e + 1e-6), 0) / weight
    error = 1 / Math.sqrt(weight)
    kept = kept.filter(([d, e]) => Math.abs(d - mean) < 3 * Math.hypot(e, 1e-3))
  }
  return { mean, error }
}
for (const name of ['FLUX_AUTO', 'FLUX_PSF'].filter((name) => all[0].ours[name])) {
  const differences = each.map((one) => {
    const [p, q] = [zeropoint(one, 'ours', 'a', name), zeropoint(one, 'theirs', 'b', name)]
    return (p.mean - q.mean) / q.error
  })
  say(`zeropoint by ${name}: difference in its error, largest`, Math.max(...differences.map(Math.abs)), 0, '0.5')
}
const cpu = (name) => all.reduce((sum, one) => sum + one.cpu[name], 0) / all.length
const whole = cpu('detect') + cpu('psfex') + cpu('measure')
say('CPU s, full', cpu('full'), whole, `${(0.2 * whole).toFixed(2)}`)
say('  ratio', cpu('full') / whole, 1, '0.20')
say('CPU s, calibration grade', cpu('calibration'), whole, `${(0.08 * whole).toFixed(2)}`)
say('  ratio', cpu('calibration') / whole, 1, '0.08')

const digits = (value) =>
  Number.isInteger(value) ? String(value) : Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(1)
console.log(`${machine}; ${all.length} images of ${options.columns} x ${options.rows}, seeds from ${options.seed}`)
console.log('what | own | source-extractor, psfex | wanted')
for (const { what, own, sex, wanted } of rows) console.log([what, digits(own), digits(sex), wanted].join(' | '))
if (options.json)
  writeFileSync(
    options.json,
    `${JSON.stringify({ machine, options, rows, cpu: all.map((one) => one.cpu) }, null, 2)}\n`,
  )
