import { hasCommonBand, type NamedFilter } from './filter-names.js'

/** A photometric system that magnitudes can be given in. */
interface SystemFacts {
  /** `AB` (Oke & Gunn 1983) or `Vega`; SDSS's own zeropoints are AB but for u (-0.04 mag) and z (+0.02 mag). */
  readonly magnitudes: 'AB' | 'Vega'
  /** For sentences. */
  readonly title: string
  /** The bands that relations may lead to. */
  readonly bands: readonly string[]
}

/** The systems that relations of a catalogue may lead to, by the name that people write. */
export const RELATION_SYSTEMS = ['des-ab', 'ps1-ab', 'sdss', 'johnson-cousins-vega', 'gaia-vega'] as const
export type RelationSystem = (typeof RELATION_SYSTEMS)[number]

/** What a calibration may be asked for: `catalog` is the catalogue's own magnitude as it is. */
export const PHOTOMETRIC_SYSTEMS = [...RELATION_SYSTEMS, 'catalog'] as const
export type PhotometricSystem = (typeof PHOTOMETRIC_SYSTEMS)[number]

export const SYSTEM_FACTS: Readonly<Record<RelationSystem, SystemFacts>> = {
  'des-ab': { magnitudes: 'AB', title: 'DES', bands: ['g', 'r', 'i', 'z', 'Y'] },
  'ps1-ab': { magnitudes: 'AB', title: 'PS1', bands: ['g', 'r', 'i', 'z', 'Y'] },
  sdss: { magnitudes: 'AB', title: 'SDSS', bands: ['u', 'g', 'r', 'i', 'z'] },
  'johnson-cousins-vega': { magnitudes: 'Vega', title: 'Johnson-Cousins', bands: ['B', 'V', 'R', 'I'] },
  'gaia-vega': { magnitudes: 'Vega', title: 'Gaia', bands: ['G', 'bp', 'rp'] },
}

/** Those of a system as a product names it; undefined for `catalog`, and for text that is no system. */
export const factsOfSystem = (system: string): SystemFacts | undefined =>
  Object.hasOwn(SYSTEM_FACTS, system) ? SYSTEM_FACTS[system as RelationSystem] : undefined

/** Filters of most of the visible light: none at all, luminance, PS1's w, V + R, g + r + i. They resemble Gaia's G. */
const LIKE_GAIA_G = ['clear', 'C', 'L', 'w', 'wp1', 'white', 'VR', 'V+R', 'gri']
/** Kron's and Cousins's R and I may be written with their letter; those of Johnson (Rj, Ij) are other passbands. */
const COUSINS: Readonly<Partial<Record<string, string>>> = { Rc: 'R', Ic: 'I' }

/**
 * The band of a system that a filter is made after or resembles; undefined if it has none. The bands of des-ab, ps1-ab
 * and sdss go by one letter; whether the system has a relation to it is another question.
 */
export function bandInSystem(system: RelationSystem, filter: NamedFilter): string | undefined {
  if (system === 'gaia-vega') return LIKE_GAIA_G.includes(filter.band) ? 'G' : undefined
  if (system !== 'johnson-cousins-vega') return hasCommonBand(filter) ? filter.band : undefined
  if (filter.system !== 'johnson-cousins') return undefined
  const band = COUSINS[filter.band] ?? filter.band
  return ['U', ...SYSTEM_FACTS[system].bands].includes(band) ? band : undefined
}

/** The systems that have a band of a filter. */
export const systemsWith = (filter: NamedFilter): readonly RelationSystem[] =>
  RELATION_SYSTEMS.filter((system) => bandInSystem(system, filter) !== undefined)
