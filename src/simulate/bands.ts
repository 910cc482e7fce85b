import { CommandError } from '../errors.js'
import type { BandThroughput } from '../camera/description.js'
import type { BandRelation } from '../catalog/description.js'
import { colourOf, curveAt, furtherTermsAt, partsOf, slopeAt } from '../photometry/system/band-magnitude.js'
import { interpolated } from '../photometry/system/colour-relation.js'
import type { TrueStars } from './sky.js'
import { CAMERA } from './telescope.js'

/** How a band of the camera behaves at the telescope. */
interface CameraBand extends BandThroughput {
  /** As the header's FILTER spells it. */
  readonly filter: string
}

/**
 * The camera's band of a name: the simulated telescope is as good as its description expects, in zeropoint, extinction
 * and dark sky.
 *
 * @throws CommandError for a band that cannot be simulated
 */
export function cameraBand(band: string): CameraBand {
  const { throughput, simulation } = CAMERA
  const [expected, filter] = [throughput[band], simulation.filters[band]]
  if (expected !== undefined && filter !== undefined) return { ...expected, filter }
  throw new CommandError('bad-band', 'the band cannot be simulated', {
    option: 'band',
    found: `'${band}'`,
    expected: Object.keys(simulation.filters).join(', '),
  })
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
