import type { BandRelation } from '../catalog/relation.js'
import { median } from '../math/robust.js'
import { indicesWhere } from '../math/select.js'
import { raDifferenceDeg } from '../math/units.js'
import { fitCurve, type FittedCurve } from './curve.js'
import { judged, type Judgement } from './judge.js'
import { partOf, type RelationSample } from './sample.js'

/** How a fit to the other stars does on stars that it has not seen. */
export interface LeftOut {
  /** The stars that were judged. */
  readonly name: string
  readonly judgement: Judgement
}

/** Each field by a fit to the others; of a single field each half by the other, cut east-west and north-south. */
export function leftOut(sample: RelationSample, template: BandRelation, whole: FittedCurve): LeftOut[] {
  return partsLeftOut(sample).flatMap(({ name, isIn }) => {
    const [judgedRows, fittedRows] = [true, false].map((is) =>
      indicesWhere(sample.truth.length, (i) => isIn(i) === is),
    ) as [Uint32Array, Uint32Array]
    const curve = fitCurve(partOf(sample, fittedRows), template, whole.degree, whole)
    const judgement = curve && judged(partOf(sample, judgedRows), curve.relation)
    return judgement === undefined ? [] : [{ name, judgement }]
  })
}

function partsLeftOut({ sky, stars }: RelationSample): { name: string; isIn: (i: number) => boolean }[] {
  const present = sky.fields.map((field, f) => ({ ...field, f })).filter(({ f }) => sky.field.includes(f))
  if (present.length > 1) return present.map(({ name, f }) => ({ name, isIn: (i: number) => sky.field[i] === f }))
  const [{ raDeg }] = present as [(typeof present)[number]]
  const east = stars.raDeg.map((ra) => raDifferenceDeg(ra, raDeg))
  const [middle, height] = [median(east), median(stars.decDeg)]
  return [
    { name: 'east half', isIn: (i) => east[i]! > middle },
    { name: 'west half', isIn: (i) => east[i]! <= middle },
    { name: 'north half', isIn: (i) => stars.decDeg[i]! > height },
    { name: 'south half', isIn: (i) => stars.decDeg[i]! <= height },
  ]
}
