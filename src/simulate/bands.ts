import { CommandError } from '../errors.js'
import type { BandThroughput } from '../camera/description.js'
import type { BandRelation } from '../catalog/description.js'
import { colourOf, curveAt, furtherTermsAt, partsOf, slopeAt } from '../photometry/system/band-magnitude.js'
import { interpolated } from '../photometry/system/colour-relation.js'
import type { TrueStars } from './sky.js'

/** How a band of the camera behaves at the telescope. */
interface CameraBand extends BandThroughput {
  /** As the header's FILTER spells it: name, DECam, system, number, centre and width [Angstrom]. */
  readonly filter: string
}

/** The simulated telescope is as good as `cameras/decam.json` expects: zeropoint, extinction and dark sky. */
const BANDS: Readonly<Record<string, CameraBand>> = {
  g: {
    filter: 'g DECam SDSS c0001 4720.0 1520.0',
    zeropoint: 25.001,
    extinctionPerAirmass: 0.173,
    skyMagPerSqArcsec: 22.05,
  },
  r: {
    filter: 'r DECam SDSS c0002 6415.0 1480.0',
    zeropoint: 25.209,
    extinctionPerAirmass: 0.09,
    skyMagPerSqArcsec: 21.18,
  },
  i: {
    filter: 'i DECam SDSS c0003 7835.0 1470.0',
    zeropoint: 25.149,
    extinctionPerAirmass: 0.054,
    skyMagPerSqArcsec: 19.92,
  },
  z: {
    filter: 'z DECam SDSS c0004 9260.0 1520.0',
    zeropoint: 24.875,
    extinctionPerAirmass: 0.06,
    skyMagPerSqArcsec: 18.74,
  },
  Y: {
    filter: 'Y DECam c0005 10095.0 1130.0',
    zeropoint: 23.712,
    extinctionPerAirmass: 0.058,
    skyMagPerSqArcsec: 17.97,
  },
}

/** The camera's band of a name; CommandError for a band that cannot be simulated. */
export function cameraBand(band: string): CameraBand {
  const known = BANDS[band]
  if (known === undefined)
    throw new CommandError('bad-band', 'the band cannot be simulated', {
      option: 'band',
      found: `'${band}'`,
      expected: Object.keys(BANDS).join(', '),
    })
  return known
}

/**
 * True magnitudes of the stars in the camera's band: the catalogue's own relation, all its terms, on noise-free
 * magnitudes plus the relation's scatter at the star's colour. Beyond the relation's colours its curve goes on along
 * its slope.
 *
 * @param scatterMag replaces the relation's scatter, one value for all colours
 */
export function trueBandMag(stars: TrueStars, relation: BandRelation, scatterMag?: number): Float64Array {
  const [bluest, reddest] = relation.colourRange
  const gaia: Readonly<Record<string, Float64Array>> = { G: stars.gMag, bp: stars.bpMag, rp: stars.rpMag }
  const mags = partsOf(relation, (band) => gaia[band])
  return stars.gMag.map((g, s) => {
    const colour = colourOf(mags, s)
    const edge = Math.min(reddest, Math.max(bluest, colour))
    const sigma = scatterMag ?? interpolated(colour, relation.scatter.colour, relation.scatter.sigmaMag)
    const onCurve = g + curveAt(relation, edge) + slopeAt(relation, edge) * (colour - edge)
    return onCurve + furtherTermsAt(relation, mags, s) + sigma * stars.deviate[s]!
  })
}
