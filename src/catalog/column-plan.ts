import { CommandError, InputError } from '../errors.js'
import type { CatalogDescription, FluxColumns } from './description.js'
import { releaseColumns } from './release-evidence.js'
import { OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type StarColumn } from './stars.js'

/** Where a magnitude error comes from: the flux over its error, or both apart. */
export type ErrorColumns = { readonly fluxOverError: string } | { readonly flux: string; readonly fluxError: string }

/** Which columns of a raw file hold what, by their own names. */
export interface ColumnPlan {
  readonly stars: ReadonlyMap<StarColumn, string>
  readonly errors: ReadonlyMap<OptionalStarColumn, ErrorColumns>
  readonly refEpoch: string | undefined
  /** Column of designations, `Gaia DR3 ...`. */
  readonly designation: string | undefined
  /** Columns that were asked for by name and that no calibration reads: that name, and the raw one. */
  readonly further: ReadonlyMap<string, string>
}

const REQUIRED: readonly StarColumn[] = ['sourceId', 'raDeg', 'decDeg', 'mag']

/** Columns that a store takes beside id, position and magnitude. */
export interface ColumnChoice {
  /** Taken where an input has them. */
  readonly wanted: readonly OptionalStarColumn[]
  /** Of these, those that were asked for by name: every input must have them. */
  readonly required: readonly OptionalStarColumn[]
  /** Raw names beyond the description's, which every input must have. */
  readonly further: readonly string[]
}

const DEFAULT_COLUMNS = ['magErr', 'bpMag', 'bpMagErr', 'rpMag', 'rpMagErr', 'bpRpExcess', 'pmRaCosDecMasYr', 'pmDecMasYr'] as const

/**
 * The choice that `--columns` names: `basic` (id, position, magnitude), `default` (with BP and RP, the errors, the flux excess and the proper
 * motion), and columns by their raw names, as `default,parallax,ruwe,pmra_error`.
 *
 * @throws CommandError for a name that cannot be one
 */
export function chooseColumns(names: readonly string[], description: CatalogDescription): ColumnChoice {
  const wanted = new Set<OptionalStarColumn>()
  const required = new Set<OptionalStarColumn>()
  const further = new Set<string>()
  for (const name of names) {
    if (name === 'basic') continue
    if (name === 'default') {
      for (const star of DEFAULT_COLUMNS) wanted.add(star)
      continue
    }
    if (!/^\w+$/.test(name)) throw new CommandError('bad-option', 'this is no name of a column', { option: '--columns', found: name, expected: 'basic, default, or names of the input' })
    const known = Object.entries(description.columns).find(([, raw]) => raw.some((candidate) => candidate.toLowerCase() === name.toLowerCase()))?.[0] as StarColumn | undefined
    if (known === undefined) further.add(name)
    else if (!REQUIRED.includes(known)) {
      wanted.add(known as OptionalStarColumn)
      required.add(known as OptionalStarColumn)
    }
  }
  return { wanted: OPTIONAL_STAR_COLUMNS.filter((star) => wanted.has(star)), required: [...required], further: [...further].sort() }
}

/** Finds the columns of a raw file by the names of the description, in upper or lower case. Throws InputError naming the first that is missing. */
export function planColumns(names: readonly string[], description: CatalogDescription, file: string, choice: ColumnChoice): ColumnPlan {
  const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]))
  const find = (candidates: readonly string[] | undefined): string | undefined =>
    candidates?.map((candidate) => byLowerCase.get(candidate.toLowerCase())).find((name) => name !== undefined)
  const missing = (column: string): InputError => {
    const found = names.length > 12 ? `${names.slice(0, 12).join(',')},... (${names.length} columns)` : names.join(',')
    return new InputError('missing-column', 'the file has no such column', { file, column, found })
  }
  const stars = new Map<StarColumn, string>()
  for (const star of [...REQUIRED, ...choice.wanted]) {
    const name = find(description.columns[star])
    if (name !== undefined) stars.set(star, name)
    else if (REQUIRED.includes(star)) throw missing((description.columns[star] ?? [star]).join(' or '))
  }
  const errors = new Map<OptionalStarColumn, ErrorColumns>()
  for (const [star, columns] of Object.entries(description.errorsFromFlux ?? {}) as [OptionalStarColumn, FluxColumns][]) {
    const [fluxOverError, flux, fluxError] = [find(columns.fluxOverError), find(columns.flux), find(columns.fluxError)]
    if (stars.has(star) || !choice.wanted.includes(star)) continue
    if (fluxOverError !== undefined) errors.set(star, { fluxOverError })
    else if (flux !== undefined && fluxError !== undefined) errors.set(star, { flux, fluxError })
  }
  const lacking = choice.required.find((star) => !stars.has(star) && !errors.has(star))
  if (lacking !== undefined) throw missing((description.columns[lacking] ?? [lacking]).join(' or '))
  const further = new Map<string, string>()
  for (const name of choice.further) {
    const raw = find([name])
    if (raw === undefined) throw missing(name)
    further.set(name, raw)
  }
  const { refEpoch, designation } = releaseColumns(names)
  return { stars, errors, refEpoch, designation, further }
}

/** The original's layout: id, RA, Dec, magnitude, whatever the header calls them. */
export function planByPosition(names: readonly string[]): ColumnPlan {
  return { stars: new Map(REQUIRED.map((star, i) => [star, names[i]!])), errors: new Map(), refEpoch: undefined, designation: undefined, further: new Map() }
}

/** The raw names that a plan reads. */
export function plannedNames(plan: ColumnPlan): string[] {
  const errors = [...plan.errors.values()].flatMap((error) => Object.values(error) as string[])
  const ofRelease = [plan.refEpoch, plan.designation].filter((name) => name !== undefined)
  return [...new Set([...plan.stars.values(), ...errors, ...plan.further.values(), ...ofRelease])]
}
