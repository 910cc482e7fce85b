import { factsOfSystem, type PhotometricSystem } from '../camera/photometric-systems.js'

/** What is known of the magnitudes of a result. */
interface ScaledResult {
  readonly system: PhotometricSystem
  readonly catalog: string
  /** Absent in results of older versions. */
  readonly magnitudes?: 'AB' | 'Vega' | null
}

/**
 * Whether the magnitudes of a result are AB or Vega; null if unknown. In `catalog` they are the catalogue's own: Gaia's
 * are Vega (Riello et al. 2021).
 */
export function magnitudeScale({ system, catalog, magnitudes }: ScaledResult): 'AB' | 'Vega' | null {
  if (magnitudes !== undefined) return magnitudes
  if (system !== 'catalog') return factsOfSystem(system)?.magnitudes ?? null
  return catalog.startsWith('gaia') ? 'Vega' : null
}

/** A system and its scale for people: `sdss (AB)`; names such as des-ab say it themselves. */
export function systemInWords(result: ScaledResult): string {
  const scale = magnitudeScale(result)
  const isSaid = scale === null || result.system.endsWith(`-${scale.toLowerCase()}`)
  return isSaid ? result.system : `${result.system} (${scale})`
}
