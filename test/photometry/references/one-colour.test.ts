import { describe, expect, test } from 'vitest'
import { combinedCatalog } from '../../../src/catalog/combined.js'
import type { CatalogDescription } from '../../../src/catalog/description.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import { seededRandom } from '../../../src/math/random.js'
import { bandsInCommon, shareOfColour } from '../../../src/photometry/references/one-colour.js'
import type { CombinedReferences } from '../../../src/photometry/references/catalog-share.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { DECAM } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { BAND, gaia, survey, surveyRows } from '../../support/survey.js'

/** A copy with all columns that the description has bands for. */
const copyOf = (name: string) => {
  const description = describeCatalogue(name)
  return { description, columns: new Set(Object.values(description.bands).map(({ column }) => column)) }
}

describe('bands that are of one kind in several catalogues', () => {
  test.each([
    // G of Gaia and r of PS1 share the column of the catalogue's own magnitude.
    ['gaia_dr3', 'ps1_dr2', ['bp', 'rp']],
    ['ps1_dr2', 'gaia_dr3', ['g', 'i', 'z', 'y']],
    ['ps1_dr2', 'refcat2', ['g', 'r', 'i', 'z', 'y']],
    ['ps1_dr2', 'sdss', ['y']],
    ['gaia_dr3', 'gaia_dr3', ['G', 'bp', 'rp']],
  ])('%s and %s', (a, b, expected) => {
    expect(bandsInCommon([copyOf(a), copyOf(b)])).toEqual(expected)
  })
})

test('a star’s colour shares its errors with the magnitude of the catalogue that has it', () => {
  const references = {
    shares: [Float64Array.of(0.2, 0, 0), Float64Array.of(0.8, 1, 0.6), Float64Array.of(0, 0, 0.4)],
    ofFirst: Uint8Array.of(1, 1, 0),
  } as unknown as CombinedReferences
  expect([0, 1, 2].map((star) => shareOfColour(references, star))).toEqual([0.2, 0, 0.6])
})

/** What the camera's filter is off by, and where its description says so. */
const [K, C0] = [0.08, 1.2]
const own = gaia.relations[BAND]!
const ofCamera = own.coefficients.map((k, n) => (n === 0 ? k - K * (own.pivot - C0) : n === 1 ? k - K : k))

/** A CCD of a camera with a term, calibrated with Gaia and a survey that publishes the system's band. */
async function calibrated(seed: number, secondOf: CatalogDescription, kErr?: number) {
  const options = { ccds: [28], columns: 'slim', band: BAND, densityPerSqDeg: 8000 } as const
  const inSystem = simulateExposure(options, gaia, seededRandom(seed))
  const seen = simulateExposure(options, gaia, seededRandom(seed), { ...own, coefficients: ofCamera })
  const { ccd, centre, corners, sources } = seen.ccds[0]!
  const term = { k: K, kErr: kErr ?? 0.1, color: 'bp-rp', c0: C0 }
  const colourTerms = kErr === undefined ? {} : { colourTerms: { 'des-ab': { [BAND]: term } } }
  const camera = { ...DECAM, description: { ...DECAM.description, bands: {}, ...colourTerms } }
  const parts = [memoryCatalog(seen.stars, gaia), memoryCatalog(surveyRows(inSystem, seed, 0), secondOf)]
  const input = { ccd, centre, corners, sources, band: BAND, camera, epochYr: seen.epochYr }
  return calibrateCcd(input, await combinedCatalog(parts, 'mean'))
}

test('a colour term is fitted to stars of several catalogues if their colour is one', async () => {
  const terms = []
  for (let seed = 1; seed <= 6; seed++) terms.push((await calibrated(seed, survey)).colourTerm!)
  expect(terms.map(({ from }) => from)).toEqual(terms.map(() => 'stars'))
  const [off, err] = [terms.map(({ k }) => k - K), terms.map(({ kErr }) => kErr)]
  const rms = Math.sqrt(off.reduce((sum, value, i) => sum + (value / err[i]!) ** 2, 0) / off.length)
  expect(rms).toBeLessThan(1.8)
  expect(Math.abs(off.reduce((sum, value) => sum + value, 0) / off.length)).toBeLessThan(0.006)
})

test('else what the known term does is in the systematic error, and the verdict says so', async () => {
  const { bands } = survey
  const other = { ...survey, bands: { ...bands, bp: { ...bands['bp']!, system: 'other' } } }
  const { colourTerm, concerns, systematicErr } = await calibrated(1, other as CatalogDescription, 0.003)
  expect(colourTerm).toBeUndefined()
  expect(systematicErr).toBeGreaterThan(0.04)
  expect(concerns.find(({ tag }) => tag === 'passband')).toMatchObject({
    severity: 'look',
    sentence: expect.stringMatching(
      /colours of several catalogues give no colour term: the systematic error holds 40 mmag/,
    ),
  })
})
