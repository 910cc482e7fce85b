import { memorySource } from '../../formats/bytes.js'
import { fitsColumns, readFitsTable } from '../../formats/fits/index.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import type { Wcs } from '../../wcs/index.js'
import type { ProgramCatalogue } from './program-catalogue.js'

/** Projections that source-extractor 2.25 reads as they are meant; of others it takes the linear part alone. */
const READ_RIGHT = ['TAN', 'TPV']

/** Positions in pixels and on the sky, by what their columns have in common: XWIN_IMAGE and ALPHAWIN_J2000. */
const KINDS = ['', 'WIN', 'PEAK', 'PSF', 'MODEL']

/**
 * Writes the sky positions of a catalogue anew from the pixel positions if source-extractor does not read the image's
 * projection: the distortion SIP moves stars by arcseconds, and source-extractor passes over it in silence.
 *
 * @returns a sentence on it, if there was need
 */
export async function rightSkyPositions({ bytes, objects }: ProgramCatalogue, wcs: Wcs): Promise<string | undefined> {
  if (READ_RIGHT.includes(wcs.projection)) return undefined
  const table = await readFitsTable(memorySource('the catalogue', bytes), { hdu: objects.index })
  const fields = fitsColumns(objects)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rowBytes = objects.header.requireInteger('NAXIS1')
  for (const kind of KINDS) {
    const [x, y] = [`X${kind}_IMAGE`, `Y${kind}_IMAGE`].map((name) => findColumn(table, name))
    const [ra, dec] = [`ALPHA${kind}_J2000`, `DELTA${kind}_J2000`].map((name) => fields.find((of) => of.name === name))
    if (x === undefined || y === undefined || ra?.type !== 'f64' || dec?.type !== 'f64') continue
    const [xs, ys] = [asFloat64(x)!, asFloat64(y)!]
    for (let row = 0; row < table.rowCount; row++) {
      const { raDeg, decDeg } = wcs.pixelToSky(xs[row]!, ys[row]!)
      const at = objects.dataOffset + row * rowBytes
      view.setFloat64(at + ra.offset, raDeg)
      view.setFloat64(at + dec.offset, decDeg)
    }
  }
  return `sky positions are calculated here: source-extractor does not read the projection ${wcs.projection}`
}
