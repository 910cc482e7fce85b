import { memorySource } from '../../formats/bytes.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { compactSeeing } from '../../measure/compact-seeing.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import type { ProgramCatalogue } from './program-catalogue.js'

/** `compactSeeing` of a catalogue of source-extractor [pixels]; undefined if no object has a radius. */
export async function compactSeeingIn({ bytes, objects }: ProgramCatalogue): Promise<number | undefined> {
  const columns = ['FLUX_RADIUS', 'FLUX_APER', 'FLAGS']
  const table = await readFitsTable(memorySource('the catalogue', bytes), { hdu: objects.index, columns })
  const [radius, flux, flags] = columns.map((name) => asFloat64(findColumn(table, name)!)!)
  return compactSeeing(
    Array.from(radius!, (halfLightRadius, row) => ({ halfLightRadius, flux: flux![row]!, flags: flags![row]! })),
  )
}
