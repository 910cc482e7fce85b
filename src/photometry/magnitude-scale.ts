import { SYSTEM_FACTS, type RelationSystem } from '../camera/photometric-systems.js'

const SCALE_OF: Readonly<Partial<Record<string, { readonly magnitudes: 'AB' | 'Vega' }>>> = SYSTEM_FACTS

/**
 * Whether the magnitudes of a system are AB or Vega; null if nobody says. Of `catalog` they are the catalogue's own:
 * Gaia's are Vega (Riello et al. 2021).
 */
export const magnitudeScale = (system: RelationSystem | 'catalog', catalog: string): 'AB' | 'Vega' | null =>
  SCALE_OF[system]?.magnitudes ?? (catalog.startsWith('gaia') ? 'Vega' : null)
