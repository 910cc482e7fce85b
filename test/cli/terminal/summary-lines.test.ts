import { expect, test } from 'vitest'
import { focalSparkline } from '../../../src/cli/terminal/focal-sparkline.js'
import { ccdLine, closingLines, exposureLine } from '../../../src/cli/terminal/summary-lines.js'
import { paintFor, wrapped } from '../../../src/cli/terminal/terminal-text.js'
import type { ExposureSolution } from '../../../src/photometry/exposure/result.js'
import type { CcdResult } from '../../../src/photometry/result.js'
import { sampleExposure } from '../../report/sample-exposure.js'
import { DECAM_PLANE } from '../../support/cameras.js'

const PLANES = new Map([['decam', DECAM_PLANE]])

const { result } = sampleExposure()
const ccds = result.ccds as unknown as readonly CcdResult[]
const solution = result.solution as unknown as ExposureSolution
const long = {
  tag: 'astrometry',
  severity: 'look',
  sentence:
    'the positions are off by 0.42 arcsec (0.30 east, 0.29 north): taken out ' +
    'before the match; 12 of 300 selected detections match',
} as const
const off = { ...ccds[0]!, concerns: [long], verdict: long.sentence }
const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length))

test('a good CCD is a line for a phone: at most 48 columns, number, error, stars, verdict', () => {
  expect(
    ccdLine({
      ...ccds[0]!,
      zeropoint: 30.03431,
      zeropointErr: 0.00367,
      cuts: { ...ccds[0]!.cuts, used: 53, matched: 135 },
    }),
  ).toBe('CCD 01  30.0343 ± 0.0037  53/135 stars  good\n')
  for (const ccd of ccds) expect(widest(ccdLine(ccd))).toBeLessThanOrEqual(48)
})

test('nothing is wider than 80 columns, and no word is lost', () => {
  const exposure = exposureLine({ ...solution, nOutliers: 12, concerns: [{ ...long, tag: 'clouds' }] })
  for (const text of [
    ccdLine(off),
    exposure,
    closingLines({ ccds, solution, json: () => JSON.stringify(result) }, PLANES),
  ])
    expect(widest(text)).toBeLessThanOrEqual(80)
  expect(ccdLine(off).split(/\s+/).join(' ')).toContain(long.sentence)
  expect(exposure.split(/\s+/).join(' ')).toContain(long.sentence)
  expect(wrapped('a  ', 'b'.repeat(100))).toContain('b'.repeat(100))
})

test('the decision, the system and the focal plane stand below the CCDs', () => {
  const lines = closingLines({ ccds, solution, json: () => JSON.stringify(result) }, PLANES).split('\n')
  expect(lines[0]).toBe('exposure  30.0001 ± 0.0007 (stat)  60 of 60 CCDs fitted')
  expect(lines[1]).toBe('system    des-ab ± 0.020 (sys), gaia_dr2 to DES i')
  expect(lines[2]).toMatch(
    /^plane [▁-█·]{3} [▁-█]{4} [▁-█]{5} [▁-█]{6} [▁-█]{6} [▁-█]{7} [▁-█]{7} [▁-█]{6} [▁-█]{6} [▁-█]{5} [▁-█]{4} [▁-█·]{3}$/,
  )
  expect(lines[4]).toBe('GO  All 60 CCDs can be used.')
})

test("the CCDs of another camera are not drawn in DECam's places", () => {
  const other = { ...result, exposure: { ...result.exposure, camera: 'strange' } }
  const lines = closingLines({ ccds, solution, json: () => JSON.stringify(other) }, PLANES)
  expect(lines).not.toMatch(/plane|[▁-█]/)
  expect(lines).toContain('GO  All 60 CCDs can be used.')
})

test('the focal plane: high, low, without a zeropoint, not there; nothing of noise', () => {
  const chosen = (ccd: number, zeropoint: number | null) => ({ ...ccds[0]!, ccd, zeropoint })
  const flat = [1, 3, 4, 5, 6, 7].map((ccd) => chosen(ccd, 30))
  // CCDs 7 to 1: the northern rows, east left.
  expect(focalSparkline(flat, DECAM_PLANE).slice(0, 8)).toBe('▅·▅ ▅▅▅▅')
  expect(
    focalSparkline([chosen(1, 30.5), chosen(3, 29.5), chosen(4, null), ...flat.slice(3)], DECAM_PLANE).slice(0, 8),
  ).toBe('▁·█ ▅▅▅×')
  expect(focalSparkline(flat, DECAM_PLANE)).toContain('= -+10 mmag')
  expect(focalSparkline(flat.slice(0, 2), DECAM_PLANE)).toBe('')
})

test('colours only on a terminal, never with NO_COLOR, and without them every word stands', () => {
  const painted = (io: Parameters<typeof paintFor>[0]) => ccdLine(off, paintFor(io))
  const coloured = painted({ outIsTerminal: true, env: {} })
  expect(coloured).toContain('\u001b[33;1m')
  expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(ccdLine(off))
  for (const io of [
    { env: {} },
    { outIsTerminal: false, env: {} },
    { outIsTerminal: true, env: { NO_COLOR: '1' } },
    { outIsTerminal: true, env: { TERM: 'dumb' } },
  ])
    expect(painted(io)).toBe(ccdLine(off))
})
