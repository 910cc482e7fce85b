import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import type { Comparison } from '../../../src/compare/report.js'
import { run, temporaryDirectory } from '../run.js'

const golden = resolve(import.meta.dirname, '../../../../shared/golden')
const scratch = temporaryDirectory()
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let made = 0
function directory(): string {
  const path = join(scratch, `d${++made}`)
  mkdirSync(path)
  return path
}

async function compare(old: string, after: string, ...options: string[]) {
  const { exitCode, out, err } = await run(['compare', old, after, '--json', ...options])
  return { exitCode, err, ...(out === '' ? {} : (JSON.parse(out) as Comparison)) } as {
    exitCode: number
    err: string
  } & Comparison
}

const expectedOf = (name: string, runName: string) => join(golden, name, 'expected', runName)
const finishedRuns = existsSync(golden)
  ? readdirSync(golden).flatMap((name) => {
      const folder = join(golden, name, 'expected')
      return existsSync(folder)
        ? readdirSync(folder)
            .map((one) => [name, one] as const)
            .filter(([, one]) => readdirSync(join(folder, one)).some((file) => /^Zero_/.test(file)))
        : []
    })
  : []

describe.skipIf(finishedRuns.length === 0)("the original's outputs (skipped where ../shared/golden is absent)", () => {
  test.each(finishedRuns)('%s/%s is the same as itself, to the last digit', async (name, one) => {
    const found = await compare(expectedOf(name, one), expectedOf(name, one), '--tolerance-mag', '0')
    expect([found.exitCode, found.same, found.unpaired, found.failed]).toEqual([0, true, [], []])
    for (const band of found.bands) {
      expect(band).toMatchObject({
        differing: 0,
        objects: { byPosition: 0, lost: 0, gained: 0 },
        magPsf: { beyondTolerance: 0, lost: 0, gained: 0 },
        magAuto: { beyondTolerance: 0 },
      })
      for (const value of [band.zeropoint.offset, band.magPsf.offset, band.magPsf.scatter, band.magAuto.largest])
        expect([0, null]).toContain(value)
    }
  })

  /**
   * Copies the exposure run with CCD 4 shifted, objects of CCD 9 removed, one of CCD 14 without magnitude, and one that
   * CCD 20 never had.
   */
  function changedCopy(): { copy: string; removed: number; ofCcd4: number } {
    const copy = directory()
    const from = expectedOf('b_exposure', 'exposure')
    const zero = readFileSync(join(from, 'Zero_D00668439_00_r4p5.csv'), 'utf8').replace('-30.244800', '-30.276900')
    writeFileSync(join(copy, 'Zero_D00668439_00_r4p5.csv'), zero)
    cpSync(join(from, 'allZP_D00668439_r4p5.csv'), join(copy, 'allZP_D00668439_r4p5.csv'))
    const [header, ...lines] = gunzipSync(readFileSync(join(from, 'D00668439_00_r4p5_ZP.csv.gz')))
      .toString()
      .trimEnd()
      .split('\n')
    const names = header!.split(',')
    const at = (name: string) => names.indexOf(name)
    let removed = 0
    let ofCcd4 = 0
    let blanked = 0
    const changed = lines.flatMap((line) => {
      const cells = line.split(',')
      const ccd = cells[at('CCDNUM')]
      if (ccd === '4') {
        ofCcd4++
        for (const name of ['MAG_PSF', 'MAG_AUTO'])
          if (Number(cells[at(name)]) > -9000) cells[at(name)] = String(Number(cells[at(name)]) + 0.0321)
        cells[at('ZeroPoint')] = String(Number(cells[at('ZeroPoint')]) - 0.0321)
      }
      if (ccd === '9' && Number(cells[at('NUMBER')]) % 50 === 7) {
        removed++
        return []
      }
      if (ccd === '14' && Number(cells[at('MAG_PSF')]) > 0 && blanked++ === 0) cells[at('MAG_PSF')] = '-9999.0'
      return [cells.join(',')]
    })
    const of20 = lines.find((line) => line.split(',')[at('CCDNUM')] === '20')!.split(',')
    of20[at('NUMBER')] = '60001'
    of20[at('DELTAWIN_J2000')] = String(Number(of20[at('DELTAWIN_J2000')]) + 0.001)
    writeFileSync(join(copy, 'D00668439_00_r4p5_ZP.csv'), [header, ...changed, of20.join(',')].join('\n') + '\n')
    return { copy, removed, ofCcd4 }
  }

  test('a shifted copy: the injected offset, the removed and the added objects, and nothing else', async () => {
    const { copy, removed, ofCcd4 } = changedCopy()
    expect(removed).toBeGreaterThan(3)
    const found = await compare(expectedOf('b_exposure', 'exposure'), copy)
    expect(found.exitCode).toBe(4)
    const ccds = new Map(found.exposures[0]!.ccds.map((ccd) => [ccd.ccd, ccd]))
    expect([...ccds.keys()]).toEqual([1, 4, 9, 14, 20, 28, 35, 42, 49, 55, 60])
    expect(ccds.get(4)).toMatchObject({
      offset: 0.0321,
      differences: ['zeropoint', 'applied', 'magnitudes'],
      objects: { paired: ofCcd4, lost: 0, gained: 0 },
      magPsf: { lost: 0, gained: 0 },
    })
    for (const change of [ccds.get(4)!.magPsf!, ccds.get(4)!.magAuto!]) {
      // float32 of the original's text: magnitudes are 2 millionths apart
      expect(Math.abs(change.offset! - 0.0321)).toBeLessThan(2e-6)
      expect(change.scatter).toBeLessThan(2e-6)
      expect(Math.abs(change.slope!)).toBeLessThan(1e-6)
    }
    expect(ccds.get(9)).toMatchObject({
      offset: 0,
      differences: ['objects'],
      objects: { byPosition: 0, lost: removed, gained: 0 },
      magPsf: { offset: 0, largest: 0 },
    })
    expect(ccds.get(14)).toMatchObject({
      offset: 0,
      differences: ['magnitudes'],
      objects: { lost: 0, gained: 0 },
      magPsf: { offset: 0, lost: 1, gained: 0 },
    })
    expect(ccds.get(20)).toMatchObject({ differences: ['objects'], objects: { lost: 0, gained: 1 } })
    for (const ccd of [1, 28, 35, 42, 49, 55, 60]) expect(ccds.get(ccd)!.differences).toEqual([])
    expect(found.bands[0]).toMatchObject({
      band: 'r',
      ccds: 11,
      differing: 4,
      zeropoint: { offset: 0, lowest: 0, highest: 0.0321 },
      objects: { lost: removed, gained: 1 },
    })

    expect(
      (await compare(expectedOf('b_exposure', 'exposure'), copy, '--tolerance-mag', '0.0321')).exposures[0]!.ccds[1]!
        .differences,
    ).toEqual([])
    const turned = await compare(copy, expectedOf('b_exposure', 'exposure'))
    expect(turned.bands[0]).toMatchObject({
      zeropoint: { lowest: -0.0321, highest: 0 },
      objects: { lost: 1, gained: removed },
    })
  })

  test('file against file: CSV, FITS, packed or not, renamed; 16-bit EXPNUM', async () => {
    const folder = directory()
    const from = expectedOf('b_exposure', 'exposure')
    const csv = join(from, 'D00668439_00_r4p5_ZP.csv.gz')
    const renamed = join(folder, 'before.dat')
    writeFileSync(renamed, gunzipSync(readFileSync(csv)))
    const fits = join(folder, 'D00668439_00_r4p5_ZP.fits')
    writeFileSync(fits, gunzipSync(readFileSync(join(from, 'D00668439_00_r4p5_ZP.fits.gz'))))
    for (const [a, b] of [
      [csv, join(from, 'D00668439_00_r4p5_ZP.fits.gz')],
      [fits, csv],
      [renamed, fits],
    ] as const) {
      const found = await compare(a, b)
      expect([found.exitCode, found.err, found.bands[0]!.objects]).toEqual([
        0,
        '',
        { paired: 3758, byPosition: 0, lost: 0, gained: 0 },
      ])
      expect(found.exposures[0]).toMatchObject({ expnum: 668439, band: null, systems: { comparable: null } })
    }
    const both = await compare(renamed, renamed)
    expect([both.exitCode, both.exposures[0]!.expnum, both.exposures[0]!.reqnum]).toEqual([0, null, null])
    const zero = join(from, 'Zero_D00668439_00_r4p5.csv')
    expect(await compare(zero, zero)).toMatchObject({
      exitCode: 0,
      bands: [{ band: 'r', ccds: 11, objects: { paired: 0 } }],
    })
    const allZp = join(from, 'allZP_D00668439_r4p5.csv')
    expect(await compare(allZp, allZp)).toMatchObject({ exitCode: 0, exposures: [{ allZp: { offset: 0 }, ccds: [] }] })
  })

  test(
    'a run of one CCD against the exposure: its own objects, its ' + 'flags; the CCDs carried along are not compared',
    async () => {
      const found = await compare(expectedOf('b_loop', 'ccd28'), expectedOf('b_loop', 'alone28'))
      expect(found.exposures[0]!.ccds).toMatchObject([
        {
          ccd: 28,
          offset: 0,
          old: { flag: -9999 },
          new: { flag: 0 },
          objects: { lost: 0, gained: 0 },
          differences: ['flag'],
        },
      ])
      const { out } = await run(['compare', expectedOf('b_loop', 'ccd28'), expectedOf('b_loop', 'alone28')])
      expect(out).toContain('ZeroPoint_FLAGS: -9999 to 0 for 1 CCD')
    },
  )
})

describe.skipIf(!existsSync(join(golden, 'a_typical')))(
  'from the original to us, golden a_typical (skipped where ../shared/golden is absent)',
  () => {
    const original = expectedOf('a_typical', 'ccd28')
    const work = join(golden, 'a_typical/work')
    const calibrated = async (...options: string[]) => {
      const [catalog, outdir] = [join(scratch, 'gaia'), directory()]
      if (!existsSync(catalog)) await buildCatalogDirectory([join(golden, 'a_typical/raw/gaia_source.csv.gz')], catalog)
      const { exitCode, err } = await run([
        '--expnum',
        '668439',
        '--ccd',
        '28',
        '--catalog',
        catalog,
        '--workdir',
        work,
        '--outdir',
        outdir,
        '--quiet',
        ...options,
      ])
      expect([exitCode, err]).toEqual([0, ''])
      return outdir
    }

    test('--legacy is the same', async () => {
      const found = await compare(original, await calibrated('--legacy'), '--tolerance-mag', '0')
      expect([found.exitCode, found.bands[0]!.magPsf.pairs]).toEqual([0, 1550])
    })

    test('the default is another system, said plainly; without the change of system nothing changes', async () => {
      const ours = await calibrated()
      const found = await compare(original, ours)
      expect(found.exitCode).toBe(4)
      const [exposure] = found.exposures
      expect(exposure!.systems).toMatchObject({ old: ['catalog'], new: ['des-ab'], comparable: false })
      const [ccd] = exposure!.ccds
      expect(ccd).toMatchObject({
        ccd: 28,
        objects: { paired: 1584, byPosition: 0, lost: 0, gained: 0 },
        expected: { from: 'sigma-clip', stars: 83 },
      })
      expect(ccd!.offset! + 30.480142).toBeCloseTo(ccd!.new!.zeropoint!, 9)
      // The match differs from the original's in at most a star or two of 83, each worth 0.19/83 mag.
      expect(Math.abs(ccd!.expected!.remaining)).toBeLessThan(0.005)
      expect(ccd!.magPsf!.offset).toBeCloseTo(ccd!.offset!, 5)
      expect(ccd!.magPsf!.colourPairs).toBeGreaterThan(50)
      // Float32 magnitudes round to 2e-6.
      expect(Math.abs(ccd!.magPsf!.colourSlope!)).toBeLessThan(1e-5)
      const { out, exitCode } = await run(['compare', original, ours])
      expect(exitCode).toBe(4)
      expect(out.replace(/\s+/g, ' ')).toContain(
        "these are different photometric systems: an offset of the field's mean colour is expected",
      )
      expect(out.split('\n').filter((line) => line.length > 100 && !/^(OLD|NEW) /.test(line))).toEqual([])
      // Turned round every sign turns.
      const back = await compare(ours, original)
      expect(back.exposures[0]!.ccds[0]!.expected!.offset).toBe(-ccd!.expected!.offset)

      rmSync(join(ours, 'zeropoint_D00668439_28_r4p5.json'))
      const byMatches = await compare(original, ours)
      expect(byMatches.exposures[0]!.ccds[0]!.expected!.from).toBe('matches')
      // Our selection goes fainter than the original's: the mean colour of other stars, 0.19 mag of scatter over 80.
      expect(Math.abs(byMatches.exposures[0]!.ccds[0]!.expected!.remaining)).toBeLessThan(0.04)
    })
  },
)

test(
  'a simulated exposure, --legacy --ccd all against single CCDs of the default: systems ' +
    'told apart, every object of the combined catalogue paired',
  async () => {
    const sky = directory()
    expect((await run(['simulate', '--outdir', sky, '--ccds', '1,28', '--seed', '7', '--quiet'])).exitCode).toBe(0)
    await buildCatalogDirectory([join(sky, 'raw')], join(sky, 'gaia'))
    const calibrated = async (name: string, ccd: string, ...options: string[]) => {
      mkdirSync(join(sky, name), { recursive: true })
      const { exitCode, err } = await run([
        '--expnum',
        '668439',
        '--ccd',
        ccd,
        '--catalog',
        join(sky, 'gaia'),
        '--workdir',
        join(sky, 'work'),
        '--outdir',
        join(sky, name),
        '--quiet',
        ...options,
      ])
      expect([exitCode, err]).toEqual([0, ''])
    }
    await calibrated('old', 'all', '--legacy')
    for (const ccd of ['1', '28']) await calibrated('new', ccd)
    const found = await compare(join(sky, 'old'), join(sky, 'new'))
    expect(found.exitCode).toBe(4)
    expect(found.exposures[0]).toMatchObject({
      expnum: 668439,
      band: 'i',
      systems: { comparable: false },
      ccds: [{ ccd: 1 }, { ccd: 28 }],
    })
    expect(found.bands[0]!.objects).toEqual({
      paired: found.exposures[0]!.ccds.reduce((sum, ccd) => sum + ccd.old!.objects!, 0),
      byPosition: 0,
      lost: 0,
      gained: 0,
    })
    for (const ccd of found.exposures[0]!.ccds) {
      // The same stars but for one or two in a hundred, whose colours scatter by 0.3 mag.
      expect(Math.abs(ccd.expected!.remaining)).toBeLessThan(0.01)
      expect(ccd.offset).toBeLessThan(-0.3)
      expect(ccd.magPsf!.offset).toBeCloseTo(ccd.offset!, 5)
    }
  },
)

const ZERO = 'FILENAME,Nall,Nclipped,ZP,ZPrms,magType'
const CATALOGUE =
  'ID,EXPNUM,CCDNUM,NUMBER,ALPHAWIN_J2000,DELTAWIN_J2000,MAG_AUTO,MAG_PSF,ZeroPoint,ZeroPoint_rms,ZeroPoint_FLAGS'
/** A small directory: exposure 7, CCDs 3 and 4 in z, two objects each. */
function small(zeropoint = 29.5): string {
  const folder = directory()
  for (const ccd of [3, 4]) {
    writeFileSync(
      join(folder, `Zero_D00000007_0${ccd}_r1p2.csv`),
      `${ZERO}\nD00000007_z_0${ccd}_r1p2_fullcat.fits,40,38,${-zeropoint},0.010000,mag_psf\n`,
    )
    const rows = [1, 2].map((n) =>
      [n, 7, ccd, n, 10 + n / 100, -5, zeropoint - 10 + n, zeropoint - 10.1 + n, -zeropoint, 0.01, 0].join(','),
    )
    writeFileSync(join(folder, `D00000007_0${ccd}_r1p2_ZP.csv`), `${CATALOGUE}\n${rows.join('\n')}\n`)
  }
  return folder
}

describe('exit codes and messages', () => {
  test('0 the same, 4 differences, --quiet says nothing', async () => {
    expect(await run(['compare', small(), small(), '--quiet'])).toEqual({ exitCode: 0, out: '', err: '' })
    expect(await run(['compare', small(), small(29.502), '--quiet'])).toEqual({ exitCode: 4, out: '', err: '' })
    expect((await run(['compare', small(), small(29.502), '--tolerance-mag', '0.002', '--quiet'])).exitCode).toBe(0)
    expect((await run(['compare', small(), small(29.502)])).out).toContain(
      '2 of 2 CCDs differ by more than 0.001 mag or in kind: zeropoint 2, applied 2, magnitudes 2.',
    )
  })

  test('packed files and FITS-less directories are read alike', async () => {
    const packed = directory()
    const plain = small()
    for (const name of readdirSync(plain))
      writeFileSync(join(packed, `${name}.gz`), gzipSync(readFileSync(join(plain, name))))
    expect(await compare(plain, packed)).toMatchObject({
      exitCode: 0,
      bands: [{ band: 'z', ccds: 2, objects: { paired: 4 } }],
    })
  })

  test('exposures on one side only are named', async () => {
    const after = small()
    writeFileSync(join(after, 'Zero_D00000008_03_r1p2.csv'), `${ZERO}\n`)
    const found = await compare(small(), after)
    expect([found.exitCode, found.unpaired]).toEqual([4, [{ expnum: 8, reqnum: '1', attnum: '2', in: 'new' }]])
  })

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'a cut catalogue',
      (folder) => writeFileSync(join(folder, 'D00000007_03_r1p2_ZP.csv'), `${CATALOGUE}\n1,7,3,1,10.01,-5,20.5`),
      /D00000007_03_r1p2_ZP\.csv, line 2: the line has another number of fields than the header \(found 7, expected 11\)\n$/,
    ],
    [
      'a word for a magnitude',
      (folder) =>
        writeFileSync(
          join(folder, 'D00000007_03_r1p2_ZP.csv'),
          `${CATALOGUE}\n1,7,3,1,10.01,-5,20.5,faint,-29.5,0.01,0\n`,
        ),
      /D00000007_03_r1p2_ZP\.csv, line 2, column MAG_PSF: the field is not a number \(found "faint", expected a number\)\n$/,
    ],
    [
      'an empty catalogue',
      (folder) => writeFileSync(join(folder, 'D00000007_03_r1p2_ZP.csv'), ''),
      /D00000007_03_r1p2_ZP\.csv: there is no header line \(expected a CSV file\)\n$/,
    ],
    [
      'a catalogue of another exposure',
      (folder) =>
        writeFileSync(
          join(folder, 'D00000007_03_r1p2_ZP.csv'),
          `${CATALOGUE}\n1,8,3,1,10.01,-5,20.5,20,-29.5,0.01,0\n`,
        ),
      /column EXPNUM: the objects are of another exposure than the name of the file \(found 8, expected 7\)\n$/,
    ],
    [
      'damaged gzip',
      (folder) => {
        rmSync(join(folder, 'Zero_D00000007_03_r1p2.csv'))
        writeFileSync(join(folder, 'Zero_D00000007_03_r1p2.csv.gz'), gzipSync(ZERO).subarray(0, 20))
      },
      /Zero_D00000007_03_r1p2\.csv\.gz: the compressed file is damaged: /,
    ],
    [
      'a FITS file that is none',
      (folder) => {
        rmSync(join(folder, 'D00000007_03_r1p2_ZP.csv'))
        writeFileSync(join(folder, 'D00000007_03_r1p2_ZP.fits'), 'no FITS')
      },
      /D00000007_03_r1p2_ZP\.fits/,
    ],
    [
      'damaged matches',
      (folder) => writeFileSync(join(folder, 'matches_D00000007_03_r1p2.parquet'), 'PAR1 and no more'),
      /matches_D00000007_03_r1p2\.parquet: the file does not end like a Parquet file/,
    ],
    [
      'a damaged result',
      (folder) => writeFileSync(join(folder, 'zeropoint_D00000007_03_r1p2.json'), '{'),
      /zeropoint_D00000007_03_r1p2\.json: the result is no JSON/,
    ],
  ])('%s: exit 3, the file is named, other exposures are compared all the same', async (_, damage, message) => {
    const [old, after] = [small(), small()]
    for (const folder of [old, after])
      writeFileSync(
        join(folder, 'Zero_D00000009_03_r1p2.csv'),
        `${ZERO}\nD00000009_z_03_r1p2_fullcat.fits,40,38,-29.5,0.010000,mag_psf\n`,
      )
    damage(after)
    const found = await compare(old, after)
    expect(found.err).toMatch(message)
    expect(found.err.startsWith(`bliss-calib: ${after}`)).toBe(true)
    expect([found.exitCode, found.same, found.exposures.map(({ expnum }) => expnum)]).toEqual([3, false, [9]])
    expect(found.failed).toMatchObject([{ expnum: 7, reqnum: '1', attnum: '2' }])
    expect(found.err).toContain(found.failed[0]!.message)
  })

  test.each<[string, () => string[], 2 | 3, string | RegExp]>([
    ['one argument', () => [small()], 2, 'new is required; --help lists the options'],
    [
      'a tolerance that is no number',
      () => [small(), small(), '--tolerance-mag', 'small'],
      2,
      "--tolerance-mag must be a number of magnitudes (found 'small', expected at least 0)",
    ],
    [
      'a negative tolerance',
      () => [small(), small(), '--tolerance-mag=-1'],
      2,
      "--tolerance-mag must be at least 0 (found '-1'",
    ],
    [
      'two tolerances',
      () => [small(), small(), '--tolerance-mag', '1', '--tolerance-mag', '2'],
      2,
      '--tolerance-mag is given more than once (found 1 and 2)',
    ],
    [
      'an unknown option',
      () => [small(), small(), '--tolerance', '1'],
      2,
      'unknown option --tolerance: did you mean --tolerance-mag?',
    ],
    [
      'a directory and a file',
      () => [small(), join(small(), 'Zero_D00000007_03_r1p2.csv')],
      2,
      /Zero_D00000007_03_r1p2\.csv: one is a directory, the other a file: give two directories or two files/,
    ],
    [
      'different products',
      () => [join(small(), 'D00000007_03_r1p2_ZP.csv'), join(small(), 'Zero_D00000007_03_r1p2.csv')],
      2,
      'the files are different products: compare like with like (found zero, expected catalogue as ',
    ],
    [
      'nothing there',
      () => [small(), join(scratch, 'nowhere')],
      3,
      `${join(scratch, 'nowhere')}: what is to be compared cannot be read: there is no such file or directory`,
    ],
    [
      'a directory without products',
      () => [directory(), small()],
      3,
      /: the directory holds no products \(found an empty directory, expected Zero_D\*\.csv, allZP_D\*\.csv, D\*_ZP\.csv or D\*_ZP\.fits, plain or \.gz\)/,
    ],
    [
      'another file',
      () => {
        const folder = small()
        writeFileSync(join(folder, 'list.txt'), 'a,b\n1,2\n')
        return [join(folder, 'list.txt'), folder]
      },
      3,
      'list.txt: the file is no product that can be compared (found "a,b", expected Zero_D*.csv',
    ],
    [
      'CCDs that differ',
      () => [join(small(), 'Zero_D00000007_03_r1p2.csv'), join(small(), 'Zero_D00000007_04_r1p2.csv')],
      3,
      'the files have no CCD in common (found CCD 4, expected CCD 3 as ',
    ],
  ])('%s', async (_, args, code, message) => {
    const { exitCode, out, err } = await run(['compare', ...args()])
    expect([exitCode, out]).toEqual([code, ''])
    expect(err.startsWith('bliss-calib: ')).toBe(true)
    if (typeof message === 'string') expect(err).toContain(message)
    else expect(err).toMatch(message)
  })

  test('exposures that differ: directories without one in common, files of two', async () => {
    const other = directory()
    writeFileSync(
      join(other, 'allZP_D00000008_r1p2.csv'),
      'EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp\n8,1,2,9,8,-29.5,0.01\n',
    )
    const old = small()
    expect((await run(['compare', old, other])).err).toBe(
      `bliss-calib: ${other}: the directory has no exposure in common with ${old} (found 8 r1p2, expected 7 r1p2)\n`,
    )
    const one = join(directory(), 'Zero_D00000008_03_r1p2.csv')
    writeFileSync(one, `${ZERO}\n`)
    const zero = join(old, 'Zero_D00000007_03_r1p2.csv')
    expect((await run(['compare', zero, one])).err).toBe(
      `bliss-calib: ${one}: the files are of different exposures (found 8, expected 7 as ${zero})\n`,
    )
  })

  test('files that name no system may be of the successor, on the system of DES', async () => {
    const ours = directory()
    for (const ccd of [3, 4])
      writeFileSync(
        join(ours, `Zero_D00000007_0${ccd}_r1p2.csv`),
        `${ZERO},system,catalog,relation,systematicErr,outcome\nD00000007_z_0${ccd}_r1p2_fullcat.fits,40,38,-29.519,` +
          '0.003,mag_psf,des-ab,gaia_dr3,gaia_dr3 to DES z,0.009,fitted\n',
      )
    const asOriginals = await compare(small(), ours)
    expect(asOriginals.exposures[0]!.systems).toMatchObject({ old: ['catalog'], new: ['des-ab'], comparable: false })
    const asSuccessors = await compare(small(), ours, '--old-system', 'des-ab')
    expect(asSuccessors.exposures[0]).toMatchObject({
      systems: { old: ['des-ab'], new: ['des-ab'], comparable: true },
      ccds: [
        { ccd: 3, offset: 0.019 },
        { ccd: 4, offset: 0.019 },
      ],
    })
    const { out } = await run(['compare', small(), ours, '--old-system', 'des-ab'])
    expect(out.replace(/\n */g, ' ')).toContain("Both are on des-ab, the camera's band on the AB system.")
    // Files that name theirs keep it.
    const own = await compare(ours, ours, '--old-system', 'sdss')
    expect(own.exposures[0]!.systems.old).toEqual(['des-ab'])
  })

  test('another r and p of one exposure may be compared file against file', async () => {
    const folder = directory()
    const again = join(folder, 'Zero_D00000007_03_r5p1.csv')
    writeFileSync(again, `${ZERO}\nD00000007_z_03_r5p1_fullcat.fits,40,38,-29.6,0.010000,mag_psf\n`)
    expect(await compare(join(small(), 'Zero_D00000007_03_r1p2.csv'), again)).toMatchObject({
      exitCode: 4,
      exposures: [{ reqnum: '5', attnum: '1', ccds: [{ offset: 0.1 }] }],
    })
  })
})
