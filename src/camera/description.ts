import { InputError } from '../errors.js'
import { isRecord } from '../formats/json-shape.js'
import { FLUX_UNITS, type FluxUnit } from './flux-unit.js'
import { checkColourTerms, type ColourTerms } from './colour-terms.js'
import { FILTER_SYSTEMS } from './filter-names.js'
import { isFilterSystem, type CameraFilter } from './filters.js'
import { checkDetector, checkDetectors, type DetectorDescription, type DetectorName } from './detectors.js'
import { isKeyword, isPositive, isText, lackNone, type Expect } from './field-checks.js'
import { CAMERA_FACTS, type CameraFact } from './keywords.js'
import type { MaskDescription } from './masks.js'
import { patternFault } from './pattern.js'
import { RELATION_SYSTEMS } from './photometric-systems.js'
import { checkSimulation, type SimulationDescription } from './simulation.js'

/** Units in which headers give the exposure time, each in seconds. */
export const SECONDS_IN = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 } as const
export type TimeUnit = keyof typeof SECONDS_IN

/** What a camera gives in a band on a usual night. */
export interface BandThroughput {
  /** AB magnitude of one count (ADU) per second at airmass 1. */
  readonly zeropoint: number
  /** Magnitudes lost per airmass. */
  readonly extinctionPerAirmass: number
  /** Dark sky [mag per square arcsec]. */
  readonly skyMagPerSqArcsec: number
}

/**
 * How a camera is recognised: regular expressions, case of letters ignored. Those of the header (INSTRUME, TELESCOP and
 * other keywords) all have to fit; that of FILTER counts if there is no INSTRUME, that of the file's name if FILTER
 * says nothing either.
 */
export interface CameraRecognition {
  readonly instrument?: string
  readonly telescope?: string
  /** By keyword. */
  readonly keywords?: Readonly<Record<string, string>>
  readonly filter?: string
  readonly fileName?: string
}

/** One camera: how it is recognised, which bands it has, what is expected of it. Data, in `cameras/*.json`. */
export interface CameraDescription {
  /** That of its file. */
  readonly name: string
  /** For sentences. */
  readonly title: string
  /** No image with a published zeropoint was calibrated with this description. */
  readonly untested?: boolean
  readonly recognise: CameraRecognition
  /** Photometric system -> the bands that the camera is known to have in it. */
  readonly bands: Readonly<Record<string, readonly string[]>>
  /** What FILTER may say, before the general table of filter names. */
  readonly filters?: readonly CameraFilter[]
  /** How far its filters are from the bands of photometric systems; absent: nothing is known of it. */
  readonly colourTerms?: ColourTerms
  /** Its keywords, if they are not the usual ones. */
  readonly keywords?: Readonly<Partial<Record<CameraFact, readonly string[]>>>
  /** Unit of the exposure time in the header, seconds if it is absent. */
  readonly exposureTimeUnit?: TimeUnit
  /** Unit of the pixels, if the header names none. */
  readonly pixelUnit?: FluxUnit
  readonly detector?: DetectorDescription
  readonly detectors?: readonly DetectorName[]
  /** By how much zeropoints of its CCDs differ in reduced images [mag]; absent: they are on one scale. */
  readonly ccdScatterMag?: number
  /** By band; absent: nothing is expected of a zeropoint. */
  readonly throughput?: Readonly<Record<string, BandThroughput>>
  readonly masks?: readonly MaskDescription[]
  /** What simulated images of it hold. */
  readonly simulation?: SimulationDescription
  /** Handbook, paper or code that the numbers come from. */
  readonly source: string
}

const FIELDS = [
  'name',
  'title',
  'untested',
  'recognise',
  'bands',
  'filters',
  'colourTerms',
  'keywords',
  'exposureTimeUnit',
  'pixelUnit',
  'detector',
  'detectors',
  'ccdScatterMag',
  'throughput',
  'masks',
  'simulation',
  'source',
]
/** Systems that bands may be claimed in: DES's is `des-ab` there, so that `des` would claim nothing. */
const CLAIMED_SYSTEMS: readonly string[] = [
  ...new Set([...RELATION_SYSTEMS, ...FILTER_SYSTEMS.filter((system) => system !== 'des' && system !== 'unnamed')]),
]
const RECOGNISED_BY = ['instrument', 'telescope', 'keywords', 'filter', 'fileName']

/** A description that is known to be sound, as the package's own are: what its JSON leaves out is filled in. */
export function soundDescription(given: CameraDescription): CameraDescription {
  const { bands = {}, keywords } = given
  if (keywords === undefined) return { ...given, bands }
  const lists = Object.entries(keywords).map(([fact, named]) => [fact, [named].flat()] as const)
  return { ...given, bands, keywords: Object.fromEntries(lists) }
}

/** Checks a parsed description of a camera; throws InputError naming the file and the field. */
export function parseCameraDescription(json: unknown, file: string): CameraDescription {
  const expect: Expect = (condition, field, expected) => {
    if (condition) return
    throw new InputError('bad-camera', `field ${field} of the camera's description is wrong`, { file, expected })
  }
  expect(isRecord(json), '(all)', 'an object')
  const given = json as unknown as CameraDescription
  const camera: CameraDescription = { ...given, bands: given.bands ?? {} }
  for (const field of Object.keys(camera))
    expect(FIELDS.includes(field), field, `no other field than ${FIELDS.join(', ')}`)
  lackNone(given, ['name', 'title', 'recognise', 'source'], '', file)
  for (const field of ['name', 'title', 'source'] as const) expect(isText(camera[field]), field, 'text')
  expect(camera.untested === undefined || typeof camera.untested === 'boolean', 'untested', 'true or false')
  checkRecognition(camera.recognise, expect)
  expect(isRecord(camera.bands), 'bands', 'an object of band lists by system')
  for (const [system, bands] of Object.entries(camera.bands)) {
    const isList = Array.isArray(bands) && bands.every((band) => typeof band === 'string')
    expect(isList, `bands.${system}`, 'a list of bands')
    expect(CLAIMED_SYSTEMS.includes(system), `bands.${system}`, `a system: ${CLAIMED_SYSTEMS.join(', ')}`)
  }
  expect(camera.filters === undefined || Array.isArray(camera.filters), 'filters', 'a list')
  camera.filters?.forEach((filter, k) => checkFilter(filter, `filters[${k}]`, expect))
  if (camera.colourTerms !== undefined) checkColourTerms(camera.colourTerms, camera.bands, expect)
  if (camera.keywords !== undefined) checkKeywords(camera.keywords, expect)
  const { exposureTimeUnit = 's' } = camera
  expect(Object.hasOwn(SECONDS_IN, exposureTimeUnit), 'exposureTimeUnit', Object.keys(SECONDS_IN).join(', '))
  const { pixelUnit = 'counts' } = camera
  expect(FLUX_UNITS.includes(pixelUnit), 'pixelUnit', FLUX_UNITS.join(', '))
  if (camera.detector !== undefined) checkDetector(camera.detector, expect, file)
  checkDetectors(camera.detectors, expect)
  if (camera.simulation !== undefined) checkSimulation(camera.simulation, expect)
  const { ccdScatterMag = 0.1 } = camera
  expect(isPositive(ccdScatterMag) && ccdScatterMag <= 1, 'ccdScatterMag', 'a positive number of magnitudes up to 1')
  expect(camera.throughput === undefined || isRecord(camera.throughput), 'throughput', 'an object by band')
  expect(
    camera.throughput === undefined || camera.detector !== undefined,
    'detector',
    'an object, as throughput is given',
  )
  for (const [band, values] of Object.entries(camera.throughput ?? {})) {
    for (const key of ['zeropoint', 'extinctionPerAirmass', 'skyMagPerSqArcsec'] as const) {
      expect(isRecord(values) && Number.isFinite(values[key]), `throughput.${band}.${key}`, 'a number')
    }
  }
  expect(camera.masks === undefined || Array.isArray(camera.masks), 'masks', 'a list')
  camera.masks?.forEach((mask, k) => checkMask(mask, `masks[${k}]`, expect))
  return soundDescription(given)
}

function checkRecognition(recognise: CameraRecognition, expect: Expect): void {
  expect(isRecord(recognise), 'recognise', 'an object of regular expressions')
  for (const [key, pattern] of Object.entries(recognise)) {
    expect(RECOGNISED_BY.includes(key), `recognise.${key}`, RECOGNISED_BY.join(', '))
    if (key !== 'keywords') expectPattern(pattern, `recognise.${key}`, expect)
  }
  checkPatterns(recognise.keywords ?? {}, 'recognise.keywords', expect)
}

function checkPatterns(patterns: Readonly<Record<string, string>>, field: string, expect: Expect): void {
  expect(isRecord(patterns), field, 'an object of regular expressions by keyword')
  for (const [keyword, pattern] of Object.entries(patterns)) {
    expect(isKeyword(keyword) && typeof pattern === 'string', `${field}.${keyword}`, 'a regular expression by keyword')
    expectPattern(pattern, `${field}.${keyword}`, expect)
  }
}

function expectPattern(pattern: unknown, field: string, expect: Expect): void {
  const fault = patternFault(pattern)
  expect(fault === undefined, field, fault ?? '')
}

function checkFilter(filter: CameraFilter, field: string, expect: Expect): void {
  expect(isRecord(filter), field, 'an object')
  const { names, pattern, band, system } = filter
  expect(names === undefined || (Array.isArray(names) && names.every(isText)), `${field}.names`, 'a list of texts')
  if (pattern !== undefined) expectPattern(pattern, `${field}.pattern`, expect)
  expect((names?.length ?? 0) > 0 || pattern !== undefined, field, 'names or a pattern')
  expect(band === undefined || isText(band), `${field}.band`, 'text')
  const saysBand = band !== undefined || (names === undefined && /\((?!\?)/.test(pattern ?? ''))
  expect(saysBand, `${field}.band`, 'text, or a pattern with a group')
  expect(isFilterSystem(system), `${field}.system`, `whose filter it is: ${FILTER_SYSTEMS.join(', ')}`)
}

/** Each fact with its list of keywords; one may be written without the list. */
function checkKeywords(keywords: NonNullable<CameraDescription['keywords']>, expect: Expect): void {
  expect(isRecord(keywords), 'keywords', 'an object of keywords by fact')
  for (const [fact, given] of Object.entries(keywords)) {
    const list = [given].flat() as readonly string[]
    const field = `keywords.${fact}`
    expect((CAMERA_FACTS as readonly string[]).includes(fact), field, `no other fact than ${CAMERA_FACTS.join(', ')}`)
    expect(list.length > 0 && list.every(isKeyword), field, 'a keyword in capitals, or a list of them')
  }
}

function checkMask(mask: MaskDescription, field: string, expect: Expect): void {
  expect(isRecord(mask), field, 'an object')
  const { when, form, values, bad, saturated = [] } = mask
  checkPatterns(when ?? {}, `${field}.when`, expect)
  expect(form === 'bits' || form === 'codes', `${field}.form`, 'bits or codes')
  const isValue = (value: number) =>
    Number.isInteger(value) && value > 0 && value < 2 ** 31 && (form === 'codes' || Number.isInteger(Math.log2(value)))
  const kind = form === 'bits' ? 'powers of two' : 'whole numbers'
  const areValues =
    isRecord(values) && Object.entries(values).every(([key, text]) => isValue(Number(key)) && isText(text))
  expect(areValues, `${field}.values`, `an object of texts by ${kind}`)
  for (const [key, list] of [
    ['bad', bad],
    ['saturated', saturated],
  ] as const) {
    const areNamed = Array.isArray(list) && list.every((value) => Object.hasOwn(values, String(value)))
    expect(areNamed, `${field}.${key}`, `a list of ${kind} that values names`)
  }
}
