import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseCameraDescription, soundDescription, type CameraDescription } from '../../src/camera/description.js'
import { describeCamera } from '../support/cameras.js'

const decam = describeCamera('decam')

test.each(readdirSync('cameras'))("the package's %s is sound, as it is taken to be at every start", (name) => {
  const json = JSON.parse(readFileSync(`cameras/${name}`, 'utf8')) as CameraDescription
  expect(soundDescription(json)).toEqual(parseCameraDescription(json, name))
})

const TERM = { k: 0.08, kErr: 0.003, color: 'bp-rp', c0: 1.2 }

test.each([
  ['title', { title: '' }, 'text'],
  ['recognise', { recognise: [] }, 'an object of regular expressions'],
  ['recognise.filter', { recognise: { filter: '(' } }, 'a regular expression'],
  ['recognise.site', { recognise: { site: 'x' } }, 'instrument, telescope, keywords, filter, fileName'],
  ['recognise.telescope', { recognise: { telescope: '[' } }, 'a regular expression'],
  ['recognise.keywords.origin', { recognise: { keywords: { origin: 'x' } } }, 'a regular expression by keyword'],
  ['recognise.keywords.ORIGIN', { recognise: { keywords: { ORIGIN: 5 } } }, 'a regular expression by keyword'],
  ['recogniseBy', { recogniseBy: {} }, /^no other field than name, title, .*source$/],
  ['untested', { untested: 'yes' }, 'true or false'],
  ['filters', { filters: {} }, 'a list'],
  ['filters[0]', { filters: [{ band: 'r', system: 'sdss' }] }, 'names or a pattern'],
  ['filters[0].names', { filters: [{ names: 'r', band: 'r', system: 'sdss' }] }, 'a list of texts'],
  ['filters[0].band', { filters: [{ names: ['R1'], system: 'sdss' }] }, 'text, or a pattern with a group'],
  ['filters[0].band', { filters: [{ pattern: 'R(?:1|2)', system: 'sdss' }] }, 'text, or a pattern with a group'],
  ['filters[0].system', { filters: [{ names: ['X'], band: 'r', system: 'x' }] }, /whose filter it is/],
  ['keywords.exptime', { keywords: { exptime: 'TEXP' } }, /^no other fact than filter, exposureTime, /],
  ['keywords.gain', { keywords: { gain: 'gain' } }, 'a keyword in capitals, or a list of them'],
  ['keywords.gain', { keywords: { gain: [] } }, 'a keyword in capitals, or a list of them'],
  [
    'detector.amplifiers',
    { detector: { ...decam.detector, amplifiers: [{}] } },
    '2, one for each part that amplifierColumns makes',
  ],
  [
    'detector.amplifiers[1].gains',
    { detector: { ...decam.detector, amplifiers: [{}, { gains: 'G' }] } },
    'gain, readNoise or saturation',
  ],
  ['detectors[0].ccd', { detectors: [{ ccd: '2', name: 'B' }] }, 'a whole number'],
  ['detectors[1]', { detectors: Array(2).fill({ ccd: 1, name: 'A' }) }, 'a number and a name of its own'],
  ['detectors[0].eastPixels', { detectors: [{ ccd: 1, name: 'A', eastPixels: '0' }] }, 'a number'],
  ['detectors[0].outages', { detectors: [{ ccd: 1, name: 'A', outages: [{ fromMjd: 5, toMjd: 4 }] }] }, /^a list of/],
  ['detectors[0].outages', { detectors: [{ ccd: 1, name: 'A', outages: [{ toMjd: 4 }] }] }, /^a list of fromMjd/],
  ['detectors[0].usableColumns', { detectors: [{ ccd: 1, name: 'A', usableColumns: [9, 1] }] }, /^the first/],
  [
    'detector.spacingPixels.north',
    { detector: { ...decam.detector, spacingPixels: { east: 1 } } },
    'a positive number',
  ],
  ['detector.yRuns', { detector: { ...decam.detector, yRuns: 'up' } }, 'one of north, east, south, west'],
  ['detector.yRuns', { detector: { ...decam.detector, yRuns: 'north' } }, 'across xRuns, which is south'],
  ['simulation.instrument', { simulation: { ...decam.simulation, instrument: '' } }, 'text'],
  ['simulation.filters', { simulation: { ...decam.simulation, filters: { g: 1 } } }, 'an object of texts by band'],
  ['simulation.saturationElectrons', { simulation: { ...decam.simulation, saturationElectrons: 0 } }, /positive/],
  ['pixelUnit', { pixelUnit: 'adu' }, 'counts, electrons, counts per second, electrons per second'],
  ['ccdScatterMag', { ccdScatterMag: 0 }, 'a positive number of magnitudes up to 1'],
  ['ccdScatterMag', { ccdScatterMag: 60 }, 'a positive number of magnitudes up to 1'],
  ['masks[0].form', { masks: [{ form: 'flags', values: {}, bad: [] }] }, 'bits or codes'],
  [
    'masks[0].values',
    { masks: [{ form: 'bits', values: { 3: 'bad' }, bad: [3] }] },
    'an object of texts by powers of two',
  ],
  [
    'masks[0].bad',
    { masks: [{ form: 'codes', values: { 3: 'bad' }, bad: [1] }] },
    'a list of whole numbers that values names',
  ],
  ['colourTerms', { colourTerms: [] }, 'an object of colour terms by system and band'],
  ['colourTerms.ab', { colourTerms: { ab: {} } }, /^one of des-ab, ps1-ab, sdss, johnson-cousins-vega, gaia-vega$/],
  ['colourTerms.sdss.r', { colourTerms: { sdss: { r: 0.08 } } }, 'an object with k, kErr, c0, color'],
  ['colourTerms.sdss.r.k', { colourTerms: { sdss: { r: { ...TERM, k: '0' } } } }, 'a number'],
  ['colourTerms.sdss.r.c0', { colourTerms: { sdss: { r: { ...TERM, c0: undefined } } } }, 'a number'],
  ['colourTerms.sdss.r.kErr', { colourTerms: { sdss: { r: { ...TERM, kErr: 0 } } } }, 'a positive number'],
  [
    'colourTerms.sdss.r.color',
    { colourTerms: { sdss: { r: { ...TERM, color: 'bp' } } } },
    'two bands with a minus between, as bp-rp',
  ],
  [
    'colourTerms.sdss.r.slope',
    { colourTerms: { sdss: { r: { ...TERM, slope: 1 } } } },
    /^no other field than k, kErr, c0, color, source$/,
  ],
  [
    'colourTerms.des-ab.r',
    { colourTerms: { 'des-ab': { r: TERM } } },
    "no colour term, as bands.des-ab says that r is the system's own",
  ],
  ['bands.des-ab', { bands: { 'des-ab': 'g' } }, 'a list of bands'],
  ['bands.des', { bands: { des: ['g'] } }, /^a system: des-ab, /],
  ['bands.SDSS', { bands: { SDSS: ['g'] } }, /^a system: .* sdss, /],
  ['detector', { detector: undefined }, 'an object, as throughput is given'],
  ['detector.rows', { detector: { ...decam.detector, rows: 0 } }, 'a positive number'],
  [
    'detector.amplifierColumns',
    { detector: { ...decam.detector, amplifierColumns: [2048] } },
    'ascending pixel columns inside the detector',
  ],
  ['throughput.g.zeropoint', { throughput: { g: { ...decam.throughput!['g']!, zeropoint: '25' } } }, 'a number'],
])('a wrong %s is named', (field, change, expected) => {
  const refused = (): unknown => parseCameraDescription({ ...decam, ...change }, 'mine.json')
  expect(refused).toThrow(`mine.json: field ${field} of the camera's description is wrong (expected `)
  const place = {
    file: 'mine.json',
    expected: typeof expected === 'string' ? expected : expect.stringMatching(expected),
  }
  expect(refused).toThrow(expect.objectContaining({ place }))
})

test('one keyword may be written without a list, and bands may be left out', () => {
  const { bands: _, ...rest } = decam
  const parsed = parseCameraDescription({ ...rest, keywords: { gain: 'EGAIN', mjd: ['MJD', 'MJD-OBS'] } }, 'mine.json')
  expect(parsed.keywords).toEqual({ gain: ['EGAIN'], mjd: ['MJD', 'MJD-OBS'] })
  expect(parsed.bands).toEqual({})
})

test('colour terms are kept as they are written, also to the system that a camera has the bands of in like glass', () => {
  const colourTerms = { 'ps1-ab': { g: { ...TERM, source: 'twenty exposures' } }, sdss: { g: TERM, r: TERM } }
  const parsed = parseCameraDescription({ ...decam, bands: { sdss: ['g', 'r'] }, colourTerms }, 'mine.json')
  expect(parsed.colourTerms).toEqual(colourTerms)
})

test('no object', () => {
  for (const json of [null, [], 'x']) expect(() => parseCameraDescription(json, 'mine.json')).toThrow('field (all)')
})
