import { InputError } from '../../errors.js'
import type { CatalogDescription } from '../description.js'
import type { FluxUnit, QualityCut, RawForm } from '../raw-form.js'
import { errorColumnOf, type MagnitudeColumn, type OptionalStarColumn, type StarColumn } from '../stars.js'

/** Columns that a store takes beside id, position and magnitude, and those that an input must have. */
interface WantedColumns {
  readonly wanted: readonly OptionalStarColumn[]
  readonly required: readonly OptionalStarColumn[]
  readonly further: readonly string[]
}

/** A magnitude of a flux, by the file's own names. */
interface FluxPlan {
  readonly mag?: string
  readonly flux: string
  readonly fluxErr: string
  readonly njyPer: FluxUnit
}

/** Which columns of a file of a form hold what, by the file's own names. */
export interface FormPlan {
  readonly form: RawForm
  readonly stars: ReadonlyMap<StarColumn, string>
  readonly fluxes: ReadonlyMap<MagnitudeColumn, FluxPlan>
  readonly cuts: readonly (QualityCut & { readonly blanks?: MagnitudeColumn })[]
  readonly further: ReadonlyMap<string, string>
}

/** How the columns of a file fit a form; `missing` is empty if they do. */
export interface FormFit {
  readonly missing: readonly string[]
  /** What it has that a file of the form has not. */
  readonly tooMuch: readonly string[]
  readonly found: number
}

const finder = (names: readonly string[]) => {
  const byLower = new Map(names.map((name) => [name.toLowerCase(), name]))
  return (name: string): string | undefined => byLower.get(name.toLowerCase())
}

/** Compares the names of a file with the marks of a form. */
export function fitOfForm(names: readonly string[], form: RawForm): FormFit {
  const find = finder(names)
  const missing = form.marks.filter((mark) => find(mark) === undefined)
  const tooMuch = (form.without ?? []).filter((name) => find(name) !== undefined)
  return { missing, tooMuch, found: form.marks.length - missing.length }
}

/**
 * Finds the columns of a file of a form.
 *
 * @throws InputError naming a column that is missing, or is there twice
 */
export function planForm(
  names: readonly string[],
  form: RawForm,
  description: CatalogDescription,
  file: string,
  choice: WantedColumns,
): FormPlan {
  const find = (wanted: string): string | undefined => {
    const found = names.filter((name) => name.toLowerCase() === wanted.toLowerCase())
    if (found.length > 1)
      throw new InputError('ambiguous-column', 'the file has the column more than once', {
        file,
        column: wanted,
        found: found.join(' and '),
      })
    return found[0]
  }
  const need = (wanted: string): string => {
    const found = find(wanted)
    if (found !== undefined) return found
    const list = names.length > 12 ? `${names.slice(0, 12).join(',')},... (${names.length} columns)` : names.join(',')
    throw new InputError('missing-column', `the file has no such column, as ${description.name} (${form.title}) has`, {
      file,
      column: wanted,
      found: list,
    })
  }
  const isChosen = (star: StarColumn) =>
    star === 'sourceId' || star === 'raDeg' || star === 'decDeg' || star === 'mag' || choice.wanted.includes(star)
  const isNeeded = (star: StarColumn) =>
    star === 'sourceId' || star === 'mag' || ((star === 'raDeg' || star === 'decDeg') && form.positionsMayLack !== true)
  const stars = new Map<StarColumn, string>()
  for (const [star, name] of Object.entries(form.columns) as [StarColumn, string][]) {
    const found = isNeeded(star) || choice.required.some((one) => one === star) ? need(name) : find(name)
    if (found !== undefined && isChosen(star)) stars.set(star, found)
  }
  const fluxes = new Map<MagnitudeColumn, FluxPlan>()
  for (const [band, { mag, flux, fluxErr, unit }] of Object.entries(form.fluxes ?? {})) {
    const { column } = description.bands[band]!
    if (!isChosen(column) || (column !== 'mag' && find(flux) === undefined)) continue
    const named = { flux: need(flux), fluxErr: need(fluxErr), njyPer: unit }
    fluxes.set(column, mag === undefined ? named : { ...named, mag: need(mag) })
  }
  const cuts = (form.cuts ?? []).flatMap((cut) => {
    const blanks = cut.of === undefined ? undefined : description.bands[cut.of]!.column
    if (blanks !== undefined && !stars.has(blanks) && !fluxes.has(blanks)) return []
    const column = cut.optional === true ? find(cut.column) : need(cut.column)
    return column === undefined ? [] : [{ ...cut, column, ...(blanks === undefined ? {} : { blanks }) }]
  })
  const further = new Map(choice.further.map((name) => [name, need(name)]))
  return { form, stars, fluxes, cuts, further }
}

/** The raw names that a plan reads. */
export function formNames({ stars, fluxes, cuts, further }: FormPlan): string[] {
  const ofFluxes = [...fluxes.values()].flatMap(({ mag, flux, fluxErr }) => [...(mag ? [mag] : []), flux, fluxErr])
  return [...new Set([...stars.values(), ...ofFluxes, ...cuts.map(({ column }) => column), ...further.values()])]
}

/** What the columns of a form were taken for, in one sentence. */
export function formTaken({ form, stars, fluxes }: FormPlan, description: CatalogDescription): string {
  const bandOf = new Map(
    Object.entries(description.bands).map(([name, band]) => [band.column as string, { name, ...band }]),
  )
  const textOf = (star: StarColumn, raw: string): string => {
    const band = bandOf.get(star)
    if (band !== undefined) return `${band.name} (${band.system}, ${band.magnitudes}) = ${raw}`
    const ofError = [...bandOf].find(([column]) => errorColumnOf(column as MagnitudeColumn) === star)?.[1]
    return `${ofError === undefined ? (SAID[star] ?? star) : `error of ${ofError.name}`} = ${raw}`
  }
  const parts = [
    ...[...stars].map(([star, raw]) => textOf(star, raw)),
    ...[...fluxes].map(([star, { mag, flux, njyPer }]) => textOf(star, mag ?? `${flux} [${njyPer}]`)),
  ]
  return `${description.name}, ${form.title}: ${parts.join(', ')}`
}

const SAID: Readonly<Partial<Record<StarColumn, string>>> = {
  sourceId: 'id',
  raDeg: 'RA',
  decDeg: 'Dec',
  pmRaCosDecMasYr: 'pmRA',
  pmDecMasYr: 'pmDec',
}
