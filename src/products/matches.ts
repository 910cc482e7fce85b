import type { MatchColumns } from '../photometry/result.js'
import { tableOf, type Table } from '../table/columns.js'

/** Every matched star of a CCD as the table of `matches_*.parquet`. */
export function matchTable(ccd: number, m: MatchColumns): Table {
  const n = m.sourceId.length
  return tableOf([
    { name: 'ccd', type: 'i32', values: new Int32Array(n).fill(ccd) },
    { name: 'number', type: 'f64', values: m.number, doc: 'NUMBER of the detection' },
    { name: 'source_id', type: 'i64', values: m.sourceId },
    { name: 'ra', type: 'f64', values: m.raDeg, unit: 'deg', doc: 'detection' },
    { name: 'dec', type: 'f64', values: m.decDeg, unit: 'deg' },
    { name: 'x_image', type: 'f64', values: m.xImage, unit: 'pixel' },
    { name: 'y_image', type: 'f64', values: m.yImage, unit: 'pixel' },
    { name: 'star_ra', type: 'f64', values: m.starRaDeg, unit: 'deg', doc: 'star, moved to the epoch of the exposure' },
    { name: 'star_dec', type: 'f64', values: m.starDecDeg, unit: 'deg' },
    { name: 'separation', type: 'f64', values: m.separationArcsec, unit: 'arcsec' },
    { name: 'inst_mag', type: 'f64', values: m.instMag, unit: 'mag', doc: '-2.5 log10(flux)' },
    { name: 'inst_mag_err', type: 'f64', values: m.instMagErr, unit: 'mag' },
    { name: 'catalog_mag', type: 'f64', values: m.catalogMag, unit: 'mag' },
    { name: 'ref_mag', type: 'f64', values: m.refMag, unit: 'mag', doc: 'standard magnitude in the chosen system' },
    { name: 'ref_mag_err', type: 'f64', values: m.refMagErr, unit: 'mag' },
    { name: 'colour', type: 'f64', values: m.colour, unit: 'mag' },
    { name: 'match_probability', type: 'f64', values: m.matchProbability, doc: 'that the detection is of this star' },
    { name: 'inlier_prior', type: 'f64', values: m.inlierPrior, doc: 'probability of a good standard before its residual is seen' },
    { name: 'residual', type: 'f64', values: m.residual, unit: 'mag', doc: 'ref_mag - inst_mag - zeropoint' },
    { name: 'weight', type: 'f64', values: m.weight, doc: 'probability of a good standard' },
    { name: 'cut', type: 'string', values: [...m.fate], doc: 'used, or why not' },
  ])
}
