import { InputError } from '../errors.js'
import { isRecord } from '../formats/json-shape.js'

/** What a camera gives in a band on a usual night. */
export interface BandThroughput {
  /** AB magnitude of one count (ADU) per second at airmass 1. */
  readonly zeropoint: number
  /** Magnitudes lost per airmass. */
  readonly extinctionPerAirmass: number
  /** Dark sky [mag per square arcsec]. */
  readonly skyMagPerSqArcsec: number
}

/** A camera's detectors; all of one kind. */
export interface DetectorDescription {
  readonly columns: number
  readonly rows: number
  /** Last pixel column (1-based) of each amplifier but the last. */
  readonly amplifierColumns: readonly number[]
  readonly pixelScaleArcsec: number
  readonly gainElectronsPerCount: number
  readonly readNoiseElectrons: number
}

/** One camera: how it is recognised, which bands it has, what is expected of it. Data, in `cameras/*.json`. */
export interface CameraDescription {
  /** That of its file. */
  readonly name: string
  /** For sentences. */
  readonly title: string
  /**
   * Regular expressions, case ignored: of INSTRUME, of FILTER if INSTRUME is absent, of the file's name if both say
   * nothing.
   */
  readonly recognise: { readonly instrument?: string; readonly filter?: string; readonly fileName?: string }
  /** Photometric system -> the bands that the camera is known to have in it. */
  readonly bands: Readonly<Record<string, readonly string[]>>
  readonly detector?: DetectorDescription
  /** By band; absent: nothing is expected of a zeropoint. */
  readonly throughput?: Readonly<Record<string, BandThroughput>>
  /** Handbook, paper or code that the numbers come from. */
  readonly source: string
}

const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0 && value < Infinity
const isPattern = (value: unknown): boolean => {
  if (typeof value !== 'string' || value === '') return false
  try {
    return new RegExp(value) instanceof RegExp
  } catch {
    return false
  }
}

/** Checks a parsed description of a camera; throws InputError naming the file and the field. */
export function parseCameraDescription(json: unknown, file: string): CameraDescription {
  const expect = (condition: boolean, field: string, expected: string): void => {
    if (condition) return
    throw new InputError('bad-camera', `field ${field} of the camera's description is wrong`, { file, expected })
  }
  expect(isRecord(json), '(all)', 'an object')
  const camera = json as unknown as CameraDescription
  for (const field of ['name', 'title', 'source'] as const) {
    expect(typeof camera[field] === 'string' && camera[field] !== '', field, 'text')
  }
  expect(isRecord(camera.recognise), 'recognise', 'an object of regular expressions')
  for (const [key, pattern] of Object.entries(camera.recognise)) {
    expect(['instrument', 'filter', 'fileName'].includes(key), `recognise.${key}`, 'instrument, filter or fileName')
    expect(isPattern(pattern), `recognise.${key}`, 'a regular expression')
  }
  expect(isRecord(camera.bands), 'bands', 'an object of band lists by system')
  for (const [system, bands] of Object.entries(camera.bands)) {
    const isList = Array.isArray(bands) && bands.every((band) => typeof band === 'string')
    expect(isList, `bands.${system}`, 'a list of bands')
  }
  if (camera.detector !== undefined) checkDetector(camera.detector, expect)
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
  return camera
}

function checkDetector(
  detector: DetectorDescription,
  expect: (condition: boolean, field: string, expected: string) => void,
): void {
  expect(isRecord(detector), 'detector', 'an object')
  for (const key of ['columns', 'rows', 'pixelScaleArcsec', 'gainElectronsPerCount', 'readNoiseElectrons'] as const) {
    expect(isPositive(detector[key]), `detector.${key}`, 'a positive number')
  }
  const { amplifierColumns } = detector
  const inside = (column: number, k: number) => column > (amplifierColumns[k - 1] ?? 0) && column < detector.columns
  const areAscending = Array.isArray(amplifierColumns) && amplifierColumns.every(inside)
  expect(areAscending, 'detector.amplifierColumns', 'ascending pixel columns inside the detector')
}
