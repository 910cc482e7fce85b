import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { components } from '../../src/measure/components.js'
import { RunList } from '../../src/measure/runs.js'

/** Groups by flooding from each pixel: slow and plain. */
function flooded(isAbove: Uint8Array, columns: number, leastPixels: number): number[][] {
  const rows = isAbove.length / columns
  const seen = new Set<number>()
  const groups: number[][] = []
  for (let first = 0; first < isAbove.length; first++) {
    if (isAbove[first] === 0 || seen.has(first)) continue
    const group = [first]
    seen.add(first)
    for (const i of group) {
      const [x, y] = [i % columns, Math.floor(i / columns)]
      for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
          const near = v * columns + u
          if (isAbove[near] === 0 || seen.has(near)) continue
          seen.add(near)
          group.push(near)
        }
    }
    if (group.length >= leastPixels) groups.push(group.sort((a, b) => a - b))
  }
  return groups
}

/** The runs of pixels above, each of which has its index as value. */
function runsOf(isAbove: Uint8Array, columns: number): RunList {
  const runs = new RunList()
  const limit = new Float64Array(columns).fill(-1)
  for (let y = 0; y < isAbove.length / columns; y++) {
    const row = Float64Array.from(limit, (_, x) => (isAbove[y * columns + x] === 1 ? y * columns + x : -2))
    runs.addRow(y, row, limit)
  }
  return runs
}

test.each([0.02, 0.2, 0.38, 0.45, 0.7, 1])('groups are those that flooding finds, %d of the pixels above', (share) => {
  const random = seededRandom(4)
  for (const [columns, rows] of [
    [37, 41],
    [1, 90],
    [90, 1],
    [64, 64],
  ] as const) {
    const isAbove = Uint8Array.from({ length: columns * rows }, () => (random.uniform() < share ? 1 : 0))
    for (const least of [1, 4]) {
      const { count, starts, pixels, values, limits } = components(runsOf(isAbove, columns), columns, least)
      const found = Array.from({ length: count }, (_, g) => [...pixels.subarray(starts[g]!, starts[g + 1]!)])
      expect(found).toEqual(flooded(isAbove, columns, least))
      expect([...values]).toEqual([...pixels])
      expect(limits).toEqual(new Float32Array(count).fill(-1))
    }
  }
})
