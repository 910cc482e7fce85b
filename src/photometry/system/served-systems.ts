import { RELATION_SYSTEMS, SYSTEM_FACTS, type RelationSystem } from '../../camera/photometric-systems.js'
import type { Catalog } from '../../catalog/catalog.js'
import { missingBands } from './colour-relation.js'

/** A photometric system that a catalogue gives magnitudes in. */
export interface ServedSystem {
  readonly system: RelationSystem
  readonly magnitudes: 'AB' | 'Vega'
  /** In the order of the system. */
  readonly bands: readonly string[]
}

/** The systems that a store can be asked for, with the bands whose relations find the magnitudes that they read. */
export function servedSystems({ description, columns }: Pick<Catalog, 'description' | 'columns'>): ServedSystem[] {
  return RELATION_SYSTEMS.flatMap((system) => {
    const relations = (system === 'des-ab' ? description : description.systems?.[system])?.relations ?? {}
    const { magnitudes, bands: known } = SYSTEM_FACTS[system]
    const bands = known.filter((band) => {
      const relation = relations[band]
      return relation !== undefined && missingBands(relation, columns).length === 0
    })
    return bands.length === 0 ? [] : [{ system, magnitudes, bands }]
  })
}
