import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageAssets } from '../../src/node/report/page-assets.js'
import { exposurePage } from '../../src/report/exposure-page.js'
import { nightExposure } from '../../src/report/night.js'
import { nightPage } from '../../src/report/night-page.js'
import { hasChromium, launch, open } from './chromium.js'
import { sampleExposure } from './sample-exposure.js'

const built = existsSync(new URL('../../dist/page/page-script.js', import.meta.url))

describe.skipIf(!hasChromium || !built)('the report in a browser (Debian chromium)', () => {
  let browser: Browser
  let content: string
  beforeAll(async () => {
    browser = await launch()
    content = exposurePage(sampleExposure(), pageAssets())
  })
  afterAll(() => browser?.close())

  test('loads without an error or a request, and says the decision first', async () => {
    const { page, troubles } = await open(browser, content)
    expect(await page.title()).toBe('GO: Exposure 668439, i band, r4p5')
    expect(await page.locator('.decision .word').innerText()).toBe('GO')
    const [decision, plane] = await Promise.all([
      page.locator('.decision').boundingBox(),
      page.locator('.plane.is-chosen').boundingBox(),
    ])
    // Both on the first screen.
    expect(decision!.y + decision!.height).toBeLessThan(900)
    expect(plane!.y + plane!.height).toBeLessThan(900)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('the table sorts by a column, up and down; what has no value stays last', async () => {
    const input = sampleExposure([1, 4, 9, 14, 20])
    const without = { ...input.result.ccds[1]!, zeropoint: null, zeropointErr: null, outcome: 'none' as const }
    const { page, troubles } = await open(
      browser,
      exposurePage(
        { ...input, result: { ...input.result, ccds: input.result.ccds.map((ccd, i) => (i === 1 ? without : ccd)) } },
        pageAssets(),
      ),
    )
    const column = () => page.locator('table.sortable tbody tr td:nth-child(2)').allInnerTexts()
    const button = page.getByRole('button', { name: 'zeropoint [mag]' })
    await button.click()
    const up = await column()
    expect(up.at(-1)).toBe('–')
    const numbers = up.slice(0, -1).map(Number)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('ascending')
    await button.press('Enter')
    expect(await column()).toEqual(
      [...numbers]
        .reverse()
        .map((value) => value.toFixed(4))
        .concat('–'),
    )
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending')
    await page.getByRole('button', { name: 'CCD', exact: true }).click()
    expect(await page.locator('table.sortable tbody th').allInnerTexts()).toEqual(['1', '4', '9', '14', '20'])
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('a click on a CCD opens its stars, residuals and cuts; Escape closes it and gives the focus back', async () => {
    const { page, troubles } = await open(browser, content)
    await page.locator('.plane.is-chosen .ccd-cell[data-ccd="28"]').click()
    const panel = page.locator('#ccd')
    expect(await panel.getByRole('heading').innerText()).toBe('CCD 28')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('ccd-title')
    const figures = await panel.locator('svg').evaluateAll((all) => all.map((svg) => svg.getAttribute('aria-label')))
    expect(figures).toEqual([
      'Stars on the chip, as on the sky',
      'From detections to used stars',
      'Residual against magnitude',
      'Residual against colour',
      'Residual against x',
      'Residual against y',
      'Detection minus star',
    ])
    // Thirty stars: six without a standard magnitude, four outliers, of these none both.
    expect(
      ((await panel.locator('svg').nth(2).locator('.f-used').first().getAttribute('d')) ?? '').match(/M/g),
    ).toHaveLength(20)
    expect(await page.evaluate(() => location.hash)).toBe('#ccd-28')
    await page.keyboard.press('Escape')
    expect(await panel.isVisible()).toBe(false)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-ccd'))).toBe('28')
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('so do the keys alone: Tab to the plane, arrows to a neighbour, Enter', async () => {
    const { page, troubles } = await open(browser, content)
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-ccd') ?? null)
    // One stop for the whole plane.
    for (let k = 0; k < 30 && (await focused()) === null; k++) await page.keyboard.press('Tab')
    expect(await focused()).toBe('1')
    for (const [key, ccd] of [
      ['ArrowLeft', '3'],
      ['ArrowDown', '6'],
      ['ArrowLeft', '7'],
      ['ArrowRight', '6'],
      ['ArrowUp', '3'],
    ] as const) {
      await page.keyboard.press(key)
      expect(await focused(), key).toBe(ccd)
    }
    await page.keyboard.press('Enter')
    expect(await page.locator('#ccd').getByRole('heading').innerText()).toBe('CCD 3')
    await page.getByRole('button', { name: 'next CCD' }).press('Enter')
    expect(await page.locator('#ccd').getByRole('heading').innerText()).toBe('CCD 4')
    await page.goBack()
    expect(await page.locator('#ccd').getByRole('heading').innerText()).toBe('CCD 3')
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('an address with a CCD opens it at once', async () => {
    const { page } = await open(browser, content, {}, '#ccd-35')
    expect(await page.locator('#ccd').getByRole('heading').innerText()).toBe('CCD 35')
    await page.context().close()
  })

  test('pointing at a CCD marks it in the plane, the row of zeropoints and the table', async () => {
    const { page } = await open(browser, content)
    const hot = () =>
      page
        .locator('.is-hot')
        .evaluateAll((all) =>
          all
            .filter((element) => element.getClientRects().length > 0)
            .map((element) => `${element.tagName.toLowerCase()} ${element.getAttribute('data-ccd')}`),
        )
    await page.locator('table.sortable tr[data-ccd="42"]').hover()
    expect((await hot()).sort()).toEqual(['a 42', 'a 42', 'tr 42'])
    await page.locator('.plane.is-chosen .ccd-cell[data-ccd="5"]').hover()
    expect((await hot()).sort()).toEqual(['a 5', 'a 5', 'tr 5'])
    await page.locator('h1').hover()
    expect(await hot()).toEqual([])
    await page.context().close()
  })

  test('the focal plane changes its quantity', async () => {
    const { page } = await open(browser, content)
    await page.getByRole('button', { name: 'stars', exact: true }).click()
    expect(
      await page
        .locator('.plane')
        .evaluateAll((all) => all.filter((plane) => plane.getClientRects().length > 0).map((plane) => plane.id)),
    ).toEqual(['plane-stars'])
    expect(await page.locator('[aria-pressed=true]').allInnerTexts()).toEqual(['stars'])
    await page.context().close()
  })

  test('dark where the reader prefers it, light on paper all the same', async () => {
    const { page } = await open(browser, content, { colorScheme: 'dark' })
    const colours = () =>
      page.evaluate(() => ({
        paper: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(document.body).color,
        tick: getComputedStyle(document.querySelector('.f-tick')!).fill,
      }))
    expect(await colours()).toEqual({ paper: 'rgb(18, 22, 28)', ink: 'rgb(232, 236, 241)', tick: 'rgb(160, 171, 184)' })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await colours()).toEqual({ paper: 'rgb(255, 255, 255)', ink: 'rgb(27, 31, 36)', tick: 'rgb(87, 96, 106)' })
    expect(await page.locator('.quantities').isVisible()).toBe(false)
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000)
    await page.context().close()
  })

  test('without JavaScript: every figure and the table, no dead button, links to the rows', async () => {
    const { page, troubles } = await open(browser, content, { javaScriptEnabled: false })
    expect(await page.locator('button:visible').count()).toBe(0)
    expect(await page.locator('.plane:visible').count()).toBe(7)
    expect(await page.locator('table.sortable tbody tr:visible').count()).toBe(60)
    expect(await page.locator('svg.figure:visible').count()).toBe(16)
    await page.locator('.ccd-cell[data-ccd="60"]').first().click()
    expect(page.url()).toMatch(/#ccd-60$/)
    await expect.poll(async () => (await page.locator('#ccd-60').boundingBox())!.y).toBeLessThan(900)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('every figure and every link has a name', async () => {
    const { page } = await open(browser, content)
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('svg, a, button, section')]
        .filter(
          (element) =>
            !(
              element.getAttribute('aria-label') ??
              element.getAttribute('aria-labelledby') ??
              element.textContent
            )?.trim(),
        )
        .map((element) => element.outerHTML.slice(0, 80)),
    )
    expect(nameless).toEqual([])
    expect(
      await page.getByRole('link', { name: /^CCD 28: 30\.\d{4} ± \d\.\d mmag, fitted, \d+ stars, good$/ }).count(),
    ).toBeGreaterThan(0)
    await page.context().close()
  })

  test('a phone sees no sideways scrolling of the page', async () => {
    const { page } = await open(browser, content, { viewport: { width: 390, height: 800 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.context().close()
  })

  test('the index of a night sorts and has no errors', async () => {
    const { result } = sampleExposure([1, 4, 9])
    const exposures = [3, 1, 2].map((k) =>
      nightExposure(
        { ...result, exposure: { ...result.exposure, expnum: 668439 + k, epochYr: 2017.6 + k * 1e-5 } },
        null,
      ),
    )
    const { page, troubles } = await open(browser, nightPage('a night', exposures, pageAssets()))
    const names = () => page.locator('tbody th').allInnerTexts()
    expect(await names()).toEqual(['668440 r4p5', '668441 r4p5', '668442 r4p5'])
    await page.getByRole('button', { name: 'UT' }).click()
    await page.getByRole('button', { name: 'UT' }).click()
    expect(await names()).toEqual(['668442 r4p5', '668441 r4p5', '668440 r4p5'])
    expect(troubles).toEqual([])
    await page.context().close()
  })
})

test.skipIf(!built)('62 CCDs of 300 stars make a page below 1 MB; ten times the stars do not make it grow', () => {
  const ccds = Array.from({ length: 62 }, (_, k) => k + 1)
  const page = exposurePage(sampleExposure(ccds, 300), pageAssets())
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000)
  const crowded = exposurePage(sampleExposure(ccds, 3000), pageAssets())
  expect(Buffer.byteLength(crowded)).toBeLessThan(1.1 * Buffer.byteLength(page))
  expect(crowded).toContain('322 of 3000 matched stars are drawn.')
})
