import { CommandError, InputError } from '../../errors.js'
import type { CatalogDescription, FluxColumns } from '../description.js'
import { releaseColumns } from '../release-evidence.js'
import { findColumn, type Table } from '../../table/columns.js'
import { factorOf } from './column-units.js'
import { formNames, type FormPlan } from './form-plan.js'
import { errorColumnOf, OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type StarColumn } from '../stars.js'

/** Where a magnitude error comes from: the flux over its error, or both apart. */
type ErrorColumns = { readonly fluxOverError: string } | { readonly flux: string; readonly fluxError: string }

/** Which columns of a raw file hold what, by their own names. */
export interface ColumnPlan {
  readonly stars: ReadonlyMap<StarColumn, string>
  readonly errors: ReadonlyMap<OptionalStarColumn, ErrorColumns>
  readonly refEpoch: string | undefined
  /** Column of designations, `Gaia DR3 ...`. */
  readonly designation: string | undefined
  /** Columns that were asked for by name and that no calibration reads: that name, and the raw one. */
  readonly further: ReadonlyMap<string, string>
  /** Of a file of another form than the store's, which is made over first. */
  readonly ofForm?: FormPlan
}

const REQUIRED: readonly StarColumn[] = ['sourceId', 'raDeg', 'decDeg', 'mag']

/** Columns that a store takes beside id, position and magnitude. */
export interface ColumnChoice {
  /** Taken if an input has them. */
  readonly wanted: readonly OptionalStarColumn[]
  /** Of these, those that were asked for by name: every input must have them. */
  readonly required: readonly OptionalStarColumn[]
  /** Raw names beyond the description's, which every input must have. */
  readonly further: readonly string[]
}

const DEFAULT_COLUMNS = [
  'magErr',
  'bpMag',
  'bpMagErr',
  'rpMag',
  'rpMagErr',
  'bpRpExcess',
  'pmRaCosDecMasYr',
  'pmDecMasYr',
] as const

/**
 * The choice that `--columns` names: `basic` (id, position, magnitude), `default` (with BP and RP, the errors, the flux
 * excess and the proper motion), and columns by their raw names, as `default,parallax,ruwe,pmra_error`.
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
      for (const star of [...DEFAULT_COLUMNS, ...bandColumns(description)]) wanted.add(star)
      continue
    }
    if (!/^\w+$/.test(name))
      throw new CommandError('bad-option', 'this is no name of a column', {
        option: '--columns',
        found: name,
        expected: 'basic, default, or names of the input',
      })
    const known = Object.entries(description.columns).find(([, raw]) =>
      raw.some((candidate) => candidate.toLowerCase() === name.toLowerCase()),
    )?.[0] as StarColumn | undefined
    if (known === undefined) further.add(name)
    else if (!REQUIRED.includes(known)) {
      wanted.add(known as OptionalStarColumn)
      required.add(known as OptionalStarColumn)
    }
  }
  return {
    wanted: OPTIONAL_STAR_COLUMNS.filter((star) => wanted.has(star)),
    required: [...required],
    further: [...further].sort(),
  }
}

/** Every magnitude of a catalogue beside its own, and the errors of all. */
function bandColumns({ bands }: CatalogDescription): OptionalStarColumn[] {
  return Object.values(bands).flatMap(({ column }) =>
    column === 'mag' ? [errorColumnOf(column)] : [column, errorColumnOf(column)],
  )
}

/** The archive's names, in upper or lower case, or VizieR's as they are written. */
type Naming = 'archive' | 'vizier'

const inNaming = (naming: Naming, name: string): string => (naming === 'vizier' ? name : name.toLowerCase())
const columnsOf = (naming: Naming, description: CatalogDescription) =>
  naming === 'vizier' ? (description.vizierColumns ?? {}) : description.columns

/** Whether names have all that is needed, in a naming. */
function isComplete(naming: Naming, names: readonly string[], description: CatalogDescription): boolean {
  const present = new Set(names.map((name) => inNaming(naming, name)))
  return REQUIRED.every(
    (star) => columnsOf(naming, description)[star]?.some((name) => present.has(inNaming(naming, name))) === true,
  )
}

/** Whether the file's names have all that is needed. */
export function isPlannable(names: readonly string[], description: CatalogDescription): boolean {
  return isComplete('archive', names, description) || isComplete('vizier', names, description)
}

/** Whether a file goes by VizieR's names. */
export function hasVizierNames(names: readonly string[], description: CatalogDescription): boolean {
  return isComplete('vizier', names, description)
}

/**
 * Finds the columns of a raw file by the names of the description: the archive's in upper or lower case, or VizieR's.
 *
 * @throws InputError naming the first that is missing, one that is there twice, and the columns of a file that has both
 *   namings
 */
export function planColumns(
  names: readonly string[],
  description: CatalogDescription,
  file: string,
  choice: ColumnChoice,
): ColumnPlan {
  const seemsVizier = isComplete('vizier', names, description) || (names.includes('Source') && names.includes('Gmag'))
  const naming = isComplete('archive', names, description) || !seemsVizier ? 'archive' : 'vizier'
  if (naming === 'archive' && isComplete('archive', names, description) && isComplete('vizier', names, description)) {
    const found = 'source_id and Source, ra and RA_ICRS, ...'
    throw new InputError(
      'two-namings',
      "the file has the columns twice, under the archive's names and VizieR's: leave one set out",
      { file, found },
    )
  }
  const columns = columnsOf(naming, description)
  const find = (candidates: readonly string[] | undefined): string | undefined => {
    for (const candidate of candidates ?? []) {
      const found = names.filter((name) => inNaming(naming, name) === inNaming(naming, candidate))
      if (found.length > 1)
        throw new InputError('ambiguous-column', 'the file has the column more than once', {
          file,
          column: candidate,
          found: found.join(' and '),
        })
      if (found[0] !== undefined) return found[0]
    }
    return undefined
  }
  const missing = (column: string): InputError => {
    const found = names.length > 12 ? `${names.slice(0, 12).join(',')},... (${names.length} columns)` : names.join(',')
    const atEpoch2000 =
      names.some((name) => /^_?RAJ2000$/i.test(name)) &&
      (columns.raDeg ?? []).some((name) => column.split(' or ').includes(name))
    const sentence = atEpoch2000
      ? 'the file has no such column; RAJ2000 and DEJ2000 are of epoch 2000, not the ' +
        "catalogue's: take RA_ICRS and DE_ICRS from VizieR"
      : 'the file has no such column'
    return new InputError('missing-column', sentence, { file, column, found })
  }
  const stars = new Map<StarColumn, string>()
  for (const star of [...REQUIRED, ...choice.wanted]) {
    const name = find(columns[star])
    if (name !== undefined) stars.set(star, name)
    else if (REQUIRED.includes(star)) throw missing((columns[star] ?? [star]).join(' or '))
  }
  const errors = new Map<OptionalStarColumn, ErrorColumns>()
  for (const [star, columns] of Object.entries(description.errorsFromFlux ?? {}) as [
    OptionalStarColumn,
    FluxColumns,
  ][]) {
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

/**
 * What the columns of a file were taken for, `phot_g_mean_mag = Gmag [mag]`, as names of the description and of the
 * file; empty if the file has the description's own names and units.
 */
export function columnsTaken(plan: ColumnPlan, table: Table, description: CatalogDescription): string[] {
  const taken = [...plan.stars].map(([star, raw]) => {
    const unit = findColumn(table, raw)?.unit
    const name = description.columns[star]?.[0] ?? star
    const isOwn = raw.toLowerCase() === name.toLowerCase() && factorOf(star, unit, { file: '', column: raw }) === 1
    return { isOwn, text: `${name} = ${raw}${unit === undefined ? '' : ` [${unit}]`}` }
  })
  return taken.every(({ isOwn }) => isOwn) ? [] : taken.map(({ text }) => text)
}

/** The raw names that a plan reads. */
export function plannedNames(plan: ColumnPlan): string[] {
  if (plan.ofForm !== undefined) return formNames(plan.ofForm)
  const errors = [...plan.errors.values()].flatMap((error) => Object.values(error) as string[])
  const ofRelease = [plan.refEpoch, plan.designation].filter((name) => name !== undefined)
  return [...new Set([...plan.stars.values(), ...errors, ...plan.further.values(), ...ofRelease])]
}
