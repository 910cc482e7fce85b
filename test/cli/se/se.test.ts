import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { starFlatFits } from '../../../src/exposure/star-flat-file.js'
import { fromTangentPlane } from '../../../src/math/sphere.js'
import { fakeProgram, pathOf, programsAreHere } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { reducedImages, SCALE_DEG, SIDE, ZEROPOINT } from './reduced-images.js'

const FOLDER = 'persistent/gw/exp/20170817/668439'
/** The line of the pipeline's own documentation, but for the CCD and what it is to do. */
const JOB = '-r 4 -p 5 -E 668439 -b i -n 20170817 -d persistent -m gw'

const COMMAND = join(process.cwd(), 'bin/bliss-calib.js')
const isBuilt = existsSync(join(process.cwd(), 'dist/bundle/cli.js'))
/** Whether a small disk can be made. */
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m t /mnt']).status === 0

/** Reduced images of two CCDs, with the stars of the demonstration's catalogue. */
let images: ReadonlyMap<string, Buffer>

beforeAll(async () => {
  images = await reducedImages()
})

let home = ''
const before = process.cwd()
beforeEach(() => {
  home = temporaryDirectory()
  mkdirSync(join(home, FOLDER), { recursive: true })
  for (const [name, bytes] of images) writeFileSync(join(home, FOLDER, name), bytes)
  process.chdir(home)
})
afterEach(() => process.chdir(before))

const env = (further: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env['PATH']!,
  BLISS_CATALOG: join(before, 'catalogs/demo'),
  ...further,
})
/** Runs the job; the stars are as bright as Gaia's G says, in any band. */
const se = (line: string, further: Readonly<Record<string, string>> = {}) =>
  run(['se', ...`${JOB} ${line} --system catalog`.split(' ')], env(further))
const products = () => readdirSync(FOLDER).filter((name) => !name.includes('immask'))
const bytesOf = (names = products()) => new Map(names.map((name) => [name, readFileSync(join(FOLDER, name), 'latin1')]))

/** A program that tells its version, and beyond that does what the script says. */
const knowing = (program: string, script: string): Record<string, string> => {
  const version = `if [ "$1" = --version ]; then exec ${pathOf(program)} --version; fi`
  return { PATH: fakeProgram(temporaryDirectory(), program, `${version}\n${script}`) }
}

describe('the command line of the job', () => {
  test.each([
    [
      '-C -c 0',
      {},
      '-c 0 needs the number of the process in the variable PROCESS (found no PROCESS, expected 0 to 59)',
    ],
    ['-C -c 0', { PROCESS: '60' }, "(found PROCESS '60', expected 0 to 59)"],
    ['-C -c 1-', {}, "-c: the CCDs cannot be read (found '1-'"],
    ['-C -X', {}, 'unknown option -X; bliss-calib se --help lists the options'],
    ['--layout {d}/{night}', {}, '--layout has an unknown part {night}'],
    ['-V veto.list', {}, '--veto-list needs --season'],
    ['-S dp33 -V ../veto.list', {}, "-V: a file cannot have this name: it is a path (found '../veto.list'"],
  ])('%s with %o is refused: exit code 2', async (line, further, message) => {
    const { exitCode, err } = await se(line, further)
    expect(err).toContain(message)
    expect(exitCode).toBe(2)
    expect(products()).toEqual([])
  })

  test('without a catalogue the line that fetches the field is said, with the field', async () => {
    const { exitCode, err } = await se('-j -c 1', { BLISS_CATALOG: '' })
    expect(exitCode).toBe(3)
    expect(err).toMatch(/`bliss-calib catalog fetch .*--cone 53\.\d+,-27\.7\d*,0\.\d+/)
  })

  test('-h shows the help', async () => {
    const { exitCode, out } = await run(['se', '-h'])
    expect(exitCode).toBe(0)
    for (const letter of 'EnbrpSdcVTCjsYOtmvF') expect(out).toMatch(new RegExp(`^ +-${letter}, --`, 'm'))
  })

  test.each([
    ['-b z', 'there is no reduced image of exposure 668439 in z (found images in i'],
    ['-E 668440', '668440: the directory of the exposure cannot be read'],
    ['-c 7', 'there is no reduced image of CCD 7 (found CCDs 1, 3)'],
    ['-d elsewhere', 'the directory of the exposure cannot be read'],
  ])('%s: there are no images, exit code 3', async (line, message) => {
    const last = new Map([...JOB.matchAll(/-(\w) (\S+)/g)].map(([, letter, value]) => [letter!, value!]))
    const [, letter, value] = /-(\w) (\S+)/.exec(line)!
    last.set(letter!, value!)
    const { exitCode, err } = await run(['se', ...[...last].flatMap(([of, given]) => [`-${of}`, given])], env())
    expect(err).toContain(message)
    expect(exitCode).toBe(3)
  })

  test('band and night are checked against the headers', async () => {
    const path = join(FOLDER, 'D00668439_i_01_r4p5_immask.fits')
    const text = readFileSync(path, 'latin1')
    writeFileSync(path, text.replace("NITE    = '20170817'", "NITE    = '20170818'"), 'latin1')
    expect((await se('-c 1')).err).toContain(
      'keyword NITE disagrees with the night of the job, -n (found 20170818, expected 20170817)',
    )
    writeFileSync(path, text.replace("FILTER  = 'i DECam", "FILTER  = 'z DECam"), 'latin1')
    expect((await se('-c 1')).err).toContain('keyword FILTER disagrees with the band of the job, -b (found z DECam')
    writeFileSync(path, text.replace('BAND    =', 'XBAND   =').replace('FILTER  =', 'XFILTER ='), 'latin1')
    expect((await se('-c 1')).err).toMatch(/the image header lacks BAND/)
    expect(products()).toEqual([])
  })

  test('no WCS: refused before anything is written', async () => {
    const path = join(FOLDER, 'D00668439_i_01_r4p5_immask.fits')
    writeFileSync(path, readFileSync(path, 'latin1').replaceAll('CTYPE', 'XTYPE'), 'latin1')
    const { exitCode, err } = await se('-c 1')
    expect(exitCode).toBe(3)
    expect(err).toMatch(/D00668439_i_01_r4p5_immask\.fits.*(world coordinate system|lacks RA_CENT)/)
    expect(products()).toEqual([])
  })
})

describe.skipIf(!programsAreHere)('the job on images (source-extractor and psfex are not installed)', () => {
  test('its own line: catalogue, corners, regions, zeropoint; then all is done', async () => {
    // A catalogue that another program has left is replaced with -O alone.
    const name = join(FOLDER, 'D00668439_i_01_r4p5_fullcat.fits')
    writeFileSync(name, "the pipeline's own")
    const foreign = await se('-C -c 1')
    expect([foreign.exitCode, foreign.err]).toEqual([2, expect.stringContaining('bliss-calib has not made it')])
    expect(foreign.err).toContain('expected -O to replace it')
    expect(readFileSync(name, 'utf8')).toBe("the pipeline's own")
    const first = await se('-C -O -c 1')
    expect(first.err).not.toContain('bliss-calib:')
    expect(first.exitCode).toBe(0)
    expect(products()).toEqual([
      ...['668439.out', '668439_1.out', '668439_3.out', 'D00668439_01_r4p5_ZP.csv', 'D00668439_01_r4p5_ZP.fits'],
      ...['D00668439_i_01_r4p5.psf', 'D00668439_i_01_r4p5_fullcat.fits', 'D00668439_i_01_r4p5_regions.reg'],
      ...['D00668439_i_01_r4p5_se.json', 'D00668439_r4p5_red_catlist.csv', 'Zero_D00668439_01_r4p5.csv'],
      ...['allZP_D00668439_r4p5.csv', 'matches_D00668439_01_r4p5.parquet', 'zeropoint_D00668439_01_r4p5.json'],
    ])
    const json = JSON.parse(readFileSync(join(FOLDER, 'zeropoint_D00668439_01_r4p5.json'), 'utf8'))
    const [{ zeropoint, zeropointErr }] = json.ccds
    expect(Math.abs(zeropoint - ZEROPOINT) / Math.hypot(zeropointErr, 0.002)).toBeLessThan(3.5)

    // x runs to the north and y to the east of the image's centre.
    const corner = (x: number, y: number) => {
      const centre = (SIDE + 1) / 2
      const at = { raDeg: 53.1, decDeg: -27.8 }
      const { raDeg, decDeg } = fromTangentPlane((y - centre) * SCALE_DEG, (x - centre) * SCALE_DEG, at)
      return `  ${raDeg.toFixed(5).padStart(10)} ${decDeg.toFixed(5).padStart(10)}`
    }
    const line = readFileSync(join(FOLDER, '668439_1.out'), 'utf8')
    expect(line).toBe(`  668439   i    1${corner(16, 16)}${corner(16, 585)}${corner(585, 16)}${corner(585, 585)}\n`)
    expect(readFileSync(join(FOLDER, '668439.out'), 'utf8')).toBe(
      line + readFileSync(join(FOLDER, '668439_3.out'), 'utf8'),
    )
    expect(readFileSync(join(FOLDER, 'D00668439_i_01_r4p5_regions.reg'), 'utf8')).toMatch(
      /^# Region file format: DS9 version 4\.1\nglobal width=1\nimage\nellipse\([\d.,-]+\) # color=(green|red)\n/,
    )

    const stood = bytesOf()
    const none = knowing('source-extractor', 'exit 1')
    const again = await se('-C -c 1', none)
    expect(again).toMatchObject({ exitCode: 0, out: '' })
    expect(again.err).toContain('all done')
    expect(bytesOf()).toEqual(stood)
    expect((await se('-C -O -c 1', none)).err).toContain('source-extractor failed')
    expect((await se('-C -O -c 1')).exitCode).toBe(0)
    expect(bytesOf()).toEqual(stood)
    // Somebody else's file is left alone; a product that was cut short or removed is made again.
    const zero = join(FOLDER, 'Zero_D00668439_01_r4p5.csv')
    const catalogue = join(FOLDER, 'D00668439_i_01_r4p5_fullcat.fits')
    const whole = readFileSync(zero)
    writeFileSync(zero, "somebody's own")
    expect((await se('-C -c 1')).exitCode).toBe(2)
    expect(readFileSync(zero, 'utf8')).toBe("somebody's own")
    writeFileSync(zero, whole.subarray(0, whole.length - 5))
    writeFileSync(catalogue, 'rubbish')
    rmSync(join(FOLDER, 'D00668439_i_01_r4p5_regions.reg'))
    expect((await se('-C -c 1')).exitCode).toBe(0)
    expect(bytesOf()).toEqual(stood)
  })

  test('the submitted form: each process its CCD, the last one the exposure; in any order the same', async () => {
    for (const PROCESS of ['0', '1']) expect((await se('-c 0 -S dp33 -C -s -Y -v 2 -F', { PROCESS })).exitCode).toBe(0)
    const json = JSON.parse(readFileSync(join(FOLDER, 'zeropoint_D00668439_r4p5.json'), 'utf8'))
    expect(json.ccds.map(({ ccd }: { ccd: number }) => ccd)).toEqual([1, 3])
    expect(readFileSync(join(FOLDER, 'D00668439_i_03_r4p5_se.json'), 'utf8')).toContain('"-v 2"')
    const stood = bytesOf()
    const third = await se('-c 0 -S dp33 -C', { PROCESS: '1' })
    expect(third.err).toContain('all done')
    expect(bytesOf()).toEqual(stood)
    for (const name of products()) rmSync(join(FOLDER, name))
    const both = await Promise.all(['1', '0'].map((PROCESS) => se('-c 0 -S dp33 -C -s -Y -v 2 -F', { PROCESS })))
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    await se('-c 0 -S dp33 -C', { PROCESS: '0' })
    expect([...bytesOf().keys()]).toEqual([...stood.keys()])
    for (const [name, bytes] of bytesOf()) if (!name.endsWith('_se.json')) expect(bytes, name).toBe(stood.get(name))
  })

  test('--starflat corrects fluxes; one that fits another camera fails each CCD, one that is none all', async () => {
    const cell = { left: 0, bottom: 0, width: SIDE, height: SIDE, columns: 2, lines: 1 }
    const map = { map: Float64Array.of(0.1, -0.1), mapErr: Float64Array.of(0.001, 0.001) }
    const flat = {
      ...{ camera: 'decam', band: 'i', filter: 'i DECam SDSS c0003 7835.0 1470.0', tie: 'T', exposures: 6 },
      ...{ epochsYr: [2017, 2018] as const, version: '0.1.0', ccds: [1, 3].map((ccd) => ({ ccd, ...cell, ...map })) },
    }
    writeFileSync('flat.fits', starFlatFits(flat))
    writeFileSync('other.fits', starFlatFits({ ...flat, camera: 'ztf' }))
    writeFileSync('none.fits', 'none')
    const none = await se('-C -c 1 --starflat none.fits')
    expect([none.exitCode, none.err]).toEqual([3, expect.stringContaining('none.fits')])
    expect(products().some((name) => name.includes('fullcat'))).toBe(false)
    expect((await se('-C -c 1,3')).exitCode).toBe(0)
    const scatter = () => {
      const { ccds } = JSON.parse(readFileSync(join(FOLDER, 'zeropoint_D00668439_r4p5.json'), 'utf8'))
      return (ccds as { scatter: number }[]).map((ccd) => ccd.scatter)
    }
    const before = scatter()
    const corrected = await se('-C -c 1,3 --starflat flat.fits')
    expect([corrected.exitCode, corrected.err]).toEqual([0, expect.not.stringContaining('all done')])
    // Nothing was wrong with the fluxes.
    scatter().forEach((value, k) => expect(value).toBeGreaterThan(before[k]! + 0.03))
    expect((await se('-C -c 1,3 --starflat flat.fits')).err).toContain('all done')
    const other = await se('-C -c 1,3 --starflat other.fits')
    expect([other.exitCode, other.err]).toEqual([3, expect.stringMatching(/other\.fits: .*another camera/)])
  })

  test('without a catalogue or with one that is not there nothing is measured', async () => {
    for (const [catalog, message] of [
      ['', /no reference catalogue is named/],
      [join(home, 'nowhere'), /nowhere/],
    ] as const) {
      const { exitCode, err } = await se('-C -c 1', { BLISS_CATALOG: catalog })
      expect([exitCode, err]).toEqual([3, expect.stringMatching(message)])
    }
    expect(products().some((name) => name.includes('fullcat') || name.includes('_se.json'))).toBe(false)
  })

  test('without -C it ends after the measuring, -j goes on from there, -t leaves the exposure alone', async () => {
    expect((await se('-c 1,3')).exitCode).toBe(0)
    expect(products().some((name) => /^(Zero|allZP)/.test(name))).toBe(false)
    const none = knowing('source-extractor', 'exit 1')
    expect((await se('-j -t -c 1', none)).exitCode).toBe(0)
    expect((await se('-j -t -c 3', none)).exitCode).toBe(0)
    expect(products()).toContain('Zero_D00668439_03_r4p5.csv')
    expect(products()).not.toContain('zeropoint_D00668439_r4p5.json')
  })

  test('a run that fails between two stages leaves what is whole, and the next goes on from it', async () => {
    expect((await se('-C -c 1')).exitCode).toBe(0)
    const whole = bytesOf()
    for (const name of products()) rmSync(join(FOLDER, name))
    const real = pathOf('source-extractor')
    const failing = `case "$*" in *measure.sex*) kill -9 $$;; esac; exec ${real} "$@"`
    const failed = await se('-C -c 1', knowing('source-extractor', failing))
    expect(failed.exitCode).toBe(3)
    expect(failed.err).toMatch(/source-extractor failed.*killed by SIGKILL/)
    expect(readdirSync(FOLDER).filter((name) => name.startsWith('.'))).toEqual([])
    expect(products()).toContain('D00668439_i_01_r4p5.psf')
    expect(products()).not.toContain('D00668439_i_01_r4p5_fullcat.fits')
    // The model is there: psfex is not asked again.
    expect((await se('-C -c 1', knowing('psfex', 'exit 1'))).exitCode).toBe(0)
    expect(bytesOf()).toEqual(whole)
  })

  test.skipIf(!canMount || !isBuilt)('a disk that is full, wherever in the job: nothing half', async () => {
    rmSync(join(FOLDER, 'D00668439_i_03_r4p5_immask.fits'))
    expect((await se('-C -c 1')).exitCode).toBe(0)
    const whole = bytesOf()
    const image = join(home, FOLDER, 'D00668439_i_01_r4p5_immask.fits')
    // So much is free beside the image [kB]: for the list, for the pixels, for the programs' files.
    for (const free of [40, 1000, 2000, 2900, 3050]) {
      const disk = temporaryDirectory()
      const job = `node ${COMMAND} se ${JOB} -C -c 1 --system catalog`
      const script = `
        mount -t tmpfs -o size=$((${statSync(image).size} / 1024 + ${free}))k t ${disk} && mkdir -p ${disk}/${FOLDER} || exit 9
        cp ${image} ${disk}/${FOLDER}; cd ${disk}
        ${job} 2>&1; echo "exit code $?"; ls -A ${FOLDER}
        mount -o remount,size=99m t ${disk}
        ${job} >/dev/null 2>&1; echo "then $?"; cp -r ${FOLDER} ${home}/after`
      const { stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8', env: env() })
      expect(stdout).toMatch(/the disk is full/)
      expect(stdout).toMatch(/exit code 3\n(?!.*(\.bliss-tmp|_ZP))[^]*then 0\n$/)
      expect(
        new Map([...whole.keys()].map((name) => [name, readFileSync(join(home, 'after', name), 'latin1')])),
      ).toEqual(whole)
      rmSync(join(home, 'after'), { recursive: true })
    }
  })

  test('one CCD fails, the others go on', async () => {
    const path = join(FOLDER, 'D00668439_i_03_r4p5_immask.fits')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, 1_000_000))
    const { exitCode, err, out } = await se('-C')
    expect(exitCode).toBe(3)
    expect(err).toContain('D00668439_i_03_r4p5_immask.fits, HDU 0: the file is cut short')
    expect(out).toContain('CCD 01')
    expect(products()).not.toContain('D00668439_i_03_r4p5_fullcat.fits')
  })

  test('images of another attempt are taken if they are the only ones, which is said', async () => {
    for (const name of images.keys()) {
      copyFileSync(join(FOLDER, name), join(FOLDER, name.replace('r4p5', 'r1p1')))
      rmSync(join(FOLDER, name))
    }
    const { exitCode, err } = await se('-C -c 1')
    expect(err).toContain('the images are of r1p1: their products are named r4p5, as asked')
    expect(exitCode).toBe(0)
    copyFileSync(join(FOLDER, 'D00668439_i_01_r1p1_immask.fits'), join(FOLDER, 'D00668439_i_01_r2p1_immask.fits'))
    expect((await se('-C -c 1')).err).toContain('the images are of several attempts: say which by -r and -p')
  })

  test('templates: what is not whole is named, star lists are made if -V or -T is given', async () => {
    expect((await se('-C')).exitCode).toBe(0)
    const old = join(home, 'old')
    mkdirSync(old)
    for (const name of ['_ZP.csv', '']) {
      const [from, to] = name === '' ? ['allZP_D00668439_r4p5.csv', 'allZP_D00500000_r1p1.csv'] : []
      const own = join(FOLDER, from ?? 'D00668439_r4p5_ZP.csv')
      copyFileSync(own, join(old, to ?? 'D00500000_r1p1_ZP.csv'))
    }
    mkdirSync(join(FOLDER, 'dp33/input_files'), { recursive: true })
    expect((await se('-C -S dp33 -T stars.list')).err).toContain('the list of the templates does not exist')
    const lines = [1, 3].map((ccd) => `cp ${old}/D00500000_i_0${ccd}_r1p1_fullcat.fits D00668439_i_01_x ./`)
    writeFileSync(join(FOLDER, 'dp33/input_files/copy_pairs_for_668439.sh'), `${lines.join('\n')}\n`)
    const { exitCode, err } = await se('-C -S dp33 -T stars.list')
    expect(exitCode).toBe(0)
    expect(err).toContain('template 500000: 2 files, fewer than 59')
    expect(readFileSync(join(FOLDER, 'stars.list'), 'utf8')).toMatch(
      /^# ASSOC format.*\n.*r4p5\n# NVAR: 5\n.*\n1\t53\./,
    )
    expect(existsSync(join(FOLDER, 'veto.list'))).toBe(false)
  })

  test('corners of somebody else under the name of the job are not replaced, those of the job are', async () => {
    const folder = join(home, 'theirs')
    mkdirSync(folder)
    const [name, bytes] = [...images][0]!
    writeFileSync(join(folder, name), bytes)
    const file = join(folder, '668439_1.out')
    for (const theirs of ['1 2 3\n', '  668439   i    1  my notes\n']) {
      writeFileSync(file, theirs)
      const { exitCode, err } = await se(`-c 1 --layout ${folder}`)
      expect([exitCode, err]).toEqual([2, expect.stringContaining(`${file}: the file is in the place of a product`)])
      expect(readFileSync(file, 'utf8')).toBe(theirs)
    }
    // As the job itself has written it, with other corners.
    writeFileSync(file, `  668439   i    1${'    52.92863  -27.79399'.repeat(4)}\n`)
    const { err } = await se(`-c 1 --layout ${folder}`)
    expect(err).not.toContain('in the place of a product')
    expect(readFileSync(file, 'utf8')).not.toContain('52.92863  -27.79399    52.92863')
  })

  // The first is full when the planes are written, the second when source-extractor writes.
  test.for([4096, 5100])('a disk of %s kB that is full before the end', async (kilobytes, { skip }) => {
    const small = join(home, 'small')
    mkdirSync(small)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', small]).status === 0
    if (!mounted) return skip('a small file system cannot be mounted here')
    try {
      mkdirSync(join(small, 'x'))
      const [name, bytes] = [...images][0]!
      writeFileSync(join(small, 'x', name), bytes)
      const { exitCode, err } = await se(`-C -c 1 --layout ${small}/x`)
      expect(err).toMatch(/the disk is full/)
      expect(exitCode).toBe(3)
      expect(readdirSync(join(small, 'x')).filter((of) => /^\.|fullcat|Zero|ZP/.test(of))).toEqual([])
    } finally {
      spawnSync('umount', [small])
    }
  })
})
