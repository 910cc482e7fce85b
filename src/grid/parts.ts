import type { GridExposure } from './workflow.js'

/** Exposures by night or band, each group in the order given; groups by name. An unknown night is `unknown`. */
export function partsBy(
  key: 'night' | 'band',
  exposures: readonly GridExposure[],
): { readonly name: string; readonly exposures: readonly GridExposure[] }[] {
  const parts = new Map<string, GridExposure[]>()
  for (const exposure of exposures) {
    const name = `${key}_${((key === 'night' ? exposure.nite : exposure.band) || 'unknown').replace(
      /[^A-Za-z0-9_]/g,
      '_',
    )}`
    const part = parts.get(name)
    if (part) part.push(exposure)
    else parts.set(name, [exposure])
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, some]) => ({ name, exposures: some }))
}

/**
 * Consecutive runs of exposures that take about the same time, in the order given (on the sky, so that a run reads few
 * partitions of the catalogue).
 *
 * @param perChunkS time that a run may take [s]
 * @param costS time of an exposure [s]
 */
export function chunksOf(
  exposures: readonly GridExposure[],
  perChunkS: number,
  costS: (exposure: GridExposure) => number,
): GridExposure[][] {
  const total = exposures.reduce((sum, exposure) => sum + costS(exposure), 0)
  const chunks: GridExposure[][] = Array.from({ length: Math.max(1, Math.ceil(total / perChunkS)) }, () => [])
  let before = 0
  for (const exposure of exposures) {
    const middle = before + costS(exposure) / 2
    chunks[Math.min(chunks.length - 1, Math.floor((middle / total) * chunks.length))]!.push(exposure)
    before += costS(exposure)
  }
  return chunks.filter((chunk) => chunk.length > 0)
}
