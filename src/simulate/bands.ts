import { CommandError } from '../errors.js'
import type { BandRelation } from '../catalog/description.js'
import { curveAt, interpolated, slopeAt } from '../photometry/colour-relation.js'
import type { TrueStars } from './sky.js'

/** How a band of the camera behaves at the telescope. */
export interface CameraBand {
  /** As the header's FILTER spells it: name, DECam, system, number, centre and width [Angstrom]. */
  readonly filter: string
  /** Zeropoint for 1 s in counts of gain 4 e/count, outside the atmosphere's first airmass [mag]. */
  readonly zeropoint: number
  readonly extinctionPerAirmass: number
  /** Sky brightness of a dark night [mag per square arcsec], DES medians. */
  readonly skyMagPerSqArcsec: number
}

const BANDS: Readonly<Record<string, CameraBand>> = {
  g: { filter: 'g DECam SDSS c0001 4720.0 1520.0', zeropoint: 25.001, extinctionPerAirmass: 0.173, skyMagPerSqArcsec: 22.05 },
  r: { filter: 'r DECam SDSS c0002 6415.0 1480.0', zeropoint: 25.209, extinctionPerAirmass: 0.09, skyMagPerSqArcsec: 21.18 },
  i: { filter: 'i DECam SDSS c0003 7835.0 1470.0', zeropoint: 25.149, extinctionPerAirmass: 0.054, skyMagPerSqArcsec: 19.92 },
  z: { filter: 'z DECam SDSS c0004 9260.0 1520.0', zeropoint: 24.875, extinctionPerAirmass: 0.06, skyMagPerSqArcsec: 18.74 },
  Y: { filter: 'Y DECam c0005 10095.0 1130.0', zeropoint: 23.712, extinctionPerAirmass: 0.058, skyMagPerSqArcsec: 17.97 },
}

/** The camera's band of a name; CommandError for a band that cannot be simulated. */
export function cameraBand(band: string): CameraBand {
  const found = BANDS[band]
  if (found === undefined) throw new CommandError('bad-band', 'the band cannot be simulated', { option: 'band', found: `'${band}'`, expected: Object.keys(BANDS).join(', ') })
  return found
}

/**
 * True magnitudes of the stars in the camera's band: the catalogue's own relation on noise-free magnitudes plus the
 * relation's scatter at the star's colour. Beyond the relation's colours it goes on along its slope.
 *
 * @param scatterMag replaces the relation's scatter, one value for all colours
 */
export function trueBandMag(stars: TrueStars, relation: BandRelation, scatterMag?: number): Float64Array {
  const [bluest, reddest] = relation.colourRange
  return stars.gMag.map((g, s) => {
    const colour = relation.colour === 'bp-rp' ? stars.bpMag[s]! - stars.rpMag[s]! : stars.bpMag[s]! - g
    const edge = Math.min(reddest, Math.max(bluest, colour))
    const sigma = scatterMag ?? interpolated(colour, relation.scatter.colour, relation.scatter.sigmaMag)
    return g + curveAt(relation, edge) + slopeAt(relation, edge) * (colour - edge) + sigma * stars.deviate[s]!
  })
}
