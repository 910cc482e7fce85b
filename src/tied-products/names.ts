import { labelOf, type CalibratedExposure } from './calibrated-exposure.js'

/** How the products of a tie are called if it is given no name. */
export function tieName(searches: readonly CalibratedExposure[]): string {
  const labels = searches.map(labelOf).sort()
  const others = labels.length - 1
  const name = others === 0 ? labels[0]! : `${labels[0]!}_and_${others}_more`
  return name.replace(/[^\w.+-]+/g, '_')
}

/** Names of the files of a tie itself. */
export const tieFileNames = (name: string) => ({
  json: `tie_${name}.json`,
  stars: `tie_${name}_stars.parquet`,
  starFlat: `tie_${name}_starflat.fits`,
  page: `tie_${name}.html`,
})
