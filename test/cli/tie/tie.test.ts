import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { csvParse } from 'd3-dsv'
import { beforeAll, describe, expect, test } from 'vitest'
import { readStarFlat, starFlatFits } from '../../../src/exposure/star-flat-file.js'
import { memorySource } from '../../../src/formats/bytes.js'
import type { ResultDocument } from '../../../src/products/result-document.js'
import { asFloat64, findColumn } from '../../../src/table/columns.js'
import type { TieDocument } from '../../../src/tied-products/document.js'
import { TIE_SHAPE } from '../../../src/tied-products/shape.js'
import { tieText } from '../../../src/tied-products/text.js'
import { ditheredField, type DitheredField, type Visit } from '../../support/dithered.js'
import { sumsBelow } from '../../support/file-tree.js'
import { run, temporaryDirectory } from '../run.js'

const CCDS = [24, 28, 35]
const SEARCH: Visit = { expnum: 900001 }
const NEAR: Visit = { expnum: 900002, ditherDeg: [0.1, 0.03], zeropoint: 30.4 }
const FAR: Visit = { expnum: 900003, ditherDeg: [-0.05, 0.1], zeropoint: 29.7 }
const VISITS = [SEARCH, NEAR, FAR]
const label = ({ expnum }: Visit) => `D00${expnum}_r4p5`

let field: DitheredField
let search: string
let near: string
let far: string
let three: Awaited<ReturnType<typeof tied>>

beforeAll(async () => {
  field = await ditheredField(CCDS)
  ;[search, near, far] = (await Promise.all(VISITS.map((visit) => field.calibrate(visit)))) as [string, string, string]
  three = await tied([search, '--templates', near, far])
})

/** Ties into a new directory. */
async function tied(words: readonly string[], outdir = join(temporaryDirectory(), 'tied')) {
  const ended = await run(['tie', ...words, '--outdir', outdir, '--json'])
  return { ...ended, outdir, document: (ended.out === '' ? undefined : JSON.parse(ended.out)) as TieDocument }
}

const lineOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')[1]!.split(',')

/** Errors of the ratios in units of what is stated, against what was put in. */
function pullsOf({ pairs }: TieDocument, visits: readonly Visit[]): number[] {
  const truth = new Map(visits.map((visit) => [label(visit), field.observe(visit).zeropoints.byCcd]))
  return pairs.map(({ a, b, ratioMag, ratioErr }) => {
    const put = truth.get(a.exposure)!.get(a.ccd)! - truth.get(b.exposure)!.get(b.ccd)!
    return (ratioMag - put) / ratioErr
  })
}

test('products of a CCD that failed since are refused: nobody can tell of which run they are', async () => {
  const dir = join(temporaryDirectory(), 'failed')
  cpSync(near, dir, { recursive: true })
  const name = `zeropoint_${label(NEAR)}.json`
  const whole = JSON.parse(readFileSync(join(dir, name), 'utf8')) as ResultDocument
  const ccds = whole.ccds.filter(({ ccd }) => ccd !== CCDS[0])
  const failed = [{ ccd: CCDS[0]!, reason: 'its catalogue is damaged' }]
  writeFileSync(join(dir, name), JSON.stringify({ ...whole, ccds, failed }))
  const refused = await tied([search, '--templates', dir])
  expect(refused.exitCode).toBe(3)
  expect(refused.err).toContain(`CCD ${CCDS[0]} failed when its exposure was calibrated last`)
  expect(refused.err).toContain('bliss-calib merge first')
  expect(existsSync(refused.outdir)).toBe(false)
  const named = await tied([search, '--templates', join(dir, name)])
  expect([named.exitCode, named.document.ccds.filter(({ exposure }) => exposure === label(NEAR)).length]).toEqual([
    0, 2,
  ])
})

describe('a search exposure and its templates', () => {
  test('ratios are the true ones within their errors', () => {
    const { exitCode, document } = three
    expect([exitCode, document.verdict, document.concerns]).toEqual([0, 'GO', []])
    const pulls = pullsOf(document, VISITS)
    expect(pulls.length).toBeGreaterThan(5)
    for (const pull of pulls) expect(Math.abs(pull)).toBeLessThan(4)
    for (const { a, ratioErr } of document.pairs) {
      expect(a.exposure).toBe(label(SEARCH))
      expect(ratioErr).toBeLessThan(0.01)
    }
  })

  test('ratios are nearer to the truth than those of the calibrations', () => {
    const { document } = three
    const truth = new Map(VISITS.map((visit) => [label(visit), field.observe(visit).zeropoints.byCcd]))
    const before = (exposure: string, ccd: number) =>
      document.ccds.find((one) => one.exposure === exposure && one.ccd === ccd)!.before!
    const [tiedOff, ownOff] = [0, 1].map((which) => {
      const squares = document.pairs.map(({ a, b, ratioMag }) => {
        const put = truth.get(a.exposure)!.get(a.ccd)! - truth.get(b.exposure)!.get(b.ccd)!
        return ((which === 0 ? ratioMag : before(a.exposure, a.ccd) - before(b.exposure, b.ccd)) - put) ** 2
      })
      return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length)
    })
    expect(tiedOff!).toBeLessThan(0.75 * ownOff!)
  })

  test('templates on a catalogue with another level: the levels differ, the ratios are true', async () => {
    const catalog = await field.catalogOff(0.03)
    const onOther = await Promise.all([NEAR, FAR].map((visit) => field.calibrate(visit, [], 'all', catalog)))
    const { exitCode, document } = await tied([search, '--templates', ...onOther])
    expect([exitCode, document.verdict, document.catalogs.length]).toEqual([0, 'GO', 2])
    const [one, other] = document.catalogs.map(({ level }) => level!)
    expect(Math.abs(Math.abs(one! - other!) - 0.03)).toBeLessThan(0.004)
    for (const pull of pullsOf(document, VISITS)) expect(Math.abs(pull)).toBeLessThan(4)
    for (const { ratioErr } of document.pairs) expect(ratioErr).toBeLessThan(0.01)
  })

  test('five exposures likewise, with smaller errors than two', async () => {
    const more: Visit[] = [
      { expnum: 900006, ditherDeg: [0.02, -0.08] },
      { expnum: 900007, ditherDeg: [-0.1, -0.02] },
    ]
    const dirs = await Promise.all(more.map((visit) => field.calibrate(visit)))
    const five = await tied([search, '--templates', near, far, ...dirs])
    expect(five.document.exposures.map((one) => one.leftOut)).toEqual([false, false, false, false, false])
    const pulls = pullsOf(five.document, [...VISITS, ...more])
    expect(Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0) / pulls.length)).toBeLessThan(2)
    const errorOf = ({ pairs }: TieDocument) =>
      pairs.find(({ a, b }) => a.ccd === 28 && b.ccd === 28 && b.exposure === label(NEAR))!.ratioErr
    const two = await tied([search, '--templates', near])
    expect(errorOf(five.document)).toBeLessThan(errorOf(two.document))
  })

  test('the products have the tied zeropoints', () => {
    const { outdir, document } = three
    const own = document.ccds.find(({ exposure, ccd }) => exposure === label(SEARCH) && ccd === 28)!
    const zero = readFileSync(join(outdir, `Zero_D00900001_28_r4p5.csv`), 'utf8').split('\n')
    expect(zero[0]).toMatch(/,outcome,tieErr,anchor,ZP_A,ZP_B$/)
    const numbers = `,${(-own.zeropoint!).toFixed(6)},${own.zeropointErr!.toFixed(6)},mag_psf,des-ab,`
    expect(zero[1]).toContain(numbers)
    expect(zero[1]).toMatch(/,fitted,0\.\d{6},gaia_dr3,,$/)
    const catalogue = readFileSync(join(outdir, 'D00900001_28_r4p5_ZP.csv'), 'utf8').split('\n')
    const columns = catalogue[0]!.split(',')
    expect(columns).toHaveLength(25)
    const rows = catalogue.slice(1, -1).map((line) => line.split(',').map(Number))
    const column = (name: string) => rows.map((row) => row[columns.indexOf(name)]!)
    expect(new Set(column('ZeroPoint').map((value) => value.toFixed(6)))).toEqual(
      new Set([(-own.zeropoint!).toFixed(6)]),
    )
    const [flux, mag] = [column('FLUX_PSF'), column('MAG_PSF')]
    mag.forEach((value, i) => {
      if (value > 0) expect(value).toBeCloseTo(-2.5 * Math.log10(flux[i]!) + own.zeropoint!, 4)
    })
    const names = (dir: string) => readdirSync(dir).sort()
    const ofTie = ['html', 'json'].map((ending) => `tie_${label(SEARCH)}.${ending}`)
    const all = [...[search, near, far].flatMap(names), ...ofTie, `tie_${label(SEARCH)}_stars.parquet`]
    expect(names(outdir)).toEqual(all.sort())
  })

  test('other commands read them as any products', async () => {
    expect(await run(['report', three.outdir, '--outdir', temporaryDirectory(), '--quiet'])).toMatchObject({
      exitCode: 0,
      err: '',
    })
    const [before, after] = [search, three.outdir].map((dir) => join(dir, `${label(SEARCH)}_ZP.csv`)) as [
      string,
      string,
    ]
    const compared = await run(['compare', before, after, '--tolerance-mag', '0.1'])
    expect(compared).toMatchObject({ exitCode: 0, err: '' })
  })

  test('give the same bytes in any order', async () => {
    const other = await tied([search, '--templates', far, near])
    expect(sumsBelow(other.outdir)).toEqual(sumsBelow(three.outdir))
  })

  test('links that lead back to a directory above are not followed, others are', async () => {
    const home = temporaryDirectory()
    cpSync(search, join(home, 'search'), { recursive: true })
    symlinkSync('..', join(home, 'search', 'up'))
    symlinkSync('.', join(home, 'search', 'here'))
    symlinkSync(near, join(home, 'near'))
    const linked = await tied([join(home, 'search'), '--templates', join(home, 'near'), far])
    expect([linked.exitCode, linked.err]).toEqual([0, ''])
    expect(sumsBelow(linked.outdir)).toEqual(sumsBelow(three.outdir))
  })

  test('a result of the whole exposure, or of a CCD, stands for its products', async () => {
    const whole = await tied([join(search, `zeropoint_${label(SEARCH)}.json`), '--templates', near, far])
    expect(sumsBelow(whole.outdir)).toEqual(sumsBelow(three.outdir))
    const one = await tied([join(search, 'zeropoint_D00900001_28_r4p5.json'), '--templates', near])
    expect(one.document.exposures.map(({ ccds }) => ccds)).toEqual([1, 3])
  })

  test('the JSON follows the published schema, every field of it named', () => {
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(closed(TIE_SHAPE) as object)
    validate(three.document)
    expect(validate.errors).toBeNull()
  })

  test('the page shows network, residuals and levels', () => {
    const page = readFileSync(join(three.outdir, `tie_${label(SEARCH)}.html`), 'utf8')
    expect(page.match(/<svg/g)).toHaveLength(4)
    for (const words of ['Stars in common', 'Levels of the catalogues', 'decam: what is left', 'tied minus calibrated'])
      expect(page).toContain(words)
  })

  test('the terminal says what to do', async () => {
    const { exitCode, out } = await run([
      'tie',
      search,
      '--templates',
      near,
      '--outdir',
      join(temporaryDirectory(), 't'),
    ])
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^D00900001_r4p5 i \(des-ab\): GO: difference imaging may scale/)
    expect(out).toMatch(/template D00900002_r4p5 {2}3 of 3 CCDs tied, moved by [+-]\d\.\d mmag in the median/)
  })
})

describe('a CCD whose amplifiers differ', () => {
  const STEP = 0.04
  let stepped: typeof three
  let before: string

  beforeAll(async () => {
    const visits = VISITS.map((visit) => ({ ...visit, amplifierStep: { ccd: 28, mag: STEP } }))
    const [one, ...others] = await Promise.all(visits.map((visit) => field.calibrate(visit)))
    before = one!
    stepped = await tied([one!, '--templates', ...others])
  })

  test('has a zeropoint for each, and the others have not', () => {
    expect([stepped.exitCode, stepped.document.verdict]).toEqual([0, 'GO'])
    for (const { ccd, amplifiers, zeropoint } of stepped.document.ccds) {
      if (ccd !== 28) expect(amplifiers).toBeNull()
      else {
        const { a, b, err, column } = amplifiers!
        expect(column).toBe(1024)
        expect(Math.abs(a - b - STEP)).toBeLessThan(4 * err)
        expect(err).toBeLessThan(0.008)
        expect((a + b) / 2).toBeCloseTo(zeropoint!, 3)
      }
    }
  })

  test('says so in Zero_, JSON, verdict, page; each row has the zeropoint of its amplifier', () => {
    const { outdir, document } = stepped
    const { a, b } = document.ccds.find(({ exposure, ccd }) => exposure === label(SEARCH) && ccd === 28)!.amplifiers!
    expect(lineOf(join(outdir, 'Zero_D00900001_28_r4p5.csv')).slice(-2)).toEqual([(-a).toFixed(6), (-b).toFixed(6)])
    const json = JSON.parse(readFileSync(join(outdir, 'zeropoint_D00900001_28_r4p5.json'), 'utf8')) as ResultDocument
    expect(json.ccds[0]!.tie!.amplifiers).toMatchObject({ column: 1024, a, b })
    const { sentence } = json.ccds[0]!.concerns.find(({ tag }) => tag === 'amplifiers')!
    expect(sentence).toMatch(/^the two amplifiers differ by -\d\d\.\d ± \d\.\d mmag .* in the tied exposures/)
    expect(readFileSync(join(outdir, `tie_${label(SEARCH)}.html`), 'utf8')).toContain('<h2>Amplifiers</h2>')
    const lines = readFileSync(join(outdir, 'D00900001_28_r4p5_ZP.csv'), 'utf8').trimEnd().split('\n')
    const columns = lines[0]!.split(',')
    const { ccds } = field.observe(SEARCH)
    const { table } = ccds.find(({ ccd }) => ccd === 28)!
    const [numbers, x] = ['NUMBER', 'X_IMAGE'].map((name) => asFloat64(findColumn(table, name)!)!) as [
      Float64Array,
      Float64Array,
    ]
    const columnOf = new Map(Array.from(numbers, (number, row) => [number, x[row]!]))
    for (const line of lines.slice(1)) {
      const value = (name: string) => Number(line.split(',')[columns.indexOf(name)])
      const at = columnOf.get(value('NUMBER'))!
      if (Math.abs(at - 1024.5) < 2) continue
      const zeropoint = at > 1024.5 ? b : a
      expect(value('ZeroPoint')).toBeCloseTo(-zeropoint, 6)
      if (value('MAG_PSF') > 0)
        expect(value('MAG_PSF')).toBeCloseTo(-2.5 * Math.log10(value('FLUX_PSF')) + zeropoint, 4)
    }
  })

  test('is said on the terminal; report reads the products', async () => {
    const again = await run(['report', stepped.outdir, '--outdir', temporaryDirectory(), '--quiet'])
    expect(again).toMatchObject({ exitCode: 0, err: '' })
    expect(tieText(stepped.document)).toContain('two amplifiers with a zeropoint each: CCD 28\n')
  })

  test('compare says so, and counts no zeropoint as another than the own one', async () => {
    const { a, b } = stepped.document.ccds.find((one) => one.exposure === label(SEARCH) && one.ccd === 28)!.amplifiers!
    const { out } = await run(['compare', before, stepped.outdir])
    const both = `28 (A ${a.toFixed(4)}, B ${b.toFixed(4)})`
    expect(out.replace(/\s+/g, ' ')).toContain(`Magnitudes of NEW made with a zeropoint for each amplifier: ${both}`)
    expect(out).not.toContain('another zeropoint')
    expect(out).toMatch(/in kind: .*amplifiers \d/)
  })

  test('magnitudes at places have the zeropoint of their amplifier, and say which', async () => {
    const { a, b } = stepped.document.ccds.find((one) => one.exposure === label(SEARCH) && one.ccd === 28)!.amplifiers!
    const lines = readFileSync(join(stepped.outdir, 'D00900001_28_r4p5_ZP.csv'), 'utf8').trimEnd().split('\n')
    const columns = lines[0]!.split(',')
    const rows = lines.slice(1).map((line) => line.split(','))
    const value = (row: string[], name: string) => Number(row[columns.indexOf(name)])
    const brightOn = (zeropoint: number) =>
      rows
        .filter((row) => Math.abs(value(row, 'ZeroPoint') + zeropoint) < 1e-6 && value(row, 'FLAGS') === 0)
        .sort((one, other) => value(other, 'FLUX_PSF') - value(one, 'FLUX_PSF'))[0]!
    const stars = [brightOn(a), brightOn(b)] as const
    const outdir = temporaryDirectory()
    const words = stars.flatMap((row, i) => [
      '--target',
      `s${i}=${value(row, 'ALPHAWIN_J2000')},${value(row, 'DELTAWIN_J2000')}`,
    ])
    const { exitCode, err } = await run(['lightcurve', stepped.outdir, ...words, '--outdir', outdir, '--quiet'])
    expect([exitCode, err]).toEqual([0, ''])
    stars.forEach((row, i) => {
      const text = readFileSync(join(outdir, `s${i}_lightcurve.ecsv`), 'utf8')
      const curve = csvParse(text.replace(/^#.*\n/gm, ''))
      const own = curve.find(({ image }) => image === 'D00900001_28_r4p5')!
      const [zeropoint, name] = [[a, 'A'] as const, [b, 'B'] as const][i]!
      expect(Number(own['zeropoint'])).toBeCloseTo(zeropoint, 5)
      expect(Number(own['mag'])).toBeCloseTo(value(row, 'MAG_PSF'), 4)
      expect(own['note']).toContain(`zeropoint of amplifier ${name}`)
    })
  })
})

describe('--starflat', () => {
  const inside = (x: number, y: number) => 0.02 * Math.cos((2 * Math.PI * x) / 1400 + y / 900)
  const dithers = [
    [0, 0],
    [0.1, 0.03],
    [-0.05, 0.1],
    [0.02, -0.08],
    [-0.1, -0.02],
    [0.06, 0.07],
  ] as const
  const visits = dithers.map(([east, north], k): Visit => ({
    ...{ expnum: 900041 + k, inside },
    ...(k === 0 ? {} : { ditherDeg: [east, north] }),
  }))
  let dirs: string[]
  let flat: string

  beforeAll(async () => {
    dirs = await Promise.all(visits.map((visit) => field.calibrate(visit)))
    const made = await tied([dirs[0]!, '--templates', ...dirs.slice(1), '--starflat'])
    expect([made.exitCode, made.err]).toEqual([0, ''])
    flat = join(made.outdir, `tie_${label(visits[0]!)}_starflat.fits`)
  })

  test('writes what is inside the CCDs', async () => {
    const { camera, band, exposures, ccds } = await readStarFlat(memorySource(flat, readFileSync(flat)))
    expect([camera, band, exposures, ccds.map(({ ccd }) => ccd)]).toEqual(['decam', 'i', 6, CCDS])
    for (const { map, columns, left, bottom, width, height, lines } of ccds) {
      // A map has no slope of three CCDs; the wave has little.
      const truth = map.map((_, k) =>
        inside(
          left + ((k % columns) + 0.5) * (width / columns),
          bottom + (Math.floor(k / columns) + 0.5) * (height / lines),
        ),
      )
      const sum = (of: (k: number) => number) => map.reduce((total, __, k) => total + of(k), 0)
      const [mean, own] = [sum((k) => truth[k]!) / map.length, sum((k) => map[k]!) / map.length]
      const both = sum((k) => (truth[k]! - mean) * (map[k]! - own))
      const alone = Math.sqrt(sum((k) => (truth[k]! - mean) ** 2) * sum((k) => (map[k]! - own) ** 2))
      expect(both / alone).toBeGreaterThan(0.9)
    }
  })

  test('a later calibration is better with it, and says so', async () => {
    const later: Visit = { expnum: 900051, ditherDeg: [0.03, 0.03], inside }
    const [without, withIt] = [await field.calibrate(later), await field.calibrate(later, ['--starflat', flat])]
    const of = (dir: string) =>
      JSON.parse(readFileSync(join(dir, `zeropoint_${label(later)}.json`), 'utf8')) as ResultDocument
    const scatter = (dir: string) => of(dir).ccds.map((ccd) => ccd.scatter!)
    scatter(withIt).forEach((value, k) => expect(value).toBeLessThan(scatter(without)[k]!))
    const { provenance } = of(withIt)
    expect(provenance.options['starflat']).toBe(basename(flat))
    expect(provenance.inputs[basename(flat)]).toMatch(/^[0-9a-f]{64}$/)
    expect(of(without).provenance.options['starflat']).toBeUndefined()
  })

  test('in a batch: the same, and again only if the star flat is another', async () => {
    const later: Visit = { expnum: 900051, ditherDeg: [0.03, 0.03], inside }
    const withIt = await field.calibrate(later, ['--starflat', flat])
    const outdir = temporaryDirectory()
    const batch = (...words: string[]) =>
      run(['batch', field.work(later), '--catalog', field.catalog, '--outdir', outdir, ...words])
    expect((await batch('--starflat', flat)).exitCode).toBe(0)
    const name = `zeropoint_${label(later)}.json`
    const found = readFileSync(join(outdir, label(later), name), 'utf8')
    expect(found).toBe(readFileSync(join(withIt, name), 'utf8'))
    expect((await batch('--starflat', flat)).out).toContain('0 calibrated, 1 unchanged')
    expect((await batch()).out).toContain('1 calibrated, 0 unchanged')
    const unread = await batch('--starflat', join(outdir, 'none.fits'))
    expect([unread.exitCode, unread.err]).toEqual([3, expect.stringContaining('none.fits')])
  })

  test('is refused for another band, of another size, and from two exposures', async () => {
    const other: Visit = { expnum: 900052, band: 'z' }
    const where = ['--workdir', field.work(other), '--outdir', temporaryDirectory(), '--catalog', field.catalog]
    const refused = await run(['--expnum', '900052', '--ccd', '28', ...where, '--starflat', flat, '--quiet'])
    expect([refused.exitCode, refused.out]).toEqual([3, ''])
    expect(refused.err).toMatch(
      /_starflat\.fits: the star flat is of another band than .*_fullcat\.fits \(found i, expected z/,
    )
    const half = join(temporaryDirectory(), 'half.fits')
    const read = await readStarFlat(memorySource(flat, readFileSync(flat)))
    writeFileSync(half, starFlatFits({ ...read, ccds: read.ccds.map((ccd) => ({ ...ccd, width: ccd.width / 2 })) }))
    const mine = [
      ...['--workdir', field.work(visits[0]!), '--outdir', temporaryDirectory()],
      '--catalog',
      field.catalog,
    ]
    const halved = await run(['--expnum', '900041', '--ccd', '28', ...mine, '--starflat', half, '--quiet'])
    expect(halved.exitCode).toBe(3)
    expect(halved.err).toMatch(
      /half\.fits, column X_FIRST, WIDTH: the star flat of CCD 28 is damaged \(found [\d.]+ in row \d+ of .*_fullcat\.fits, /,
    )
    const few = await tied([dirs[0]!, '--templates', dirs[1]!, '--starflat'])
    expect([few.exitCode, few.out]).toEqual([3, ''])
    expect(few.err).toMatch(/no star flat: .* \(found 2 exposures, expected 5 or more that are dithered/)
    expect(existsSync(few.outdir)).toBe(false)
  })
})

describe('exposures that a star flat has corrected', () => {
  const [A, B]: [Visit, Visit] = [{ expnum: 900061 }, { expnum: 900062, ditherDeg: [0.03, 0.02] }]
  const flatOf = (exposures: number): string => {
    const file = join(temporaryDirectory(), `flat${exposures}.fits`)
    const zeros = { map: new Float64Array(2), mapErr: new Float64Array(2), columns: 1, lines: 2 }
    const ccds = [{ ccd: 28, left: 1, bottom: 1, width: 2047, height: 4095, ...zeros }]
    const facts = { camera: 'decam', band: 'i', filter: null, tie: 'x', epochsYr: null, version: '0.1.0' }
    writeFileSync(file, starFlatFits({ ...facts, exposures, ccds }))
    return file
  }
  let [plainA, plainB, oneA, oneB, otherB] = ['', '', '', '', '']

  beforeAll(async () => {
    const [one, other] = [flatOf(5), flatOf(6)]
    ;[plainA, plainB] = [await field.calibrate(A, [], '28'), await field.calibrate(B, [], '28')]
    ;[oneA, oneB] = [
      await field.calibrate(A, ['--starflat', one], '28'),
      await field.calibrate(B, ['--starflat', one], '28'),
    ]
    otherB = await field.calibrate(B, ['--starflat', other], '28')
  })

  const refusedBy = async (words: readonly string[], says: RegExp) => {
    const ended = await tied(words)
    expect(ended.err).toMatch(says)
    expect([ended.exitCode, ended.out, existsSync(ended.outdir)]).toEqual([3, '', false])
  }

  test('are tied if all are by the same', async () => {
    const both = await tied([oneA, '--templates', oneB])
    expect([both.exitCode, both.document.verdict]).toEqual([0, 'GO'])
    // Tied once more they are still known as corrected.
    const again = join(both.outdir, 'zeropoint_D00900061_28_r4p5.json')
    await refusedBy([again, '--templates', plainB], /corrected by a star flat, others by another or by none/)
  })

  test('are not mixed with others, whichever is given first', async () => {
    const sentence = 'some exposures are corrected by a star flat, others by another or by none'
    const [fileA, fileB] = ['zeropoint_D00900061_28_r4p5\\.json', 'zeropoint_D00900062_28_r4p5\\.json']
    const [five, six] = [5, 6].map((n) => `star flat flat${n}\\.fits \\(SHA-256 [0-9a-f]{12}\\)`) as [string, string]
    const both = (found: string, expected: string) =>
      new RegExp(`${fileB}: ${sentence} \\(found ${found}, expected ${expected}, as .*${fileA}\\)`)
    await refusedBy([oneA, '--templates', plainB], both('no star flat', five))
    await refusedBy([plainB, '--templates', oneA], both('no star flat', five))
    await refusedBy([plainA, '--templates', oneB], both(five, 'no star flat'))
    await refusedBy([oneA, '--templates', otherB], both(six, five))
  })

  test('make no star flat', async () => {
    await refusedBy(
      [oneA, '--templates', oneB, '--starflat'],
      /900061_28_r4p5\.json: no star flat comes from exposures that one has corrected \(found star flat flat5\.fits /,
    )
  })

  test('are refused if nothing tells by which', async () => {
    const copy = join(temporaryDirectory(), 'copy')
    cpSync(oneB, copy, { recursive: true })
    for (const name of readdirSync(copy).filter((one) => /^zeropoint_.*json$/.test(one))) {
      const file = join(copy, name)
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"flat5\.fits": "/, '"flat7.fits": "'))
    }
    await refusedBy(
      [oneA, '--templates', copy],
      /900062_28_r4p5\.json: the result names a star flat that is none of its inputs: calibrate it again \(found provenance/,
    )
  })
})

/** The schema without what it allows to be added. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).map(([key, value]) => [key, closed(value)] as const)
  return { ...('required' in part ? { additionalProperties: false } : {}), ...Object.fromEntries(entries) }
}

describe('--hold-templates', () => {
  test('templates keep their zeropoints to the digit and are not written', async () => {
    const held = await tied([search, '--templates', near, '--hold-templates'])
    expect([held.exitCode, held.document.anchor]).toEqual([0, 'held'])
    for (const { exposure, zeropoint, before } of held.document.ccds)
      if (exposure === label(NEAR)) expect(zeropoint).toBeCloseTo(before!, 12)
    expect(readdirSync(held.outdir).filter((name) => name.includes('900002'))).toEqual([])
    expect(readdirSync(held.outdir)).toContain(`${label(SEARCH)}_ZP.fits`)
  })

  /** Products of the near template with other zeropoints. */
  function spoiltBy(mag: number): string {
    const spoilt = join(temporaryDirectory(), 'spoilt')
    cpSync(near, spoilt, { recursive: true })
    for (const ccd of CCDS) {
      const file = join(spoilt, `zeropoint_D00900002_${ccd}_r4p5.json`)
      const json = JSON.parse(readFileSync(file, 'utf8')) as { ccds: [{ zeropoint: number }] }
      json.ccds[0].zeropoint += mag
      writeFileSync(file, JSON.stringify(json))
    }
    return spoilt
  }

  test.each([0.2, -0.2, 60])('templates that are %d mag off take the search along, and that is a LOOK', async (mag) => {
    const { exitCode, document } = await tied([search, '--templates', spoiltBy(mag), '--hold-templates'])
    expect([exitCode, document.verdict]).toEqual([0, 'LOOK'])
    const sentence = document.concerns.find(({ tag }) => tag === 'moved')!.sentence
    const [, by] = /^search D00900001_r4p5 moved by (\S+) mag: its own reference stars disagree$/.exec(sentence)!
    expect(Math.abs(Number(by) - mag)).toBeLessThan(0.02)
  })

  test('an error of a template goes into the search, so that the ratio is the true one', async () => {
    const spoilt = spoiltBy(0.1)
    const [sound, moved] = [
      await tied([search, '--templates', near, '--hold-templates']),
      await tied([search, '--templates', spoilt, '--hold-templates']),
    ]
    const zeropointOf = ({ document }: typeof sound) =>
      document.ccds.find(({ exposure, ccd }) => exposure === label(SEARCH) && ccd === 28)!.zeropoint!
    expect(zeropointOf(moved) - zeropointOf(sound)).toBeGreaterThan(0.097)
    expect(zeropointOf(moved) - zeropointOf(sound)).toBeLessThan(0.103)
  })
})

describe('a template that is unlike the search', () => {
  test.each([
    ['another band', { ...NEAR, expnum: 900011, band: 'z' }, [], 'its band is z, that of the search i'],
    ['another system', { ...NEAR, expnum: 900012 }, ['--system', 'catalog'], 'its photometric system is catalog'],
    ['another flux', { ...NEAR, expnum: 900013 }, ['--magsType', 'mag_auto'], 'its flux is mag_auto, that of the'],
  ] as const)('in %s: alone it is refused, among others it is named and left out', async (_, visit, words, says) => {
    const other = await field.calibrate(visit, words)
    const alone = await tied([search, '--templates', other])
    expect([alone.exitCode, alone.out]).toEqual([3, ''])
    expect(alone.err).toMatch(/the template is of another (band|photometric system|flux) than the search exposure/)
    expect(existsSync(alone.outdir)).toBe(false)
    const among = await tied([search, '--templates', far, other, near])
    expect([among.exitCode, among.document.verdict]).toEqual([0, 'LOOK'])
    const [concern] = among.document.concerns
    expect(concern).toMatchObject({ tag: 'unlike-template' })
    expect(concern!.sentence).toContain(`template ${label(visit)} is left out: ${says}`)
    expect(among.document.ccds).toEqual(three.document.ccds)
  })

  test('search exposures that differ are refused', async () => {
    const other = await field.calibrate({ ...NEAR, expnum: 900014, band: 'z' })
    const refused = await tied([search, other, '--templates', near])
    expect(refused.exitCode).toBe(3)
    expect(refused.err).toMatch(/the search exposures differ: tie them one by one in their band/)
  })
})

describe('nothing in common', () => {
  test('is said, with STOP, exit code 4 and no products', async () => {
    const [one, other] = [
      await field.calibrate({ expnum: 900021 }, [], '24'),
      await field.calibrate({ expnum: 900022 }, [], '35'),
    ]
    const stopped = await tied([one, '--templates', other])
    expect([stopped.exitCode, stopped.document.verdict]).toEqual([4, 'STOP'])
    expect(stopped.document.concerns.map(({ sentence }) => sentence).join('\n')).toMatch(/stars in common/)
    expect(readdirSync(stopped.outdir).every((name) => name.startsWith('tie_'))).toBe(true)
  })

  test('of some CCDs of the search is a word in LOOK, and in the verdict of these CCDs', async () => {
    const part = await field.calibrate({ expnum: 900023 }, [], '28')
    const look = await tied([search, '--templates', part])
    expect([look.exitCode, look.document.verdict]).toEqual([0, 'LOOK'])
    const sentences = look.document.concerns.map(({ sentence }) => sentence)
    expect(sentences).toContain(`CCDs 24, 35 of ${label(SEARCH)}: no stars in common with a template`)
    const json = readFileSync(join(look.outdir, 'zeropoint_D00900001_24_r4p5.json'), 'utf8')
    expect(json).toMatch(/"verdict": "no stars in common with another exposure/)
    expect(json).toMatch(/"outcome": "anchored"/)
  })
})

describe('refused, with nothing written', () => {
  const nothingFrom = async (words: readonly string[], exitCode: number, says: RegExp, outdir?: string) => {
    const before = outdir === undefined ? undefined : sumsBelow(outdir)
    const ended = await tied(words, outdir)
    expect(ended.err).toMatch(says)
    expect([ended.exitCode, ended.out]).toEqual([exitCode, ''])
    if (outdir === undefined) expect(existsSync(ended.outdir)).toBe(false)
    else expect(sumsBelow(outdir)).toEqual(before)
  }
  const copyOf = (dir: string) => {
    const copy = join(temporaryDirectory(), 'copy')
    cpSync(dir, copy, { recursive: true })
    return copy
  }

  test('an exposure that is given twice', async () => {
    const twice = /the exposure is given twice: each exposure once, as search or template .*found CCD 24 of it also in/
    await nothingFrom([search, '--templates', search], 2, twice)
    await nothingFrom([search, copyOf(search), '--templates', near], 2, twice)
    await nothingFrom([search, '--templates', near, copyOf(near)], 2, twice)
    await nothingFrom([search, search, '--templates', near], 2, /the result is given twice/)
  })

  test('products of another schema, but not those of another version', async () => {
    const older = copyOf(near)
    const file = join(older, 'zeropoint_D00900002_28_r4p5.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, '"version": "0.0.9"'))
    const read = await tied([search, '--templates', older, far])
    expect([read.exitCode, read.document.ccds]).toEqual([0, three.document.ccds])
    expect(read.document.exposures.map(({ version }) => version)).toContain('0.1.0, 0.0.9')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"schema": (\d+)/, '"schema": 1$1'))
    await nothingFrom([search, '--templates', older], 3, /_28_r4p5\.json: .*schema/)
  })

  test('matches or catalogues that are missing or damaged, by name', async () => {
    const without = copyOf(near)
    rmSync(join(without, 'matches_D00900002_28_r4p5.parquet'))
    await nothingFrom(
      [search, '--templates', without],
      3,
      /matches_D00900002_28_r4p5\.parquet: the file cannot be read/,
    )
    const torn = copyOf(near)
    writeFileSync(join(torn, 'matches_D00900002_28_r4p5.parquet'), 'PAR1')
    await nothingFrom([search, '--templates', torn], 3, /matches_D00900002_28_r4p5\.parquet/)
    const short = copyOf(near)
    const catalogue = join(short, 'D00900002_28_r4p5_ZP.csv')
    writeFileSync(catalogue, readFileSync(catalogue, 'utf8').slice(0, 5000))
    const outdir = temporaryDirectory()
    await nothingFrom([search, '--templates', short], 3, /_28_r4p5_ZP\.csv: the calibrated catalogue ends/, outdir)
  })

  test('numbers that no product has, by file and field', async () => {
    for (const [field, value, expected] of [
      ['zeropoint', '1e308', '100 or less'],
      ['zeropointErr', '-1', '0 or more'],
      ['systematicErr', '-0.01', '0 or more'],
    ]) {
      const absurd = copyOf(near)
      const file = join(absurd, 'zeropoint_D00900002_28_r4p5.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`("${field}": )[\\d.]+`), `$1${value}`))
      const found = Number(value)
      const says =
        `_28_r4p5.json: ccds[0].${field} of the result is damaged: calibrate it again ` +
        `(found ${found}, expected ${expected})`
      await nothingFrom([search, '--templates', absurd], 3, new RegExp(says.replace(/[.()[\]+]/g, '\\$&')))
    }
  })

  test('a directory without results, a file that is none', async () => {
    await nothingFrom([search, '--templates', temporaryDirectory()], 3, /there are no results/)
    await nothingFrom([search, '--templates', join(near, `${label(NEAR)}_ZP.csv`)], 3, /the file is no result/)
  })

  test('the directory of what is read, one with other products, and one with files of others', async () => {
    const copy = copyOf(search)
    const words = [copy, '--templates', near]
    await nothingFrom(words, 2, /the products that are tied are in the directory to write to/, copy)
    await nothingFrom(words, 2, /products that this tie does not write are in the directory/, copyOf(far))
    const foreign = temporaryDirectory()
    writeFileSync(join(foreign, `tie_${label(SEARCH)}.json`), '{"mine": 1}')
    await nothingFrom(words, 2, /in the place of a product, and bliss-calib has not made it/, foreign)
  })

  test('a directory below one that is read, through a link too, before anything is made', async () => {
    const copy = copyOf(search)
    const says = /below one whose products are tied.*found .*, below .*expected a directory outside of what is read, or/
    const link = join(temporaryDirectory(), 'link')
    symlinkSync(copy, link)
    const deep = join(copy, 'ties', 'first')
    for (const [one, other, outdir] of [
      [copy, near, deep],
      [copy, near, join(link, 'ties')],
      [search, link, deep],
    ] as const) {
      const refused = await tied([one, '--templates', other], outdir)
      expect([refused.exitCode, refused.out]).toEqual([2, ''])
      expect(refused.err).toMatch(says)
      expect(existsSync(join(copy, 'ties'))).toBe(false)
    }
    const named = [copy, near].map((dir, i) => join(dir, `zeropoint_${label(VISITS[i]!)}.json`)) as [string, string]
    expect((await tied([named[0], '--templates', named[1]], deep)).exitCode).toBe(0)
  })

  test('a name that cannot be one of a file', async () => {
    await nothingFrom([search, '--templates', near, '--name', 'a/b'], 2, /a file cannot have this name: it is a path/)
  })
})

describe('files without a list', () => {
  test('are tied under the names of the files', async () => {
    const visits = [SEARCH, NEAR].map((visit) => ({ ...visit, expnum: visit.expnum + 30 }))
    const dirs = await Promise.all(
      visits.map(async (visit) => {
        const work = field.work(visit)
        const files = readdirSync(work).filter((name) => name.endsWith('_fullcat.fits'))
        const outdir = temporaryDirectory()
        const words = [...files.map((name) => join(work, name)), '--catalog', field.catalog, '--outdir', outdir]
        expect(await run([...words, '--quiet'])).toMatchObject({ exitCode: 0 })
        return outdir
      }),
    )
    const { exitCode, document, outdir } = await tied([dirs[0]!, '--templates', dirs[1]!])
    expect([exitCode, document.verdict]).toEqual([0, 'GO'])
    expect(readdirSync(outdir)).toEqual(expect.arrayContaining(readdirSync(dirs[0]!)))
    expect(lineOf(join(outdir, 'D00900031_i_28_r4p5_fullcat_Zero.csv'))).toContain('D00900031_i_28_r4p5_fullcat.fits')
  })
})

describe('starlists --tie', () => {
  const list = (work: string, tie: string, outdir: string) =>
    run(['starlists', '--expnum', `${SEARCH.expnum}`, '--workdir', work, '--outdir', outdir, '--tie', tie])

  test('lists the stars with their joint magnitudes', async () => {
    const outdir = temporaryDirectory()
    const tie = join(three.outdir, `tie_${label(SEARCH)}.json`)
    const { exitCode, out } = await list(field.work(SEARCH), tie, outdir)
    expect(exitCode).toBe(0)
    expect(out).toMatch(
      /^SNSTAR_900001_r4p5\.LIST and SNVETO_900001_r4p5\.LIST: \d+ stars of tie_D00900001_r4p5\.json$/m,
    )
    const lines = readFileSync(join(outdir, 'SNSTAR_900001_r4p5.LIST'), 'utf8').trimEnd().split('\n')
    expect(lines[3]).toBe('# VARNAMES:\tOBJID\tRA\tDEC\tmag_i\tmagerr_i')
    const stars = lines.slice(4).map((line) => line.split('\t').map(Number))
    expect(stars.length).toBeGreaterThan(100)
    // True magnitudes of the simulation, by place.
    const { sky, bandMag } = field.observe(SEARCH)
    const differences = stars.flatMap(([, ra, dec, mag]) => {
      const near = bandMag.findIndex(
        (_, s) =>
          Math.hypot((sky.raDeg[s]! - ra!) * Math.cos(dec! * (Math.PI / 180)), sky.decDeg[s]! - dec!) < 1 / 3600,
      )
      return near < 0 ? [] : [mag! - bandMag[near]!]
    })
    expect(differences.length).toBeGreaterThan(0.8 * stars.length)
    differences.sort((a, b) => a - b)
    expect(Math.abs(differences[differences.length >> 1]!)).toBeLessThan(0.005)
  })

  test('refuses a tie of another search, a file that is no tie, and both ways at once', async () => {
    const outdir = temporaryDirectory()
    const other = await tied([near, '--templates', far])
    const ofOther = await list(field.work(SEARCH), join(other.outdir, `tie_${label(NEAR)}.json`), outdir)
    expect(ofOther.exitCode).toBe(3)
    expect(ofOther.err).toMatch(/the tie is of another search exposure \(found D00900002_r4p5, expected D00900001_r4p5/)
    const none = join(temporaryDirectory(), 'tie_x.json')
    writeFileSync(none, '{"schema": 2}')
    const unread = await list(field.work(SEARCH), none, outdir)
    expect([unread.exitCode, unread.err]).toEqual([3, expect.stringMatching(/is no tie that this version reads/)])
    const missing = await list(field.work(SEARCH), join(outdir, 'tie_y.json'), outdir)
    expect([missing.exitCode, missing.err]).toEqual([3, expect.stringMatching(/the file does not exist/)])
    const words = ['starlists', '--expnum', '1', '--templates', 'a', '--tie', 'b']
    expect((await run(words)).err).toMatch(/exactly one of --templates, --tie is needed/)
    expect(readdirSync(outdir)).toEqual([])
  })
})

const program = resolve(import.meta.dirname, '../../../bin/bliss-calib.js')
const built = existsSync(resolve(program, '../../dist/bundle/cli.js'))

test.skipIf(!built)('a kill before the commit leaves no product, and the next tie writes all', async () => {
  const outdir = join(temporaryDirectory(), 'tied')
  mkdirSync(outdir)
  const words = ['tie', search, '--templates', near, far, '--outdir', outdir, '--quiet']
  const child = spawn(process.execPath, [program, ...words], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (readdirSync(outdir).length === 0 && child.exitCode === null) await new Promise((go) => setTimeout(go, 1))
  child.kill('SIGKILL')
  await ended
  expect(child.signalCode).toBe('SIGKILL')
  expect(readdirSync(outdir).filter((name) => !name.startsWith('.'))).toEqual([])
  expect((await run(words)).exitCode).toBe(0)
  expect(sumsBelow(outdir)).toEqual(sumsBelow(three.outdir))
})
