import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { NO_STAR, sameStars, type DetectedStars } from '../../src/tied-products/same-stars.js'

/** Detections at offsets in arcsec from 10 deg, 60 deg south. */
function detected(rows: readonly (readonly [east: number, north: number, id: number])[], catalog = 0): DetectedStars {
  const cos = Math.cos(Math.PI / 3)
  return {
    raDeg: Float64Array.from(rows, ([east]) => 10 + east / 3600 / cos),
    decDeg: Float64Array.from(rows, ([, north]) => -60 + north / 3600),
    catalog: new Uint8Array(rows.length).fill(catalog),
    sourceId: BigInt64Array.from(rows, ([, , id]) => BigInt(id)),
  }
}

describe('detections of several exposures', () => {
  test('are one star if they have one row of a catalogue, wherever that has moved', () => {
    const { starOf, count, isDoubtful } = sameStars([detected([[0, 0, 7]]), detected([[5, 3, 7]])])
    expect([count, starOf[0]![0], starOf[1]![0], [...isDoubtful]]).toEqual([1, 0, 0, [0]])
  })

  test('by two catalogues are one star if they are nearest to each other within an arcsecond', () => {
    const { starOf } = sameStars([detected([[0, 0, 7]]), detected([[0.6, 0.6, 8]], 1), detected([[0.9, 0.9, 9]], 2)])
    expect(starOf.map(([star]) => star)).toEqual([0, 0, 0])
    const apart = sameStars([detected([[0, 0, 7]]), detected([[0.8, 0.8, 8]], 1)])
    expect(apart.starOf.map(([star]) => star)).toEqual([0, 1])
  })

  test('of two rows of one catalogue are never one star, and both are doubtful', () => {
    const { starOf, isDoubtful } = sameStars([detected([[0, 0, 7]]), detected([[0.3, 0, 8]])])
    expect(starOf.map(([star]) => star)).toEqual([0, 1])
    expect([...isDoubtful]).toEqual([1, 1])
  })

  test('of one exposure that have one row are doubtful; the second is of no star', () => {
    const twice = detected([
      [0, 0, 7],
      [0.2, 0, 7],
      [30, 0, 8],
    ])
    const { starOf, isDoubtful } = sameStars([twice, detected([[0, 0, 7]])])
    expect([...starOf[0]!]).toEqual([0, NO_STAR, 1])
    expect([...isDoubtful]).toEqual([1, 0])
    const later = sameStars([detected([[0, 0, 7]]), twice])
    expect([...later.starOf[1]!]).toEqual([0, NO_STAR, 1])
    expect([...later.isDoubtful]).toEqual([1, 0])
  })

  test('two near each other in another catalogue: the nearer is the star, and the star is doubtful', () => {
    const pair = detected(
      [
        [0.1, 0, 1],
        [0.7, 0, 2],
      ],
      1,
    )
    const { starOf, isDoubtful } = sameStars([detected([[0, 0, 7]]), pair])
    expect([...starOf[1]!]).toEqual([0, 1])
    expect([...isDoubtful]).toEqual([1, 1])
  })

  test('the grouping is that of any order of the exposures; positions are means', () => {
    const random = seededRandom(3)
    const stars = Array.from({ length: 300 }, () => [900 * random.uniform(), 900 * random.uniform()] as const)
    const exposures = [0, 1, 2, 3].map((k) =>
      detected(
        stars
          .map(([x, y], i) => [x + 0.05 * random.normal(), y + 0.05 * random.normal(), 1000 * k + i] as const)
          .filter(() => random.uniform() < 0.8),
        k,
      ),
    )
    const groupsOf = (order: readonly number[]) => {
      const { starOf, count, isDoubtful } = sameStars(order.map((k) => exposures[k]!))
      const groups: string[][] = Array.from({ length: count }, () => [])
      order.forEach((k, place) => {
        starOf[place]!.forEach((star, i) => {
          if (star !== NO_STAR && isDoubtful[star] === 0) groups[star]!.push(`${exposures[k]!.sourceId[i]}`)
        })
      })
      return groups
        .filter((group) => group.length > 0)
        .map((group) => group.sort().join())
        .sort()
    }
    const groups = groupsOf([0, 1, 2, 3])
    expect(groups.length).toBeGreaterThan(280)
    // Every group is of one star.
    for (const group of groups) expect(new Set(group.split(',').map((id) => Number(id) % 1000)).size).toBe(1)
    expect(groupsOf([3, 1, 0, 2])).toEqual(groups)
  })

  test('across RA 0, and none at all', () => {
    const at = (raDeg: number): DetectedStars => ({
      ...detected([[0, 0, raDeg > 180 ? 1 : 2]]),
      raDeg: Float64Array.of(raDeg),
    })
    const { starOf, raDeg } = sameStars([at(359.9999), { ...at(0.0001), catalog: Uint8Array.of(1) }])
    expect(starOf.map(([star]) => star)).toEqual([0, 0])
    expect(Math.min(raDeg[0]!, 360 - raDeg[0]!)).toBeLessThan(1e-9)
    expect(sameStars([detected([]), detected([])])).toMatchObject({ count: 0 })
  })
})
