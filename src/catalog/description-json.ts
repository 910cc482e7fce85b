import { readableJson } from '../formats/readable-json.js'
import type { BandRelation, CatalogDescription } from './description.js'
import { ownBand } from './description.js'
import type { RelationSystem } from '../camera/photometric-systems.js'
import type { SystemRelations } from './relation.js'

/**
 * A description with some of its relations replaced, or new ones, as the text of a file: what reading fills in of
 * itself is left out, and a band that has a relation now is no longer refused.
 */
export function descriptionWith(
  description: CatalogDescription,
  system: RelationSystem,
  relations: Readonly<Record<string, BandRelation>>,
  level: CatalogDescription['level'],
): string {
  const before: SystemRelations =
    system === 'des-ab' ? description : (description.systems?.[system] ?? { relations: {}, refused: {} })
  const after = {
    relations: { ...before.relations, ...relations },
    refused: Object.fromEntries(Object.entries(before.refused).filter(([band]) => relations[band] === undefined)),
  }
  const { relations: _relations, refused: _refused, level: ownLevel, ...rest } = description
  const ofDes = system === 'des-ab' ? after : { relations: description.relations, refused: description.refused }
  const ofOthers = system === 'des-ab' ? description.systems : { ...description.systems, [system]: after }
  const own = ownBand(description.bands)
  const whole = {
    ...rest,
    ...((ownLevel ?? level) && { level: ownLevel ?? level }),
    relations: written(ofDes.relations, own),
    refused: ofDes.refused,
    ...(ofOthers && {
      systems: Object.fromEntries(
        Object.entries(ofOthers).map(([name, of]) => [
          name,
          { relations: written(of.relations, own), refused: of.refused },
        ]),
      ),
    }),
  }
  return readableJson(whole)
}

function written(relations: SystemRelations['relations'], own: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(relations).map(([band, relation]) => {
      const { bands: _bands, fittedTo, base, colour, curve, pivot, coefficients, ...rest } = relation
      const ofCurve = curve === 'spline' ? {} : { pivot, coefficients }
      return [band, { fittedTo, ...(base === own ? {} : { base }), colour, curve, ...ofCurve, ...rest }]
    }),
  )
}
