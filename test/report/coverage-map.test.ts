import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { discCover, rangesAreaSqDeg, unionRanges, type CellRanges } from '../../src/healpix/index.js'
import { galacticLatitudeDeg, toEquatorial } from '../../src/math/galactic.js'
import { coverageMapSvg } from '../../src/report/coverage-map.js'
import { fromHammer, toHammer } from '../../src/report/hammer.js'

const facts = { title: 'Gaia DR2 <part & "piece">', rowCount: 1234567 }
const ALL = { order: 0, ranges: Float64Array.of(0, 12) }

/** Sum of the rectangles of the filled path, in steps of the map. */
function filledArea(svg: string): number {
  const path = /<path class="field"[^>]* d="([^"]*)"/.exec(svg)![1]!
  return [...path.matchAll(/h(\d+)v1/g)].reduce((sum, [, width]) => sum + Number(width), 0)
}

const stepSqDeg = 129_600 / Math.PI / (2 * Math.PI * 240 ** 2)

test.each<[string, CellRanges]>([
  ['a cap', discCover(9, 40, -30, 25)],
  ['across the edge of the map and a pole', unionRanges(discCover(9, 180, 0, 20), discCover(9, 77, 90, 30))],
  ['the whole sky', ALL],
])('the filled area is that of the coverage, because the projection keeps areas: %s', (_name, coverage) => {
  const area = filledArea(coverageMapSvg(coverage, facts)) * stepSqDeg
  expect(area / rangesAreaSqDeg(coverage)).toBeGreaterThan(0.99)
  expect(area / rangesAreaSqDeg(coverage)).toBeLessThan(1.06)
})

test('a field of one CCD is not lost: filled, and ringed at its place', () => {
  const svg = coverageMapSvg(discCover(13, 53.1, -27.8, 0.15), facts)
  expect(filledArea(svg)).toBeGreaterThan(0)
  const [, cx, cy] = /<circle class="ring" cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!
  const place = fromHammer((Number(cx) - 524) / 240, (284 - Number(cy)) / 240)!
  expect(Math.hypot((place.raDeg - 53.1) * Math.cos(0.485), place.decDeg + 27.8)).toBeLessThan(0.7)
  expect(coverageMapSvg(discCover(8, 53, -27, 20), facts)).not.toContain('<circle')
})

test('text is escaped, nothing is not a number, the same coverage gives the same bytes', () => {
  const svg = coverageMapSvg(discCover(8, 10, 20, 5), facts)
  expect(svg).toContain('Gaia DR2 &lt;part &amp; &quot;piece&quot;&gt;')
  expect(svg).toContain('1,234,567 stars over 8')
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  expect(coverageMapSvg(discCover(8, 10, 20, 5), facts)).toBe(svg)
  expect(coverageMapSvg({ order: 5, ranges: new Float64Array(0) }, facts)).toContain('over 0.000 sq deg')
})

test('the projection and its inverse', () => {
  for (let ra = 1; ra < 360; ra += 17) {
    for (let dec = -88; dec < 90; dec += 11) {
      const { x, y } = toHammer(ra, dec)
      const back = fromHammer(x, y)!
      expect(back.raDeg).toBeCloseTo(ra, 9)
      expect(back.decDeg).toBeCloseTo(dec, 9)
    }
  }
  // East is left, north is up, the rim is twice as wide as high.
  expect(toHammer(90, 0).x).toBeLessThan(0)
  expect(toHammer(0, 90).y).toBeCloseTo(1, 12)
  expect(toHammer(179.9999999, 0).x).toBeCloseTo(-2, 6)
  expect(fromHammer(1.9, 0.5)).toBeUndefined()
})

test('galactic coordinates: the centre of the Galaxy, and the plane at latitude 0', () => {
  const { raDeg, decDeg } = toEquatorial(0, 0)
  expect([raDeg, decDeg]).toEqual([expect.closeTo(266.405, 3), expect.closeTo(-28.936, 3)])
  for (let l = 0; l < 360; l += 30) {
    const place = toEquatorial(l, 10)
    expect(galacticLatitudeDeg(place.raDeg, place.decDeg)).toBeCloseTo(10, 5)
  }
})

const hasXml = spawnSync('/usr/bin/python3', ['-c', 'import xml.etree']).status === 0
test.skipIf(!hasXml)('an XML parser takes it', () => {
  const { status } = spawnSync(
    '/usr/bin/python3',
    ['-c', 'import sys, xml.etree.ElementTree as e; e.fromstring(sys.stdin.buffer.read())'],
    { input: coverageMapSvg(ALL, facts) },
  )
  expect(status).toBe(0)
})
