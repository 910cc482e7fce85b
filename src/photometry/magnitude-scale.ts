/** Whether the magnitudes of a system are AB or Vega; null if nobody says. Gaia's own are Vega (Riello et al. 2021). */
export const magnitudeScale = (system: string, catalog: string): 'AB' | 'Vega' | null =>
  system === 'des-ab' ? 'AB' : catalog.startsWith('gaia') ? 'Vega' : null
