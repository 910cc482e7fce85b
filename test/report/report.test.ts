import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'
import { calibrated, sceneOf, type Scene } from './scenes.js'

const CCDS = [1, 4, 9, 14, 20, 28, 35, 42, 49, 55, 60]
const REPORT = 'report_D00668439_r4p5.html'
const built = existsSync(new URL('../../dist/page/page-script.js', import.meta.url))

describe.skipIf(!built)('the report of an exposure', () => {
  let scene: Scene
  let outdir: string
  let page: string
  beforeAll(async () => {
    scene = await sceneOf({ ccds: CCDS, mostStars: { 9: 0 }, ccdOffsetMag: { 20: 0.3 } })
    const made = await calibrated(scene, '--ccd', 'all', '--report')
    outdir = made.outdir
    expect(made.exitCode).toBe(4)
    expect(made.out).toContain(`report  ${join(outdir, REPORT)}`)
    page = readFileSync(join(outdir, REPORT), 'utf8')
  })

  test('`report DIR` makes the same bytes afterwards, from the products', async () => {
    const again = temporaryDirectory()
    const { exitCode, out } = await run([
      'report',
      outdir,
      '--outdir',
      again,
      '--workdir',
      scene.work,
      '--catalog',
      scene.catalog,
    ])
    expect([exitCode, out]).toEqual([0, `${join(again, REPORT)}\n`])
    expect(readFileSync(join(again, REPORT), 'utf8')).toBe(page)
  })

  test('so does the JSON of the exposure, named', async () => {
    const again = temporaryDirectory()
    await run([
      'report',
      join(outdir, 'zeropoint_D00668439_r4p5.json'),
      '--outdir',
      again,
      '--quiet',
      '--workdir',
      scene.work,
      '--catalog',
      scene.catalog,
    ])
    expect(readFileSync(join(again, REPORT), 'utf8')).toBe(page)
  })

  test('the first screen names the bad CCD and the borrowed one, and says what to type', () => {
    const decision = page.slice(page.indexOf('class="decision'), page.indexOf('class="key"'))
    expect(decision).toContain('<p class="word">LOOK</p>')
    expect(decision).toContain('Do not use CCD 20; the other 10 CCDs can be used.')
    expect(decision).toMatch(/CCD 20<\/a><\/strong>: \+\d{3} mmag off the exposure/)
    expect(decision).toMatch(/CCD 9<\/a><\/strong>: borrowed from the exposure/)
    expect(decision).toMatch(
      /<code id="command">mkdir -p check &amp;&amp; bliss-calib --expnum 668439 --reqnum 4 --attnum 5 --ccd 20 --catalog \S+ --workdir \S+ --verbose 1 --outdir check</,
    )
  })

  test('everything of the list is on the page, in its order', () => {
    const headings = [...page.matchAll(/<h2[^>]*>([^<]+)</g)].map(([, text]) => text)
    expect(headings).toEqual([
      'Photometric system',
      'Zeropoint against expectation',
      'CCDs',
      'Focal plane',
      'All CCDs',
      'Residuals',
      'Astrometry',
      'Depth',
      'Against the original',
      'Options and provenance',
      'For a paper',
    ])
    for (const ccd of CCDS) expect(page).toContain(`<tr id="ccd-${ccd}" data-ccd="${ccd}">`)
  })

  test('nothing on it comes from elsewhere', () => {
    expect(page).not.toMatch(/\b(?:src|srcset|action|poster)=/)
    expect(
      [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!).filter((href) => !href.startsWith('#')),
    ).toEqual([])
    expect(page).not.toMatch(/url\(|@import|https?:\/\/(?!www\.w3\.org)/)
  })

  test('products of another system beside it are named', async () => {
    const mixed = temporaryDirectory()
    for (const name of readdirSync(outdir)) copyFileSync(join(outdir, name), join(mixed, name))
    writeFileSync(
      join(mixed, 'allZP_D00668440_r4p5.csv'),
      'EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp\n668440,4,5,10,9,-30.4,0.02\n',
    )
    await run(['report', mixed, '--quiet'])
    expect(readFileSync(join(mixed, REPORT), 'utf8')).toContain('allZP_D00668440_r4p5.csv (catalog)')
    expect(page).toContain('All products beside it are on the same system.')
  })

  test('CCDs calibrated one by one make one report, which says so', async () => {
    const apart = temporaryDirectory()
    for (const ccd of ['28', '35'])
      await run([
        '--expnum',
        '668439',
        '--ccd',
        ccd,
        '--workdir',
        scene.work,
        '--outdir',
        apart,
        '--catalog',
        scene.catalog,
        '--quiet',
      ])
    await run(['report', apart, '--quiet'])
    const both = readFileSync(join(apart, REPORT), 'utf8')
    expect(both).toContain('the CCDs were calibrated one by one and not yet solved together')
    expect(both).toMatch(/--ccd all --outdir \S+<\/code>/)
  })

  test('a run of one CCD has a report of its own, the same again from its product', async () => {
    const { outdir: alone, exitCode } = await calibrated(scene, '--ccd', '28', '--report')
    expect(exitCode).toBe(0)
    const name = 'report_D00668439_28_r4p5.html'
    const first = readFileSync(join(alone, name), 'utf8')
    expect(first).toContain('The zeropoint of CCD 28 can be used.')
    await run(['report', alone, '--quiet', '--workdir', scene.work, '--catalog', scene.catalog])
    expect(readFileSync(join(alone, name), 'utf8')).toBe(first)
  })

  test('CCDs that failed or are missing are on the page, the former in its first block with the reason', async () => {
    const work = temporaryDirectory()
    cpSync(scene.work, work, { recursive: true })
    truncateSync(join(work, 'D00668439_i_28_r4p5_fullcat.fits'), 20_000)
    rmSync(join(work, 'D00668439_i_35_r4p5_fullcat.fits'))
    const { outdir: partly, exitCode } = await calibrated(
      { ...scene, work },
      '--ccd',
      'all',
      '--report',
      '--magsType',
      'mag_auto',
    )
    expect(exitCode).toBe(3)
    const html = readFileSync(join(partly, REPORT), 'utf8')
    const decision = html.slice(html.indexOf('class="decision'), html.indexOf('class="key"'))
    expect(decision).toMatch(
      /<strong>CCD 28<\/strong>: not calibrated: D00668439_i_28_r4p5_fullcat\.fits[^<]*(?:ends|shorter|cut)/,
    )
    expect(html).toContain('<p>CCD 28: could not be calibrated, and took no part.</p>')
    expect(html).toContain('<p>CCD 35: missing: no catalogue of detections, or in a merge no products.</p>')
    const again = temporaryDirectory()
    await run(['report', partly, '--outdir', again, '--quiet', '--workdir', work, '--catalog', scene.catalog])
    expect(readFileSync(join(again, REPORT), 'utf8')).toBe(html)
  })

  test('matches that are not there are said to be missing', async () => {
    const bare = temporaryDirectory()
    copyFileSync(join(outdir, 'zeropoint_D00668439_r4p5.json'), join(bare, 'zeropoint_D00668439_r4p5.json'))
    expect((await run(['report', bare])).exitCode).toBe(0)
    expect(readFileSync(join(bare, REPORT), 'utf8')).toContain(
      'The matches of this exposure (matches_*.parquet) are not there.',
    )
  })

  test('the index of a night links what stands and names what strays', async () => {
    const night = temporaryDirectory()
    const json = JSON.parse(readFileSync(join(outdir, 'zeropoint_D00668439_r4p5.json'), 'utf8')) as {
      exposure: { expnum: number; epochYr: number }
      solution: { zeropoint: number }
    }
    for (let k = 0; k < 7; k++) {
      const directory = join(night, `e${k}`)
      mkdirSync(directory)
      const expnum = 668439 + k
      const moved = {
        ...json,
        exposure: { ...json.exposure, expnum, epochYr: json.exposure.epochYr + (k * 0.01) / 365.25 },
        solution: { ...json.solution, zeropoint: json.solution.zeropoint - (k === 4 ? 0.8 : 0.002 * k) },
      }
      writeFileSync(join(directory, `zeropoint_D00${expnum}_r4p5.json`), JSON.stringify(moved))
    }
    await run(['report', join(night, 'e0'), '--quiet'])
    const { exitCode, out, err } = await run(['report', '--night', night])
    expect([exitCode, out]).toEqual([0, `${join(night, 'night.html')}\n`])
    expect(err).toBe('6 of 7 exposures have no report to link to: bliss-calib report DIR makes those of a directory\n')
    const index = readFileSync(join(night, 'night.html'), 'utf8')
    expect(index).toMatch(/<li><strong>668443 r4p5<\/strong>: zeropoint<\/li>/)
    expect(index.match(/<li>/g)).toHaveLength(1)
    expect(index).toContain(`<a href="e0/report_D00668439_r4p5.html">668439 r4p5</a>`)
    expect(index).toContain('hours UT since 2017-08-18')
    expect([...index.matchAll(/<tr><th scope="row">(?:<a[^>]*>)?(\d+)/g)].map(([, expnum]) => Number(expnum))).toEqual([
      668439, 668440, 668441, 668442, 668443, 668444, 668445,
    ])
  })
})

describe('bad input of report', () => {
  test.each([
    ['an empty directory', {}, 'the directory holds no results'],
    ['a result that is not JSON', { 'zeropoint_D00000001_r1p1.json': '{"schema": 2,' }, 'the result is not JSON'],
    ['a file of another schema', { 'zeropoint_D00000001_r1p1.json': '{"schema": 9}' }, 'found schema 9'],
    [
      'a result without CCDs',
      { 'zeropoint_D00000001_r1p1.json': '{"schema":2,"exposure":{"expnum":1,"band":"i"},"ccds":[]}' },
      'the result holds no CCD',
    ],
    [
      'a CCD that is damaged',
      { 'zeropoint_D00000001_r1p1.json': '{"schema":2,"exposure":{"expnum":1,"band":"i"},"ccds":[{"ccd":1}]}' },
      'a CCD of the result is incomplete',
    ],
  ])('%s is exit code 3 and a sentence', async (_, files, sentence) => {
    const directory = temporaryDirectory()
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
    const { exitCode, err, out } = await run(['report', directory])
    expect([exitCode, out]).toEqual([3, ''])
    expect(err).toContain(sentence)
    expect(readdirSync(directory).filter((name) => name.endsWith('.html'))).toEqual([])
  })

  test('matches that are no Parquet are named', async () => {
    const directory = temporaryDirectory()
    await run(['demo', '--outdir', directory])
    writeFileSync(join(directory, 'matches_D00668439_01_r4p5.parquet'), 'no Parquet at all')
    const { exitCode, err } = await run(['report', directory])
    expect(exitCode).toBe(3)
    expect(err).toContain('matches_D00668439_01_r4p5.parquet')
  })
})
