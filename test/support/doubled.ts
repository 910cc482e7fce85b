import type { StarColumns } from '../../src/catalog/stars.js'
import type { SourceColumns } from '../../src/exposure/sources.js'
import type { Random } from '../../src/math/random.js'

type Columns = { readonly raDeg: Float64Array; readonly decDeg: Float64Array }

/**
 * A share of the rows once more, 0.2 to 0.95 arcsec away in any direction; `change` alters a value of the copy.
 *
 * @param chosen rows that may be doubled
 */
function doubled<T extends Columns>(
  columns: T,
  share: number,
  random: Random,
  chosen: (row: number) => boolean,
  change: (name: string, value: number, copy: number) => number,
): T {
  const rows = Array.from(columns.raDeg.keys()).filter((row) => chosen(row) && random.uniform() < share)
  const moved = rows.map((row) => {
    const [separation, angle] = [(0.2 + 0.75 * random.uniform()) / 3600, 2 * Math.PI * random.uniform()]
    return {
      raDeg: (separation * Math.sin(angle)) / Math.cos((columns.decDeg[row]! * Math.PI) / 180),
      decDeg: separation * Math.cos(angle),
    }
  })
  const entries = Object.entries(columns).map(([name, values]) => {
    if (values instanceof BigInt64Array)
      return [name, BigInt64Array.from([...values, ...rows.map((row) => values[row]! + 1n)])] as const
    if (!(values instanceof Float64Array)) return [name, values as unknown] as const
    const copies = rows.map((row, copy) =>
      name === 'raDeg' || name === 'decDeg' ? values[row]! + moved[copy]![name] : change(name, values[row]!, copy),
    )
    return [name, Float64Array.from([...values, ...copies])] as const
  })
  return Object.fromEntries(entries) as T
}

/**
 * Detections doubled as debris of deblending: the second has 0.2 to 0.6 of the flux, which the first keeps or loses.
 */
export function doubledDetections(
  sources: SourceColumns,
  share: number,
  random: Random,
  { lost = false } = {},
): SourceColumns {
  const parts = Array.from({ length: sources.flux.length }, () => 0.2 + 0.4 * random.uniform())
  const isFlux = (name: string) => name === 'flux' || name === 'fluxPsf'
  const copies = doubled(
    sources,
    share,
    random,
    (row) => sources.flux[row]! > 3000,
    (name, value, copy) => (isFlux(name) ? value * parts[copy]! : name === 'flags' ? value | 2 : value),
  )
  if (!lost) return copies
  const rowOf = new Map(Array.from(sources.number, (number, row) => [number, row]))
  for (let copy = sources.flux.length; copy < copies.flux.length; copy++) {
    const row = rowOf.get(copies.number[copy]!)!
    copies.flux[row]! -= copies.flux[copy]!
    copies.flags[row]! |= 2
  }
  return copies
}

/** Stars of the catalogue doubled; the second is fainter by a uniform part of `faintMag`. */
export function doubledStars(stars: StarColumns, share: number, random: Random, faintMag: number): StarColumns {
  const fainter = Array.from({ length: stars.mag.length }, () => faintMag * random.uniform())
  return doubled(
    stars,
    share,
    random,
    () => true,
    (name, value, copy) => (/^(mag|bpMag|rpMag)$/.test(name) ? value + fainter[copy]! : value),
  )
}
