import type { CatalogDescription } from '../../src/catalog/description.js'
import { seededRandom } from '../../src/math/random.js'
import type { GaiaRows } from '../../src/simulate/gaia.js'
import type { SimulatedExposure } from '../../src/simulate/index.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'

/** Band that the survey publishes. */
export const BAND = 'i'
export const gaia = describeCatalogue('gaia_dr3')

const { secondColour: _second, faintTerm: _faint, locus: _locus, ...relation } = gaia.relations[BAND]!

/** A survey that publishes the band itself, with a scatter and a level of its own. */
export const survey: CatalogDescription = {
  ...gaia,
  name: 'survey',
  relations: {
    [BAND]: { ...relation, coefficients: [0], scatter: { colour: [1], sigmaMag: [0.012] }, systematicErrMag: 0.008 },
  },
}

/** The exposure's stars as the survey has them: the true magnitudes with its scatter, and an offset. */
export function surveyRows({ stars, bandMag }: SimulatedExposure, seed: number, offsetMag: number): GaiaRows {
  const random = seededRandom(seed)
  const mag = Float64Array.from(stars.starIndex, (s) => bandMag[s]! + offsetMag + 0.012 * random.normal())
  return { ...stars, mag, magErr: mag.map(() => 0.004) }
}
