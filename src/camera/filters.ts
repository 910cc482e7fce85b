import { InputError } from '../errors.js'
import { matchPattern } from './pattern.js'
import { FILTER_SYSTEMS, namedFilter, type FilterSystem, type NamedFilter } from './filter-names.js'

/** How a camera's headers write one filter. */
export interface CameraFilter {
  /** FILTER as it is written, but for the case of letters and the number of blanks. */
  readonly names?: readonly string[]
  /** Regular expression of the whole name, case of letters ignored; a group is the band, if `band` does not say it. */
  readonly pattern?: string
  readonly band?: string
  readonly system: FilterSystem
}

export const isFilterSystem = (value: unknown): value is FilterSystem =>
  typeof value === 'string' && (FILTER_SYSTEMS as readonly string[]).includes(value)

/**
 * Whose passband a camera's filter is, if only the camera's description says so: not if the general table says the same
 * of the name.
 */
export function ownFilterSystem(
  name: string,
  camera: { readonly filters?: readonly CameraFilter[] } | undefined,
): FilterSystem | undefined {
  const system = filterOfCamera(name, camera)?.system
  return system === namedFilter(name)?.system ? undefined : system
}

const plain = (name: string): string => name.trim().replace(/\s+/g, ' ').toLowerCase()

/**
 * The filter that a name means in the headers of a camera: by its description, else by the general table; undefined if
 * neither knows it.
 *
 * @throws InputError `ambiguous-filter` if the description gives the name two meanings
 */
export function filterOfCamera(
  name: string,
  camera: { readonly filters?: readonly CameraFilter[] } | undefined,
): NamedFilter | undefined {
  const written = plain(name)
  const meant: NamedFilter[] = []
  for (const { names = [], pattern, band, system } of camera?.filters ?? []) {
    const found = pattern === undefined ? null : matchPattern(pattern, name.replace(/\s+/g, ' '), true)
    const own = names.some((one) => plain(one) === written)
    const letter = own ? band : (band ?? found?.[1])
    if ((own || found !== null) && letter !== undefined) meant.push({ band: letter, system })
  }
  const [first] = meant
  const other = meant.find(({ band, system }) => band !== first!.band || system !== first!.system)
  if (other !== undefined) {
    throw new InputError('ambiguous-filter', "the camera's description gives the filter two meanings", {
      found: `'${name}' is ${first!.system} ${first!.band} and ${other.system} ${other.band}`,
      expected: 'one',
    })
  }
  return first ?? namedFilter(name)
}
