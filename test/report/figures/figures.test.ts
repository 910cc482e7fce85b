import { expect, test } from 'vitest'
import { offsetsFigure, starOffsetsFigure } from '../../../src/report/figures/astrometry.js'
import { ccdStarsFigure, chipFigure } from '../../../src/report/figures/ccd-stars.js'
import { colourScale, inkOn } from '../../../src/report/figures/colour-scale.js'
import { inlineSvg, standaloneSvg, type Figure } from '../../../src/report/figures/figure.js'
import { focalPlaneFigure } from '../../../src/report/figures/focal-plane.js'
import { pullFigure, separationFigure } from '../../../src/report/figures/histograms.js'
import { nightFigure } from '../../../src/report/figures/night.js'
import { residualFigure, residualReachMmag } from '../../../src/report/figures/residuals.js'
import { waterfallFigure } from '../../../src/report/figures/waterfall.js'
import { zeropointByCcdFigure } from '../../../src/report/figures/zeropoint-by-ccd.js'
import { sampleFocalPlane, sampleStars } from './sample.js'

const stars = sampleStars()
const ccds = sampleFocalPlane()
const values = ccds.flatMap(({ value }) => (value === null ? [] : [value]))
const scale = colourScale({
  map: 'difference',
  values,
  label: 'difference from the median [mmag]',
  format: (value) => value.toFixed(0),
})
const outline = [
  [-0.15, -0.07],
  [0.15, -0.07],
  [0.15, 0.07],
  [-0.15, 0.07],
] as const

const FIGURES: Readonly<Record<string, Figure>> = {
  'focal-plane': focalPlaneFigure({ title: 'Zeropoint minus the median', ccds, scale, linked: true }),
  'zeropoint-by-ccd': zeropointByCcdFigure(
    'Zeropoint against CCD number',
    [1, 2, 3].map((ccd) => ({
      ccd,
      zeropoint: 30 + 0.01 * ccd,
      zeropointErr: 0.004,
      kind: (['fitted', 'borrowed', 'outlier'] as const)[ccd - 1]!,
      words: `CCD ${ccd}`,
    })),
    30.02,
    true,
  ),
  residual: residualFigure(
    { x: stars.mag, residualMmag: stars.residualMmag, used: stars.used },
    { title: 'Residual against magnitude', xLabel: 'standard magnitude [mag]', reachMmag: 100, note: '40 of 80 drawn' },
  ),
  pulls: pullFigure('Pulls', [...Array.from(stars.pull), 7]),
  separation: separationFigure('Separation', Array.from(stars.separationArcsec), 1),
  offsets: offsetsFigure('Offsets', [
    { ccd: 1, eastDeg: -0.3, northDeg: 0.9, raOffsetArcsec: 0.03, decOffsetArcsec: -0.02 },
    { ccd: 28, eastDeg: 0, northDeg: 0.08, raOffsetArcsec: 0.001, decOffsetArcsec: 0 },
  ]),
  'star-offsets': starOffsetsFigure('Detection minus star', stars.eastArcsec, stars.northArcsec, stars.used, 1),
  'ccd-stars': ccdStarsFigure('D00668439_i_28_r4p5_fullcat.fits', {
    outline,
    standards: [
      [0, 0],
      [0.1, 0.02],
    ],
    observed: [[0, 0]],
  }),
  chip: chipFigure('Stars on the chip', stars, { extent: [2048, 4096], turned: true }),
  waterfall: waterfallFigure('From detections to used stars', [
    { words: 'detections', count: 100, kind: 'left' },
    { words: 'saturated', count: 30, kind: 'lost' },
    { words: 'used', count: 70, kind: 'left' },
  ]),
  night: nightFigure(
    'zeropoint, i band',
    'zeropoint [mag]',
    [
      { name: '1 r4p5', hour: 1, value: 30, error: 0.01, outlier: false, href: 'report.html', words: 'one' },
      { name: '2 r4p5', hour: 2, value: 29.5, outlier: true, href: null, words: 'two' },
    ],
    [0, 3],
    'hours UT',
  ),
}

test.each(Object.entries(FIGURES))('%s, as it stands', async (name, figure) => {
  await expect(
    standaloneSvg(figure)
      .replace(/<style>.*<\/style>/, '')
      .replaceAll('><', '>\n<'),
  ).toMatchFileSnapshot(`__snapshots__/${name}.svg`)
})

test.each(Object.entries(FIGURES))('%s: numbers are rounded, nothing is NaN, text is escaped', (_, figure) => {
  expect(figure.body).not.toMatch(/NaN|undefined|Infinity/)
  expect(figure.body).not.toMatch(/\d\.\d{4,}/)
  expect(figure.body).not.toContain('CCD 12: <')
  expect(inlineSvg(figure)).toMatch(/^<svg class="figure" role="img" aria-label="/)
})

test.each(Object.entries(FIGURES).filter(([name]) => !['waterfall'].includes(name)))(
  '%s: both axes say quantity and unit',
  (_, figure) => {
    const labels = [...figure.body.matchAll(/class="f-label"[^>]*>([^<]+)</g)].map(([, label]) => label!)
    expect(labels.length).toBeGreaterThanOrEqual(2)
    for (const label of labels) expect(label).toMatch(/\[[a-z]+\]|number|stars|matches|expected error|UT/)
  },
)

test('used and rejected differ by shape: dots against crosses', () => {
  const { body } = FIGURES['residual']!
  const used = /class="f-used" d="([^"]+)"/.exec(body)![1]!
  const rejected = /class="f-rejected" d="([^"]+)"/.exec(body)![1]!
  expect(used).toMatch(/^(M[\d.]+ [\d.]+h0)+$/)
  expect(rejected).toMatch(/^(M[\d.]+ [\d.]+l5 5m0-5l-5 5)+$/)
  // 40 stars: 8 rejected, of these one beyond the frame; of the used one has no residual.
  expect(used.match(/M/g)).toHaveLength(31)
  expect(rejected.match(/M/g)).toHaveLength(7)
  expect(body).toContain('1 beyond the frame')
})

test('one CCD far off does not bleach the others', () => {
  const [low, high] = scale.range
  expect(low).toBe(-high)
  expect(high).toBeLessThan(40)
  expect(scale.colourOf(-300)).toBe(scale.colourOf(low))
  expect(scale.colourOf(5)).not.toBe(scale.colourOf(-5))
})

test('no difference is shown as structure where there is none', () => {
  const flat = colourScale({ map: 'difference', values: [-0.1, 0, 0.2], label: '', format: String })
  expect(flat.range).toEqual([-10, 10])
})

test('numbers on colours can be read: at least 4.5 to 1 at any value', () => {
  const luminance = (hex: string) =>
    [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i]!, 0)
  for (const map of ['difference', 'quantity', 'count'] as const) {
    const { colourOf } = colourScale({ map, values: [-10, -5, 0, 5, 10], label: '', format: String })
    for (let value = -10; value <= 10; value += 0.25) {
      const colour = colourOf(value)
      const ink = inkOn(colour) === 'f-dark' ? '#000000' : '#ffffff'
      const [dark, light] = [luminance(colour), luminance(ink)].sort((a, b) => a - b) as [number, number]
      expect((light + 0.05) / (dark + 0.05), `${map} ${value} ${colour}`).toBeGreaterThan(4.5)
    }
  }
})

test('figures of nothing are figures still', () => {
  const nothing = new Float64Array(0)
  const empty = [
    focalPlaneFigure({
      title: 'none',
      ccds: [],
      scale: colourScale({ map: 'quantity', values: [], label: '', format: String }),
    }),
    zeropointByCcdFigure('none', [], null),
    residualFigure(
      { x: nothing, residualMmag: nothing, used: nothing },
      { title: 'none', xLabel: 'x', reachMmag: residualReachMmag(nothing, nothing) },
    ),
    pullFigure('none', []),
    separationFigure('none', [], 1),
    offsetsFigure('none', []),
    starOffsetsFigure('none', nothing, nothing, nothing, 1),
    chipFigure('none', { x: nothing, y: nothing, used: nothing }, { extent: [2048, 4096], turned: false }),
    waterfallFigure('none', []),
    nightFigure('none', 'y', [], [0, 1], 'x'),
  ]
  for (const figure of empty) expect(standaloneSvg(figure)).not.toMatch(/NaN|undefined|Infinity/)
})
