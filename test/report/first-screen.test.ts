import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExposureOptions } from '../../src/simulate/index.js'
import { hasChromium, launch, open } from './chromium.js'
import { calibrated, sceneOf } from './scenes.js'
import { DECAM_PLANE } from '../support/cameras.js'

const built = existsSync(new URL('../../dist/page/page-script.js', import.meta.url))
const FEW = [1, 4, 9, 14, 20, 28, 35, 42, 49, 55, 60]

/** What the first screen of the report says, as a reader sees it: the text inside the window at the top of the page. */
async function firstScreen(browser: Browser, options: Partial<ExposureOptions>): Promise<string> {
  const { outdir } = await calibrated(await sceneOf(options), '--ccd', 'all', '--report', '--quiet')
  const { page, troubles } = await open(browser, readFileSync(join(outdir, 'report_D00668439_r4p5.html'), 'utf8'))
  const seen = await page.evaluate(
    `[...document.querySelectorAll('.decision, .decision li, .decision p')].filter((e) => ` +
      `e.getBoundingClientRect().bottom <= innerHeight && !e.matches('.decision')).map((e) => e.innerText).join('\\n')`,
  )
  expect(troubles).toEqual([])
  await page.context().close()
  return seen as string
}

describe.skipIf(!hasChromium || !built)('the first screen names the trouble in words (Debian chromium)', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  test('a bad CCD', async () => {
    const seen = await firstScreen(browser, { ccds: FEW, ccdOffsetMag: { 20: -0.25 } })
    expect(seen).toMatch(/^LOOK\nDo not use CCD 20; the other 10 CCDs can be used\./)
    expect(seen).toMatch(/CCD 20: -\d+ mmag off the exposure/)
  })

  test('a cloudy corner', async () => {
    const seen = await firstScreen(browser, {
      ccds: DECAM_PLANE.workingCcds(),
      cloud: { xiDeg: -0.6, etaDeg: -0.6, sigmaDeg: 0.25, extinctionMag: 0.3 },
      galaxiesPerSqDeg: 1000,
    })
    expect(seen).toMatch(/^(LOOK|STOP)\n/)
    expect(seen).toMatch(/CCDs [\d, ]+ lie together and are fainter than the rest, by up to \d+ mmag: a cloud/)
  })

  test('the wrong band', async () => {
    const seen = await firstScreen(browser, { ccds: FEW, band: 'i', observedBand: 'r' })
    expect(seen).toMatch(/^STOP\nDo not use exposure 668439 before the cause is known\./)
    expect(seen).toMatch(/the stars' colours follow band r, not i/)
    expect(seen).toContain('bliss-calib catlist')
  })
})
