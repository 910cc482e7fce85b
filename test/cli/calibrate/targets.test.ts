import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { csvParse } from 'd3-dsv'
import { seededRandom } from '../../../src/math/random.js'
import { RESULT_SHAPE } from '../../../src/products/result-shape.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'

const python = '/usr/bin/python3'
const astropy = spawnSync(python, ['-c', 'import astropy.table']).status === 0
const schema: object = RESULT_SHAPE

let dir: string
let catalog: string
let nights: readonly SimulatedExposure[]
/** A clean star of CCD 28, alone in its arcsec. */
let star: { readonly raDeg: number; readonly decDeg: number; readonly mag: number }

const fileOf = (night: number, ccd = 28) => {
  const name = `D0066844${night}_i_${ccd}_r4p5_fullcat.fits`
  return join(dir, 'work', name)
}

beforeAll(async () => {
  dir = temporaryDirectory()
  mkdirSync(join(dir, 'work'))
  // One sky on three nights: the seed is the same, and the zeropoints are told.
  nights = [0, 1, 2].map((k) =>
    simulateExposure(
      {
        ...{ expnum: 668440 + k, mjdObs: 57990.25 - 3 * k, zeropoint: 30 - 0.2 * k, ccds: [27, 28, 29] },
        ...{ columns: 'slim', galaxiesPerSqDeg: 3000, gradientMagPerDeg: [0, 0] as const, ccdPatternMag: 0 },
      },
      describeCatalogue('gaia_dr2'),
      seededRandom(8),
    ),
  )
  for (const night of nights)
    for (const { name, bytes } of workFiles(night)) writeFileSync(join(dir, 'work', name), bytes)
  const { name, bytes } = gaiaCsvFile(nights[0]!)
  writeFileSync(join(dir, name), bytes)
  catalog = join(dir, 'catalog')
  await run(['catalog', 'build', '--from', join(dir, name), '--to', catalog, '--quiet'])
  const { detections } = nights[0]!.ccds[1]!
  const { fluxPsf, fluxErrPsf, clean, flags, imaflags, raDeg, decDeg, starIndex } = detections
  const i = clean.findIndex((one, k) => {
    const isAlone = !raDeg.some(
      (ra, j) => j !== k && Math.abs(ra - raDeg[k]!) < 0.003 && Math.abs(decDeg[j]! - decDeg[k]!) < 0.003,
    )
    const signal = fluxPsf[k]! / fluxErrPsf[k]!
    return one === 1 && flags[k] === 0 && imaflags[k] === 0 && signal > 50 && signal < 100 && isAlone
  })
  star = { raDeg: raDeg[i]!, decDeg: decDeg[i]!, mag: nights[0]!.bandMag[starIndex[i]!]! }
})

interface Result {
  readonly targets?: readonly {
    readonly name: string
    readonly ccd: number
    readonly status: string
    readonly sentence: string
    readonly mjd: number
    readonly detections: readonly { readonly mag: number; readonly magErr: number }[]
  }[]
}
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Result
const rowsOf = (path: string) => csvParse(readFileSync(path, 'utf8').replace(/^#.*\n/gm, ''))
const calibrate = (...words: readonly string[]) => run([...words, '--catalog', catalog])
const at = ({ raDeg, decDeg }: { readonly raDeg: number; readonly decDeg: number }) => `${raDeg},${decDeg}`

describe('one image', () => {
  test('a star, nothing, and a place elsewhere: on the terminal, in the JSON and in a table', async () => {
    const outdir = temporaryDirectory()
    const { centre } = nights[0]!.ccds[1]!
    const words = [
      '--target',
      `sn=${at(star)}`,
      '--target',
      `gone=${centre.raDeg},${centre.decDeg}`,
      '--target',
      '10,20',
    ]
    const { exitCode, out, err } = await calibrate(fileOf(0), '--outdir', outdir, ...words)
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining('bliss-calib:')])
    const lines = out.replace(/\n {2,}/g, ' ')
    expect(lines).toMatch(
      /^target sn {2}\d\d\.\d{3} ± 0\.0\d\d \(stat\) ± 0\.00\d \(zp\) ± 0\.012 \(sys\) i AB, mag_psf;.*MJD 57990\.25052;/m,
    )
    expect(lines).toMatch(/^target gone {2}fainter than \d\d\.\d{3} \(3 sigma\) .*; nothing within 1\.00 arcsec;/m)
    expect(lines).toMatch(
      /^target J004000\.00\+200000\.0 {2}outside;.*outside the CCD, \d+\.\d\d deg from its centre$/m,
    )
    const stem = 'D00668440_i_28_r4p5_fullcat'
    const result = read(join(outdir, `${stem}_zeropoint.json`))
    expect(new Ajv().validate(schema, result)).toBe(true)
    expect(result.targets!.map(({ status }) => status)).toEqual(['detected', 'limit', 'outside'])
    const [{ mag, magErr }] = result.targets![0]!.detections as [{ mag: number; magErr: number }]
    expect(Math.abs(mag - star.mag)).toBeLessThan(3.5 * Math.hypot(magErr, 0.004))
    expect(rowsOf(join(outdir, `${stem}_targets.ecsv`)).map(({ name, status }) => [name, status])).toEqual([
      ['sn', 'detected'],
      ['gone', 'limit'],
      ['J004000.00+200000.0', 'outside'],
    ])
  })

  test('without it nothing changes, and a table of targets is no input', async () => {
    const [plain, asked] = [temporaryDirectory(), temporaryDirectory()]
    await calibrate(fileOf(0), '--outdir', plain, '--quiet')
    await calibrate(fileOf(0), '--outdir', asked, '--quiet', '--target', at(star))
    expect(readdirSync(asked).filter((name) => !readdirSync(plain).includes(name))).toEqual([
      'D00668440_i_28_r4p5_fullcat_targets.ecsv',
    ])
    for (const name of readdirSync(plain)) {
      const [one, other] = [readFileSync(join(plain, name)), readFileSync(join(asked, name))]
      if (!name.endsWith('.json')) expect(other).toEqual(one)
      else {
        const { targets, ...rest } = JSON.parse(other.toString()) as Result
        expect([targets!.length, rest]).toEqual([1, JSON.parse(one.toString())])
      }
    }
    const { exitCode, err } = await calibrate(
      join(asked, 'D00668440_i_28_r4p5_fullcat_targets.ecsv'),
      '--outdir',
      plain,
    )
    expect([exitCode, err]).toEqual([3, expect.stringContaining('the file is a product of bliss-calib')])
  })

  test('an exposure of a list: one table, the CCD that it is on, and merge keeps it', async () => {
    const [together, merged] = [temporaryDirectory(), temporaryDirectory()]
    const exposure = ['--expnum', '668440', '--workdir', join(dir, 'work'), '--target', `sn=${at(star)}`, '--quiet']
    expect((await calibrate(...exposure, '--ccd', 'all', '--outdir', together)).exitCode).toBe(0)
    const whole = 'zeropoint_D00668440_r4p5.json'
    expect(read(join(together, whole)).targets!.map(({ ccd, status }) => [ccd, status])).toEqual([[28, 'detected']])
    expect(rowsOf(join(together, 'targets_D00668440_r4p5.ecsv')).map(({ image }) => image)).toEqual([
      'D00668440_28_r4p5',
    ])
    for (const ccd of ['27', '28', '29']) await calibrate(...exposure, '--ccd', ccd, '--outdir', merged)
    expect(rowsOf(join(merged, 'targets_D00668440_27_r4p5.ecsv')).map(({ status }) => status)).toEqual(['outside'])
    await run(['merge', '--expnum', '668440', '--workdir', join(dir, 'work'), '--outdir', merged, '--quiet'])
    expect(readFileSync(join(merged, whole), 'utf8')).toBe(readFileSync(join(together, whole), 'utf8'))
  })

  test.skipIf(!astropy)('astropy reads the table with its units and blanks', async () => {
    const outdir = temporaryDirectory()
    await calibrate(fileOf(0), '--outdir', outdir, '--quiet', '--target', `sn=${at(star)}`, '--target', 'x=10,20')
    const script = `
import sys
from astropy.table import QTable
t = QTable.read(sys.argv[1])
print(len(t), t['mjd'].unit, t['mag'].unit, t['separation'].unit, bool(t['mag'].mask[1]), list(t['name']), t['ccd'].dtype)
`
    const path = join(outdir, 'D00668440_i_28_r4p5_fullcat_targets.ecsv')
    const { stdout, stderr } = spawnSync(python, ['-c', script, path], { encoding: 'utf8' })
    expect(stdout + stderr).toMatch(/^2 d mag arcsec True \[.*'sn'.*, .*'x'.*\] int64\n$/)
  })
})

describe('many images', () => {
  test('a light curve by time, one row an image; one that failed says why', async () => {
    const outdir = temporaryDirectory()
    const broken = join(dir, 'broken.fits')
    writeFileSync(broken, readFileSync(fileOf(0)).subarray(0, 5000))
    const words = [fileOf(0), fileOf(1), broken, fileOf(2), '--outdir', outdir, '--target', `sn=${at(star)}`]
    const { exitCode, out } = await calibrate(...words)
    expect([exitCode, out]).toEqual([3, expect.stringMatching(/light curve {2}\S+sn_lightcurve\.ecsv\n$/)])
    const rows = rowsOf(join(outdir, 'sn_lightcurve.ecsv'))
    expect(rows.map(({ image, status, verdict, band }) => [image, status, verdict, band])).toEqual([
      ['D00668442_i_28_r4p5_fullcat', 'detected', 'GO', 'i'],
      ['D00668441_i_28_r4p5_fullcat', 'detected', 'GO', 'i'],
      ['D00668440_i_28_r4p5_fullcat', 'detected', 'GO', 'i'],
      ['broken', 'failed', '', ''],
    ])
    expect(rows[3]!['note']).toMatch(/neither a table of detections nor an image/)
    for (const [k, row] of rows.slice(0, 3).entries()) {
      expect(Number(row['mjd'])).toBeCloseTo(57984.25 + 3 * k + 45 / 86400, 6)
      const err = Math.hypot(Number(row['mag_err']), Number(row['zeropoint_err']), 0.003)
      expect(Math.abs(Number(row['mag']) - star.mag)).toBeLessThan(3.5 * err)
    }
  })

  test('1000 targets of a list are a table of 1000 rows', async () => {
    const outdir = temporaryDirectory()
    const { centre } = nights[0]!.ccds[1]!
    const lines = Array.from(
      { length: 1000 },
      (_, k) => `"t ${k}",${centre.raDeg + 0.0001 * k},${centre.decDeg + 0.00005 * k}`,
    )
    const list = join(dir, 'thousand.csv')
    writeFileSync(list, ['Name,RA,Dec', ...lines].join('\n'))
    const { exitCode, out } = await calibrate(fileOf(0), '--outdir', outdir, '--targets', list)
    const rows = rowsOf(join(outdir, 'D00668440_i_28_r4p5_fullcat_targets.ecsv'))
    expect(out.match(/^target t /gm)!.length).toBe(20)
    expect(out).toMatch(/^\.\.\. and \d{3} more rows, in the table$/m)
    expect([exitCode, new Set(rows.map(({ name }) => name)).size]).toEqual([0, 1000])
    expect(rows.every(({ note }) => note !== '')).toBe(true)
  })
})

describe('what is typed wrong is refused before anything is done', () => {
  const list = (text: string) => {
    const path = join(dir, 'list.csv')
    writeFileSync(path, text)
    return ['--targets', path]
  }
  test.each<[string, () => readonly string[], number, RegExp]>([
    ['a declination of 95', () => ['--target', '10,95'], 2, /^bliss-calib: --target: the declination 95 is not from/],
    ['no number', () => ['--target', 'NaN,1'], 2, /--target: the right ascension 'NaN' is not degrees \(197\.45\)/],
    ['one number', () => ['--target', '10'], 2, /--target: '10' is not RA,DEC or NAME=RA,DEC/],
    ['nothing', () => ['--target', ''], 2, /--target needs a value/],
    ['one name twice', () => ['--target', 'a=1,2', '--target', 'A=3,4'], 2, /two targets are called 'A'/],
    ['one place twice', () => ['--target', '1,2', '--target', '1,2'], 2, /two targets are called 'J000400/],
    ['a radius of 0', () => ['--target', '1,2', '--target-radius', '0'], 2, /--target-radius must be above 0/],
    [
      'a radius of degrees',
      () => ['--target', '1,2', '--target-radius', '100'],
      2,
      /--target-radius must be at most 60/,
    ],
    ['a radius alone', () => ['--target-radius', '2'], 2, /--target-radius needs --target or --targets/],
    ['no list', () => ['--targets', join(dir, 'absent.csv')], 3, /absent\.csv: the list of targets cannot be read/],
    ['a list without positions', () => list('name,x,y\na,1,2\n'), 3, /list\.csv, line 1: .*no columns of positions/],
    ['an empty list', () => list('name,ra,dec\n'), 3, /list\.csv: the list of targets is empty/],
    ['a line that is no place', () => list('name,ra,dec\na,1,2\nb,1,-91\n'), 3, /list\.csv, row 2: .*declination -91/],
    ['a blank', () => list('name,ra,dec\na,,2\n'), 3, /list\.csv, row 1: .*right ascension ''/],
    ['a name in list and line', () => [...list('name,ra,dec\na,1,2\n'), '--target', 'a=1,2'], 2, /two targets are/],
  ])('%s', async (_, words, code, sentence) => {
    const outdir = temporaryDirectory()
    const { exitCode, err } = await calibrate(fileOf(0), '--outdir', outdir, ...words())
    expect([exitCode, err, readdirSync(outdir)]).toEqual([code, expect.stringMatching(sentence), []])
  })

  test('the original has no targets', async () => {
    const words = ['--expnum', '668440', '--legacy', '--workdir', join(dir, 'work'), '--target', '1,2']
    expect(await calibrate(...words)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/--target is not/) as unknown,
    })
  })

  test('a VOTable of positions, with a DOCTYPE too, and one without', async () => {
    const votable = (names: readonly string[]) =>
      '<?xml version="1.0"?>\n<!DOCTYPE VOTABLE SYSTEM "http://us-vo.org/xml/VOTable.dtd">\n<VOTABLE version="1.1"><RESOURCE>' +
      `<TABLE>${names.map((name) => `<FIELD name="${name}" datatype="double" unit="deg"/>`).join('')}` +
      `<DATA><TABLEDATA><TR><TD>${star.raDeg}</TD><TD>${star.decDeg}</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`
    const [list, outdir] = [join(temporaryDirectory(), 't.vot'), temporaryDirectory()]
    writeFileSync(list, votable(['ra', 'dec']))
    const words = [fileOf(0), '--catalog', catalog, '--outdir', outdir, '--targets', list]
    const { exitCode, out } = await run([...words, '--json'])
    expect(exitCode).toBe(0)
    const { targets } = JSON.parse(out) as { targets: readonly { readonly raDeg: number; readonly status: string }[] }
    expect(targets.map(({ raDeg }) => raDeg)).toEqual([star.raDeg])
    writeFileSync(list, votable(['glon', 'glat']))
    const none = await run(words)
    expect([none.exitCode, none.err]).toEqual([
      3,
      expect.stringMatching(/t\.vot: the catalogue has no columns of positions \(found glon, glat/),
    ])
  })

  test('sexagesimal columns of a list, and a table of positions', async () => {
    const outdir = temporaryDirectory()
    const words = list('object,ra,dec\nx,13:09:48.08,-23:22:53.3\n"y",13 09 48.08,-23 22 53.3\n')
    const { exitCode } = await calibrate(fileOf(0), '--outdir', outdir, '--quiet', ...words)
    const rows = rowsOf(join(outdir, 'D00668440_i_28_r4p5_fullcat_targets.ecsv'))
    expect([exitCode, rows.map(({ ra }) => Number(ra).toFixed(8))]).toEqual([0, ['197.45033333', '197.45033333']])
    const positions = await calibrate(fileOf(0), '--outdir', outdir, '--targets', fileOf(1), '--json')
    expect((JSON.parse(positions.out) as Result).targets!.length).toBeGreaterThan(100)
  })
})
