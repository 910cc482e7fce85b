import { InputError } from '../errors.js'
import type { CatalogDescription, FluxColumns } from './description.js'
import { OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type StarColumn } from './stars.js'

/** Where a magnitude error comes from: the flux over its error, or both apart. */
export type ErrorColumns = { readonly fluxOverError: string } | { readonly flux: string; readonly fluxError: string }

/** Which columns of a raw file hold what, by their own names. */
export interface ColumnPlan {
  readonly stars: ReadonlyMap<StarColumn, string>
  readonly errors: ReadonlyMap<OptionalStarColumn, ErrorColumns>
  readonly refEpoch: string | undefined
}

const REQUIRED: readonly StarColumn[] = ['sourceId', 'raDeg', 'decDeg', 'mag']

/** Finds the columns of a raw file by the names of the description, in upper or lower case. Throws InputError naming the first that is missing. */
export function planColumns(names: readonly string[], description: CatalogDescription, file: string): ColumnPlan {
  const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]))
  const find = (candidates: readonly string[] | undefined): string | undefined =>
    candidates?.map((candidate) => byLowerCase.get(candidate.toLowerCase())).find((name) => name !== undefined)
  const stars = new Map<StarColumn, string>()
  for (const star of [...REQUIRED, ...OPTIONAL_STAR_COLUMNS]) {
    const name = find(description.columns[star])
    if (name !== undefined) stars.set(star, name)
    else if (REQUIRED.includes(star)) {
      const found = names.length > 12 ? `${names.slice(0, 12).join(',')},... (${names.length} columns)` : names.join(',')
      throw new InputError('missing-column', 'the file has no such column', { file, column: (description.columns[star] ?? [star]).join(' or '), found })
    }
  }
  const errors = new Map<OptionalStarColumn, ErrorColumns>()
  for (const [star, columns] of Object.entries(description.errorsFromFlux ?? {}) as [OptionalStarColumn, FluxColumns][]) {
    const [fluxOverError, flux, fluxError] = [find(columns.fluxOverError), find(columns.flux), find(columns.fluxError)]
    if (stars.has(star)) continue
    if (fluxOverError !== undefined) errors.set(star, { fluxOverError })
    else if (flux !== undefined && fluxError !== undefined) errors.set(star, { flux, fluxError })
  }
  return { stars, errors, refEpoch: byLowerCase.get('ref_epoch') }
}

/** The original's layout: id, RA, Dec, magnitude, whatever the header calls them. */
export function planByPosition(names: readonly string[]): ColumnPlan {
  return { stars: new Map(REQUIRED.map((star, i) => [star, names[i]!])), errors: new Map(), refEpoch: undefined }
}

/** The raw names that a plan reads. */
export function plannedNames(plan: ColumnPlan): string[] {
  const errors = [...plan.errors.values()].flatMap((error) => Object.values(error) as string[])
  return [...new Set([...plan.stars.values(), ...errors, ...(plan.refEpoch === undefined ? [] : [plan.refEpoch])])]
}
