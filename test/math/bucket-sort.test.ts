import { expect, test } from 'vitest'
import { bucketSort, sortingRoom } from '../../src/math/bucket-sort.js'
import { seededRandom } from '../../src/math/random.js'

const random = seededRandom(4)
const lists: Readonly<Record<string, () => number>> = {
  even: () => random.uniform(),
  'in two far clumps': () => random.normal() + (random.uniform() < 0.5 ? 0 : 1e9),
  'all in one bucket but one': () => (random.uniform() < 0.01 ? 1e300 : random.normal()),
  'of few values': () => Math.floor(5 * random.uniform()),
  equal: () => 7,
  'whose range is beyond a double': () => (random.uniform() - 0.5) * 3 * 1e308,
  'a subnormal apart': () => (random.uniform() < 0.5 ? 0 : Number.MIN_VALUE),
}

test.each(Object.keys(lists))('numbers %s are sorted, what lies beside them is not touched', (name) => {
  for (const count of [0, 1, 2, 24, 25, 500, 3000]) {
    const values = Float64Array.from({ length: count + 4 }, lists[name]!)
    const expected = values.slice()
    expected.subarray(2, count + 2).sort()
    bucketSort(values, 2, count + 2, sortingRoom(count))
    expect(values, `${count} numbers`).toEqual(expected)
  }
})

test('the room of an earlier sort may be larger and used', () => {
  const room = sortingRoom(1000)
  for (const count of [1000, 30, 400]) {
    const values = Float64Array.from({ length: count }, () => random.normal())
    const expected = values.slice().sort()
    bucketSort(values, 0, count, room)
    expect(values).toEqual(expected)
  }
})
