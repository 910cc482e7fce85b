import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageAssets } from '../../src/node/report/page-assets.js'
import { exposurePage, type ReportInput } from '../../src/report/exposure-page.js'
import { embeddedJson, html } from '../../src/report/html.js'
import { nightExposure } from '../../src/report/night.js'
import { nightPage } from '../../src/report/night-page.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { hasChromium, launch, open } from './chromium.js'
import { sampleExposure } from './sample-exposure.js'
import { sceneOf } from './scenes.js'

const built = existsSync(new URL('../../dist/page/page-script.js', import.meta.url))
const HOSTILE =
  `"'></title></style></script><script>window.reached=1</script><img src=x ` +
  `onerror="window.reached=2"><svg onload=window.reached=3>\u2028`

/**
 * Every text of a document, and every key of its inputs and options, turned hostile; words that the contract fixes
 * stay.
 */
function hostile(input: ReportInput): ReportInput {
  const FIXED = new Set([
    'fitted',
    'borrowed',
    'none',
    'used',
    'look',
    'stop',
    'hint',
    'borrowed',
    'outlier',
    'solved',
    'MJD-OBS',
  ])
  const turned = (value: unknown): unknown => {
    if (typeof value === 'string') return FIXED.has(value) ? value : `${value}${HOSTILE}`
    if (Array.isArray(value)) return value.map(turned)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, turned(one)]))
    return value
  }
  const result = turned(input.result) as typeof input.result
  const ccds = result.ccds.map((ccd) => ({
    ...ccd,
    concerns: [
      { tag: 'outlier' as const, severity: 'stop' as const, sentence: HOSTILE },
      { tag: 'transparency' as const, severity: 'hint' as const, sentence: HOSTILE },
    ],
    lost: { ...ccd.lost, [HOSTILE]: 3 },
  }))
  const provenance = { ...result.provenance, inputs: { [HOSTILE]: HOSTILE }, options: { [HOSTILE]: HOSTILE } }
  return { ...input, result: { ...result, ccds, provenance }, beside: [{ file: HOSTILE, system: HOSTILE }] }
}

describe.skipIf(!hasChromium || !built)('hostile text in a browser (Debian chromium)', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  const reached = 'window.reached'

  test('in every text of a result it is text, also in the chosen CCD', async () => {
    const { page, troubles } = await open(browser, exposurePage(hostile(sampleExposure([1, 28])), pageAssets()))
    await page.locator('.plane.is-chosen .ccd-cell[data-ccd="28"]').click()
    expect(await page.locator('#ccd').innerText()).toContain('<img src=x onerror=')
    for (const summary of await page.locator('details summary').all()) await summary.click()
    expect(await page.locator('main').innerText()).toContain('</script><script>window.reached=1</script>')
    expect(await page.evaluate(reached)).toBeUndefined()
    expect(await page.locator('img, main script, [onerror], [onload]').count()).toBe(0)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('in the index of a night likewise', async () => {
    const exposure = nightExposure(hostile(sampleExposure([1, 28])).result, 'javascript%3Awindow.reached%3D4')
    const { page, troubles } = await open(browser, nightPage(HOSTILE, [exposure, exposure], pageAssets()))
    await page.locator('tbody a').first().click()
    expect(await page.evaluate(reached)).toBeUndefined()
    expect(troubles.filter((trouble) => !trouble.startsWith('request: file:'))).toEqual([])
    await page.context().close()
  })

  test("and were it to become markup after all, the page's policy lets nothing of it run", async () => {
    const content = exposurePage(sampleExposure([1]), pageAssets()).replace(
      '<h1>',
      '<h1><script>window.reached=1</script><img src="x:" onerror="window.reached=2"><a ' +
        'id="bait" href="javascript:window.reached=3">bait</a>',
    )
    const { page, troubles } = await open(browser, content)
    await page.locator('#bait').click()
    expect(await page.evaluate(reached)).toBeUndefined()
    expect(troubles.filter((trouble) => /Content Security Policy/.test(trouble)).length).toBeGreaterThanOrEqual(2)
    await page.context().close()
  })

  test('from end to end: names of files and the text of the list', async () => {
    const { work, catalog } = await sceneOf({ ccds: [28] })
    const name = `D00668439_i_28_r4p5<img src=x onerror=window.reached=1>_fullcat.fits`
    renameSync(join(work, 'D00668439_i_28_r4p5_fullcat.fits'), join(work, name))
    const list = join(work, 'D00668439_r4p5_red_catlist.csv')
    const hostileList = join(work, 'D00668439_r4<svg onload=window.reached=2>p5_red_catlist.csv')
    writeFileSync(hostileList, readFileSync(list, 'utf8').replace('D00668439_i_28_r4p5_fullcat.fits', name))
    renameSync(list, join(work, 'list.txt'))
    const outdir = join(temporaryDirectory(), '<b>out<')
    mkdirSync(outdir)
    const { exitCode, err } = await run([
      '--expnum',
      '668439',
      '--ccd',
      '28',
      '--workdir',
      work,
      '--outdir',
      outdir,
      '--catalog',
      catalog,
      '--report',
      '--quiet',
    ])
    expect([exitCode, err]).toEqual([0, ''])
    const report = readdirSync(outdir).find((file) => file.startsWith('report_'))!
    const { page, troubles } = await open(browser, readFileSync(join(outdir, report), 'utf8'))
    expect(await page.locator('h1').innerText()).toContain('<svg onload=window.reached=2>')
    for (const summary of await page.locator('details summary').all()) await summary.click()
    expect(await page.locator('#provenance ~ details').first().innerText()).toContain(
      '<img src=x onerror=window.reached=1>',
    )
    expect(await page.evaluate(reached)).toBeUndefined()
    expect(troubles).toEqual([])
    // The command to type is safe in a shell as well.
    expect(await page.locator('#command').innerText()).toContain(`--reqnum '4<svg onload=window.reached=2>'`)
    await page.context().close()
  })
})

test('markup escapes what is not markup; embedded JSON cannot end its element', () => {
  expect(html`<p title="${'"<&>\''}">${['a<', html`<b>${'b>'}</b>`]}${null}</p>`.text).toBe(
    '<p title="&quot;&lt;&amp;&gt;&#39;">a&lt;<b>b&gt;</b></p>',
  )
  const { text } = embeddedJson({ [HOSTILE]: [HOSTILE] })
  expect(text).not.toMatch(/[<>&\u2028\u2029]/)
  expect(JSON.parse(text)).toEqual({ [HOSTILE]: [HOSTILE] })
})
