import { isRecord } from '../formats/json-shape.js'
import { isKeyword, isPositive, isText, lackNone, type Expect } from './field-checks.js'
import type { AmplifierKeywords } from './keywords.js'

/** Directions on the sky in which an axis of a detector may run. */
const DIRECTIONS = ['north', 'east', 'south', 'west'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** A camera's detectors; all of one kind. */
export interface DetectorDescription {
  readonly columns: number
  readonly rows: number
  /** Last pixel column (1-based) of each amplifier but the last. */
  readonly amplifierColumns: readonly number[]
  /** Keywords of each amplifier, in the order of the columns. */
  readonly amplifiers?: readonly AmplifierKeywords[]
  readonly pixelScaleArcsec: number
  /** Distance of the centres of neighbours, of which their places are multiples or halves of them [pixels]. */
  readonly spacingPixels?: { readonly east: number; readonly north: number }
  /** Directions in which its columns (x) and rows (y) increase; absent: y to the north, x to the west. */
  readonly xRuns?: Direction
  readonly yRuns?: Direction
  readonly gainElectronsPerCount: number
  readonly readNoiseElectrons: number
}

/** One of a camera's detectors: its number, what the headers call it, and what is peculiar to it. */
export interface DetectorName {
  readonly ccd: number
  readonly name: string
  /** Its centre, from the middle of the field [pixels]. */
  readonly eastPixels?: number
  readonly northPixels?: number
  /** When it gave no image, as MJD: from, and to if it came back. */
  readonly outages?: readonly { readonly fromMjd: number; readonly toMjd?: number }[]
  /** Columns of usable data, 1-based, first and last; absent: all. */
  readonly usableColumns?: readonly [first: number, last: number]
}

/** Refuses a wrong `detector`. */
export function checkDetector(detector: DetectorDescription, expect: Expect, file: string): void {
  expect(isRecord(detector), 'detector', 'an object')
  const numbers = ['columns', 'rows', 'pixelScaleArcsec', 'gainElectronsPerCount', 'readNoiseElectrons'] as const
  lackNone(detector, [...numbers, 'amplifierColumns'], 'detector.', file)
  for (const key of numbers) expect(isPositive(detector[key]), `detector.${key}`, 'a positive number')
  const ofDetector = [...numbers, 'amplifierColumns', 'amplifiers', 'spacingPixels', 'xRuns', 'yRuns']
  for (const key of Object.keys(detector))
    expect(ofDetector.includes(key), `detector.${key}`, `no other field than ${ofDetector.join(', ')}`)
  const { amplifierColumns, amplifiers } = detector
  const inside = (column: number, k: number) => column > (amplifierColumns[k - 1] ?? 0) && column < detector.columns
  const areAscending = Array.isArray(amplifierColumns) && amplifierColumns.every(inside)
  expect(areAscending, 'detector.amplifierColumns', 'ascending pixel columns inside the detector')
  checkOrientation(detector, expect)
  if (amplifiers === undefined) return
  const count = amplifierColumns.length + 1
  const areMany = Array.isArray(amplifiers) && amplifiers.length === count && amplifiers.every(isRecord)
  expect(areMany, 'detector.amplifiers', `${count}, one for each part that amplifierColumns makes`)
  amplifiers.forEach((amplifier, k) => {
    for (const [key, keyword] of Object.entries(amplifier)) {
      const field = `detector.amplifiers[${k}].${key}`
      expect(['gain', 'readNoise', 'saturation'].includes(key), field, 'gain, readNoise or saturation')
      expect(isKeyword(keyword), field, 'a keyword in capitals')
    }
  })
}

function checkOrientation({ spacingPixels, xRuns, yRuns }: DetectorDescription, expect: Expect): void {
  if (spacingPixels !== undefined) {
    for (const axis of ['east', 'north'] as const) {
      const isGiven = isRecord(spacingPixels) && isPositive(spacingPixels[axis])
      expect(isGiven, `detector.spacingPixels.${axis}`, 'a positive number')
    }
  }
  if (xRuns === undefined && yRuns === undefined) return
  for (const [key, runs] of [
    ['xRuns', xRuns],
    ['yRuns', yRuns],
  ] as const) {
    const isDirection = runs !== undefined && DIRECTIONS.includes(runs)
    expect(isDirection, `detector.${key}`, `one of ${DIRECTIONS.join(', ')}`)
  }
  const isAcross = (DIRECTIONS.indexOf(xRuns!) - DIRECTIONS.indexOf(yRuns!)) % 2 !== 0
  expect(isAcross, 'detector.yRuns', `across xRuns, which is ${xRuns}`)
}

const isMjd = (value: unknown): value is number => Number.isFinite(value)

/** Refuses wrong `detectors`. */
export function checkDetectors(detectors: readonly DetectorName[] | undefined, expect: Expect): void {
  if (detectors === undefined) return
  expect(Array.isArray(detectors), 'detectors', 'a list')
  detectors.forEach((detector, k) => {
    const field = `detectors[${k}]`
    expect(isRecord(detector) && isText(detector.name), `${field}.name`, 'text')
    expect(Number.isInteger(detector.ccd) && detector.ccd >= 0, `${field}.ccd`, 'a whole number')
    for (const key of ['eastPixels', 'northPixels'] as const)
      expect(detector[key] === undefined || Number.isFinite(detector[key]), `${field}.${key}`, 'a number')
    const { outages = [], usableColumns } = detector
    const areOutages =
      Array.isArray(outages) && outages.every(({ fromMjd, toMjd = Infinity }) => isMjd(fromMjd) && toMjd > fromMjd)
    expect(areOutages, `${field}.outages`, 'a list of fromMjd and, if it came back, a later toMjd')
    const isRange =
      Array.isArray(usableColumns) &&
      usableColumns.length === 2 &&
      usableColumns.every((column) => Number.isInteger(column) && column >= 1) &&
      usableColumns[1] >= usableColumns[0]
    expect(usableColumns === undefined || isRange, `${field}.usableColumns`, 'the first and the last, from 1')
    const again = detectors.slice(0, k).some(({ ccd, name }) => ccd === detector.ccd || name === detector.name)
    expect(!again, field, 'a number and a name of its own')
  })
}
