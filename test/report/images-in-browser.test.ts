import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { calibrateWith, cardsOf, catalogOfImages, made } from '../cli/calibrate/two-images.js'
import { temporaryDirectory } from '../cli/run.js'
import { fitsBytes, programsAreHere, type MadeImage } from '../node/programs/sky-image.js'
import { hasChromium, launch, open } from './chromium.js'

test.skipIf(!hasChromium || !programsAreHere)(
  'the report shows the images, their stars, and where they lie (needs chromium, source-extractor and psfex)',
  async () => {
    const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
    const image = ({ columns, rows, pixels }: MadeImage, k: number) => ({
      ...{ columns, rows, values: pixels },
      cards: { EXTNAME: ['N', 'S'][k]!, ...cardsOf(k, { CCDNUM: null, EXPNUM: null }) },
    })
    writeFileSync(join(dir, 'x.fits'), fitsBytes([{}, ...made.map(image)]))
    expect(
      (await calibrateWith(await catalogOfImages(), join(dir, 'x.fits'), '--outdir', outdir, '--report')).exitCode,
    ).toBe(0)
    const browser = await launch()
    try {
      const { page, troubles } = await open(browser, readFileSync(join(outdir, 'x_exposure_report.html'), 'utf8'))
      for (const one of await page.$$('details')) await one.evaluate((element) => element.setAttribute('open', ''))
      const seen = await page.evaluate(async () => {
        const pictures = [...document.querySelectorAll<SVGImageElement>('details svg image')]
        const grey = async (picture: SVGImageElement) => {
          const drawn = new Image()
          drawn.src = picture.href.baseVal
          await drawn.decode()
          const canvas = document.createElement('canvas')
          canvas.width = drawn.width
          canvas.height = drawn.height
          const context = canvas.getContext('2d')!
          context.drawImage(drawn, 0, 0)
          const { data } = context.getImageData(0, 0, drawn.width, drawn.height)
          const box = { x: picture.x.baseVal.value, y: picture.y.baseVal.value, width: picture.width.baseVal.value }
          const rings = [...picture.closest('svg')!.querySelectorAll('circle')].map((ring) => {
            const scale = drawn.width / box.width
            const column = Math.floor((ring.cx.baseVal.value - box.x) * scale)
            const row = Math.floor((ring.cy.baseVal.value - box.y) * scale)
            return data[4 * (row * drawn.width + column)]!
          })
          const all = [...data].filter((_, i) => i % 4 === 0).sort((a, b) => a - b)
          return { rings, sky: all[all.length >> 1]! }
        }
        const mosaic = [...document.querySelectorAll<SVGImageElement>('#images ~ figure svg image')].map((tile) => {
          const { a, b, c, d, e, f } = tile.transform.baseVal.getItem(0).matrix
          return { a, b, c, d, e, f }
        })
        return {
          pictures: await Promise.all(pictures.map(grey)),
          mosaic,
          titles: [...document.querySelectorAll('.f-title')].map((title) => title.textContent ?? ''),
          stamps: document.querySelectorAll('.stamps img').length,
        }
      })
      expect(troubles).toEqual([])
      expect(seen.pictures).toHaveLength(2)
      for (const { rings, sky } of seen.pictures) {
        expect(rings.length).toBeGreaterThan(5)
        for (const ring of rings) expect(ring).toBeGreaterThan(sky + 60)
      }
      // x runs north, which is up, and y east, which is left; the second image lies a degree to the east.
      const [first, second] = seen.mosaic
      for (const { a, b, c, d } of [first!, second!]) {
        expect([Math.abs(a) < 0.05 * Math.abs(b), Math.abs(d) < 0.05 * Math.abs(c)]).toEqual([true, true])
        expect([b < 0, c > 0]).toEqual([true, true])
      }
      expect(second!.e).toBeLessThan(first!.e - 300)
      expect(seen.titles.filter((title) => title.startsWith('Curve of growth'))).toHaveLength(2)
      // 3.6 pixels of 0.263 arcsec.
      const widths = seen.titles.flatMap((title) => /^FWHM (\S+) arcsec/.exec(title)?.[1] ?? [])
      expect(widths).toHaveLength(2)
      for (const width of widths) expect(Math.abs(Number(width) - 0.947)).toBeLessThan(0.06)
      const shown = seen.pictures.map(({ rings }) => Math.min(24, rings.length))
      expect(seen.stamps).toBe(shown[0]! + shown[1]!)
    } finally {
      await browser.close()
    }
  },
)
