import type { Catalog } from '../../catalog/catalog.js'
import { colourBands } from '../../catalog/relation.js'
import type { CombinedReferences } from './catalog-share.js'

/**
 * The bands of the first catalogue whose magnitudes are one kind in the union of several: a star has its columns from
 * the first that has it, and one column may be G of one catalogue and r of another.
 */
export function bandsInCommon(catalogs: readonly Pick<Catalog, 'description' | 'columns'>[]): readonly string[] {
  const [first] = catalogs
  return Object.entries(first!.description.bands).flatMap(([name, { column, system }]) => {
    const isOne = catalogs.every(({ description, columns }) => {
      if (column !== 'mag' && !columns.has(column)) return true
      const same = description.bands[name]
      return same?.column === column && same.system === system
    })
    return isOne ? [name] : []
  })
}

/** Whether a colour, as `g-i`, is one index for all stars of the union that have it. */
export const isOneColour = ({ bandsInCommon: bands }: CombinedReferences, color: string): boolean =>
  colourBands({ colour: color }).every((band) => bands.includes(band))

/**
 * Part of a star's standard magnitude that comes from the catalogue that gives its colour, so that errors of the two go
 * together.
 */
export function shareOfColour({ shares, ofFirst }: CombinedReferences, star: number): number {
  if (ofFirst[star] === 1) return shares[0]![star]!
  return shares.find((share) => share[star]! > 0)?.[star] ?? 0
}
