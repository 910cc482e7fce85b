import { parseDescription, type BandRelation, type CatalogDescription } from '../../src/catalog/description.js'
import { seededRandom } from '../../src/math/random.js'
import type { BandTruth, PairedStars } from '../../src/relation-fit/sample.js'
import { skyCells } from '../../src/relation-fit/sky-cells.js'

/** Of an invented survey: its r, to be carried to the r of DES by g - r. */
export function surveyRelation(changes: Partial<BandRelation> = {}) {
  return {
    fittedTo: { release: 'survey_1', magnitudeState: 'as published' },
    base: 'r',
    colour: 'g-r',
    curve: 'polynomial',
    pivot: 0.8,
    coefficients: [0.02, -0.11, 0.03, 0.025],
    colourRange: [0.2, 1.5],
    scatter: { colour: [0.5, 1.2], sigmaMag: [0.012, 0.012] },
    systematicErrMag: 0.008,
    grade: 'full',
    magRange: [14, 20],
    source: 'invented',
    ...changes,
  }
}

export function surveyJson(relations: Record<string, unknown> = { r: surveyRelation() }) {
  return {
    name: 'survey',
    title: 'Survey',
    release: 'survey_1',
    epochYr: 2016,
    credit: 'nobody',
    magnitudeState: 'as published',
    bands: {
      g: { column: 'gMag', system: 'ps1', magnitudes: 'AB' },
      r: { column: 'mag', system: 'ps1', magnitudes: 'AB' },
    },
    forms: [
      {
        title: 'table',
        marks: ['star', 'lon', 'lat', 'g', 'r'],
        columns: {
          sourceId: 'star',
          raDeg: 'lon',
          decDeg: 'lat',
          gMag: 'g',
          gMagErr: 'eg',
          mag: 'r',
          magErr: 'er',
        },
      },
    ],
    relations,
    refused: {},
  }
}

export const surveyOf = (relations?: Record<string, unknown>): CatalogDescription =>
  parseDescription(JSON.parse(JSON.stringify(surveyJson(relations))), 'survey.json')

export interface Sky {
  readonly seed?: number
  readonly stars?: number
  /** Centres of the fields, each 0.6 deg wide. */
  readonly fields?: readonly (readonly [raDeg: number, decDeg: number])[]
  /** True magnitude minus the survey's r, by g - r; the survey's own relation if absent. */
  readonly truth?: (colour: number, r: number) => number
  /** Added to the truth of each field [mag]. */
  readonly fieldOffsets?: readonly number[]
  readonly outliers?: number
}

export interface SimulatedStar {
  readonly raDeg: number
  readonly decDeg: number
  readonly g: number
  readonly r: number
  readonly magErr: number
  readonly truth: number
  readonly truthErr: number
}

const cubic = (x: number) => 0.02 - 0.11 * x + 0.03 * x ** 2 + 0.025 * x ** 3
/** The curve that the simulated stars follow. */
export const trueCurve = (colour: number): number => cubic(colour - 0.8)
export const INTRINSIC_MAG = 0.012

/** Stars with the survey's noisy magnitudes and true ones, scatter beyond the errors, and some that are far off. */
export function simulatedStars({
  seed = 1,
  stars = 600,
  fields = [[40, -20]],
  truth = trueCurve,
  fieldOffsets = [],
  outliers = 0.05,
}: Sky = {}): SimulatedStar[] {
  const random = seededRandom(seed)
  return Array.from({ length: stars }, (_, i) => {
    const field = i % fields.length
    const [ra, dec] = fields[field]!
    const colour = 0.25 + 1.2 * random.uniform()
    const r = 15 + 4.5 * random.uniform() ** 0.5
    const magErr = 0.003 * 10 ** (0.25 * (r - 17))
    const away = random.uniform() < outliers ? 0.1 + 0.4 * random.uniform() : 0
    const exact = r + truth(colour, r) + (fieldOffsets[field] ?? 0)
    const truthErr = 0.002
    return {
      raDeg: (ra + (0.6 * (random.uniform() - 0.5)) / Math.cos((dec * Math.PI) / 180) + 360) % 360,
      decDeg: dec + 0.6 * (random.uniform() - 0.5),
      g: r + colour + magErr * random.normal(),
      r: r + magErr * random.normal(),
      magErr,
      truth: exact + INTRINSIC_MAG * random.normal() + truthErr * random.normal() + away,
      truthErr,
    }
  })
}

/** As the catalogues would give them after the match. */
export function simulatedPairs(sky: Sky = {}, description = surveyOf()): { paired: PairedStars; truth: BandTruth } {
  const rows = simulatedStars(sky)
  const column = (of: (star: SimulatedStar) => number) => Float64Array.from(rows, of)
  const [raDeg, decDeg] = [column((star) => star.raDeg), column((star) => star.decDeg)]
  const errs = column(({ magErr }) => magErr)
  const stars = {
    ...{ raDeg, decDeg, epochYr: 2016 },
    sourceId: BigInt64Array.from(rows, (_, i) => BigInt(i + 1)),
    mag: column(({ r }) => r),
    magErr: errs,
    gMag: column(({ g }) => g),
    gMagErr: errs,
  }
  return {
    paired: { description, stars, sky: skyCells(raDeg, decDeg) },
    truth: {
      band: 'r',
      mag: column((star) => star.truth),
      magErr: column(({ truthErr }) => truthErr),
      systematicErrMag: 0.002,
    },
  }
}
