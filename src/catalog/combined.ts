import type { CellRanges } from '../healpix/index.js'
import type { Catalog } from './catalog.js'
import { missingSqDeg, unionAtFinest } from './coverage.js'

/** Several catalogues whose stars are to be calibrated with together. */
export interface CombinedCatalog extends Catalog {
  /** In the order of their priority. */
  readonly parts: readonly Catalog[]
  /** `mean`: every star by all of them. `priority`: every CCD by the first that covers it. */
  readonly combination: 'mean' | 'priority'
}

/** Whether a catalogue is several. */
export const isCombined = (catalog: Catalog): catalog is CombinedCatalog => 'parts' in catalog

/**
 * Catalogues as one: known where any of them is, its name and hash those of all, everything else of the first. What
 * reads single stars of it (plots, regions) gets those of the first.
 */
export async function combinedCatalog(
  parts: readonly Catalog[],
  combination: CombinedCatalog['combination'],
): Promise<CombinedCatalog> {
  const first = parts[0]!
  const coverage = parts.map((part) => part.coverage).reduce(unionAtFinest)
  return {
    ...first,
    name: parts.map(({ name }) => name).join('+'),
    location: parts.map(({ location }) => location).join(', '),
    rowCount: parts.reduce((sum, { rowCount }) => sum + rowCount, 0),
    coverage,
    hash: await sha256([combination, ...parts.map(({ hash }) => hash)].join('\n')),
    get counters() {
      const sum = (of: 'starsRead' | 'bytesRead' | 'requests') =>
        parts.reduce((total, { counters }) => total + counters[of], 0)
      return { starsRead: sum('starsRead'), bytesRead: sum('bytesRead'), requests: sum('requests') }
    },
    read: (footprint, columns) => first.read(footprint, columns),
    missingSqDeg: (footprint: CellRanges) => missingSqDeg(footprint, coverage),
    ...{ parts, combination },
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
