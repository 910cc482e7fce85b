import { memorySource } from '../../formats/bytes.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { median } from '../../math/robust.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import type { ProgramCatalogue } from './program-catalogue.js'

/** Brightest objects that the seeing is taken from: stars outnumber galaxies among them. */
const BRIGHTEST = 20

/**
 * The seeing if no PSF can be modelled: twice the median half-light radius of the brightest objects, of those without
 * flags if there are any. For a Gaussian profile that is the FWHM to 0.1 %.
 *
 * @returns undefined if no object has a radius
 */
export async function compactSeeing({ bytes, objects }: ProgramCatalogue): Promise<number | undefined> {
  const columns = ['FLUX_RADIUS', 'FLUX_APER', 'FLAGS']
  const table = await readFitsTable(memorySource('the catalogue', bytes), { hdu: objects.index, columns })
  const [radius, flux, flags] = columns.map((name) => asFloat64(findColumn(table, name)!)!)
  const sized = [...radius!.keys()].filter((row) => radius![row]! > 0)
  const clean = sized.filter((row) => flags![row] === 0)
  const brightest = (clean.length > 0 ? clean : sized).sort((a, b) => flux![b]! - flux![a]!).slice(0, BRIGHTEST)
  return brightest.length === 0 ? undefined : 2 * median(Float64Array.from(brightest, (row) => radius![row]!))
}
