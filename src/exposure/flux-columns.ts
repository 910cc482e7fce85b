import { asFloat64, findColumn, type Column, type Table } from '../table/columns.js'
import type { FluxChoice } from './fullcat.js'
import type { NamedFlux } from './sources.js'

/** A flux with its error, by the names that the file has. */
export interface FluxPair {
  /** In SExtractor's manner: PSF of FLUX_PSF. */
  readonly kind: string
  readonly flux: string
  readonly fluxErr: string
}

/** The kind in SExtractor's manner: FLUX_PSF is PSF, `fluxaper1` APER1, `flux` itself TABLE. */
export function kindOfFlux(name: string): string {
  const kind = name
    .toUpperCase()
    .replace(/^FLUX_?/, '')
    .replace(/[^A-Z0-9_]/g, '_')
    .replace(/^_+|_+$/g, '')
  return kind === '' ? 'TABLE' : kind
}

/**
 * Columns whose names begin with `flux` and that have an error beside them: FLUX_x and FLUXERR_x, `flux` and `fluxerr`.
 */
export function fluxPairs(names: readonly string[]): FluxPair[] {
  const byLower = new Map([...names].reverse().map((name) => [name.toLowerCase(), name]))
  return names.flatMap((flux): FluxPair[] => {
    const lower = flux.toLowerCase()
    if (!isFlux(lower)) return []
    const rest = lower.slice(4)
    const candidates = [
      `fluxerr${rest}`,
      `flux_err${rest}`,
      `${lower}err`,
      `${lower}_err`,
      `${lower}error`,
      `e_${lower}`,
    ]
    // BANZAI: fluxaper1 and fluxerr1.
    candidates.push(`fluxerr${rest.replace(/^aper/, '')}`)
    const fluxErr = candidates.map((name) => byLower.get(name)).find((name) => name !== undefined)
    return fluxErr === undefined ? [] : [{ kind: kindOfFlux(flux), flux, fluxErr }]
  })
}

/** In lower case. FLUX_MAX and FLUX_RADIUS are none. */
const isFlux = (name: string): boolean =>
  name.startsWith('flux') && !/^flux_?err|err(or)?$|^flux_?(max|rad|ratio|growth)/.test(name)

/** Fluxes that have no error beside them. */
export function loneFluxes(names: readonly string[]): string[] {
  const paired = new Set(fluxPairs(names).map(({ flux }) => flux))
  return names.filter((name) => isFlux(name.toLowerCase()) && !paired.has(name))
}

/** SExtractor's names of the columns of fluxes of these kinds, and of their errors. */
export const fluxColumnNames = (kinds: readonly string[]): string[] =>
  kinds.flatMap((kind) => [`FLUX_${kind}`, `FLUXERR_${kind}`])

/**
 * Every flux of a table with its error. A vector is one flux for each element, FLUX_APER_1 and so on; a column of that
 * very name wins over the element, as for `--magsType`. A row whose vector is shorter has NaN.
 *
 * @param chosen the flux that is calibrated, which has its first name here
 */
export function namedFluxes(table: Table, { fluxNames }: FluxChoice): NamedFlux[] {
  const scalars = new Map<string, NamedFlux>()
  const elements: NamedFlux[] = []
  const pairs = table.columns.flatMap((column) => {
    const fluxErr = /^FLUX_/.test(column.name) ? findColumn(table, column.name.replace('FLUX', 'FLUXERR')) : undefined
    return fluxErr === undefined || column.type === 'string' || fluxErr.type === 'string' ? [] : [{ column, fluxErr }]
  })
  for (const { column, fluxErr } of pairs) {
    const { name } = column
    const facts = {
      ...(column.unit === undefined ? {} : { unit: column.unit }),
      ...(column.type === 'f32' ? { single: true } : {}),
    }
    const length = Math.min(elementsOf(column), elementsOf(fluxErr))
    if (column.offsets === undefined && fluxErr.offsets === undefined && length === 1) {
      const isElement1 = name === fluxNames[1] && fluxNames[0] === `${name}_1`
      scalars.set(isElement1 ? `${name}_1` : name, {
        name: isElement1 ? `${name}_1` : name,
        flux: asFloat64(column)!,
        fluxErr: asFloat64(fluxErr)!,
        ...facts,
      })
      continue
    }
    for (let k = 0; k < length; k++) {
      const values = (of: Column) => elementOf(of, k, table.rowCount)
      elements.push({ name: `${name}_${k + 1}`, flux: values(column), fluxErr: values(fluxErr), ...facts })
    }
  }
  const inVector = new Set(elements.map(({ name }) => name))
  const alone = [...scalars.values()].filter(({ name }) => !inVector.has(name))
  return [...alone, ...elements.map((element) => scalars.get(element.name) ?? element)]
}

/** The most elements that a row has. */
function elementsOf({ offsets, width = 1 }: Column): number {
  if (offsets === undefined) return width
  let most = 0
  for (let row = 1; row < offsets.length; row++) most = Math.max(most, offsets[row]! - offsets[row - 1]!)
  return most
}

function elementOf(column: Column, k: number, rowCount: number): Float64Array {
  const values = asFloat64(column)!
  const { offsets, width = 1 } = column
  const element = new Float64Array(rowCount).fill(NaN)
  for (let row = 0; row < rowCount; row++) {
    const [start, end] = offsets === undefined ? [row * width, (row + 1) * width] : [offsets[row]!, offsets[row + 1]!]
    if (start + k < end) element[row] = values[start + k]!
  }
  return element
}
