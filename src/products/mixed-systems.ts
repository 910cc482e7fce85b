import { csvParseRows } from 'd3-dsv'
import { DataError } from '../errors.js'
import type { PhotometricSystem } from '../photometry/result.js'

/**
 * The system that a `Zero_*.csv` carries; the original's file has no such column and is the catalogue's own magnitude.
 */
export function systemOfZeroCsv(text: string): string {
  const [header = [], row = []] = csvParseRows(text)
  const at = header.indexOf('system')
  return at < 0 ? 'catalog' : (row[at] ?? '')
}

/**
 * Refuses to write beside products of another system: mixed systems corrupt difference imaging.
 *
 * @param standing file name -> content of the exposure's `Zero_*.csv` in the output directory
 * @throws DataError naming the file and both systems
 */
export function refuseMixedSystems(system: PhotometricSystem, standing: ReadonlyMap<string, string>): void {
  for (const [file, text] of standing) {
    const other = systemOfZeroCsv(text)
    if (other !== system) {
      throw new DataError(
        'mixed-systems',
        'products of another photometric system stand here: choose another --outdir, or --force to write beside them',
        {
          file,
          found: `system ${other}`,
          expected: `system ${system}`,
        },
      )
    }
  }
}
