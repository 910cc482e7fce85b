import type { Catalog } from './catalog.js'
import type { StarColumns } from './stars.js'

/** What is known of a catalogue without reading it: plain data that can pass to another thread. */
export type CatalogFacts = Pick<Catalog, 'name' | 'location' | 'description' | 'columns' | 'magType' | 'rowCount' | 'hash'>

/** The facts of an opened catalogue. */
export function catalogFacts({ name, location, description, columns, magType, rowCount, hash }: Catalog): CatalogFacts {
  return { name, location, description, columns, magType, rowCount, hash }
}

/** A catalogue of one footprint, whose stars were read already; or could not be, and then reading throws what was thrown. */
export function starsInHand(facts: CatalogFacts, stars: StarColumns | Error, missingSqDeg: number): Catalog {
  return {
    ...facts,
    coverage: { order: 0, ranges: new Float64Array(0) },
    counters: { starsRead: 0, bytesRead: 0, requests: 0 },
    missingSqDeg: () => missingSqDeg,
    read: () => (stars instanceof Error ? Promise.reject(stars) : Promise.resolve(stars)),
  }
}
