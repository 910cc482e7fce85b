/** A photometric system that magnitudes can be given in. */
interface SystemFacts {
  /** `AB` (Oke & Gunn 1983) or `Vega`; SDSS's own zeropoints are AB but for u (-0.04 mag) and z (+0.02 mag). */
  readonly magnitudes: 'AB' | 'Vega'
  /** For sentences. */
  readonly title: string
}

/** The systems that relations of a catalogue may lead to, by the name that people write. */
export const RELATION_SYSTEMS = ['des-ab', 'ps1-ab', 'sdss', 'johnson-cousins-vega', 'gaia-vega'] as const
export type RelationSystem = (typeof RELATION_SYSTEMS)[number]

export const SYSTEM_FACTS: Readonly<Record<RelationSystem, SystemFacts>> = {
  'des-ab': { magnitudes: 'AB', title: 'DES' },
  'ps1-ab': { magnitudes: 'AB', title: 'PS1' },
  sdss: { magnitudes: 'AB', title: 'SDSS' },
  'johnson-cousins-vega': { magnitudes: 'Vega', title: 'Johnson-Cousins' },
  'gaia-vega': { magnitudes: 'Vega', title: 'Gaia' },
}
