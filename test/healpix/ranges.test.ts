import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cellsInRanges,
  cellsOf,
  containsCell,
  intersectRanges,
  rangesAreaSqDeg,
  rangesAtOrder,
  rangesFromCells,
  subtractRanges,
  unionRanges,
  type CellRanges,
} from '../../src/healpix/index.js'

const ORDER = 2
const COUNT = 192
const around = Array.from({ length: COUNT + 2 }, (_, i) => i - 1)
const cells = fc.array(fc.integer({ min: 0, max: COUNT - 1 }), { maxLength: 150 })

/** The canonical form: ascending, disjoint, not touching. */
function expectCanonical(set: CellRanges) {
  expect(set.ranges.every((bound, i) => i === 0 || bound > set.ranges[i - 1]!)).toBe(true)
}

const listOf = (set: CellRanges) => Array.from(cellsOf(set))
const ascending = (values: Iterable<number>) => Array.from(new Set(values)).sort((a, b) => a - b)

describe('set algebra is that of sets of cells', () => {
  test('union, intersection, difference, membership, count', () => {
    fc.assert(
      fc.property(cells, cells, cells, (first, second, third) => {
        const a = rangesFromCells(ORDER, first)
        const b = rangesFromCells(ORDER, second)
        const all = unionRanges(a, b, rangesFromCells(ORDER, third), a)
        expect(listOf(all)).toEqual(ascending([...first, ...second, ...third]))
        expectCanonical(all)
        expect(unionRanges(a)).toEqual(a)
        const inA = new Set(first)
        const inB = new Set(second)
        expect(listOf(a)).toEqual(ascending(first))
        expect(listOf(unionRanges(a, b))).toEqual(ascending([...first, ...second]))
        expect(listOf(intersectRanges(a, b))).toEqual(ascending(first.filter((cell) => inB.has(cell))))
        expect(listOf(subtractRanges(a, b))).toEqual(ascending(first.filter((cell) => !inB.has(cell))))
        expect(around.filter((cell) => containsCell(a, cell))).toEqual(around.filter((cell) => inA.has(cell)))
        expect(cellsInRanges(a)).toBe(inA.size)
        for (const set of [a, b, unionRanges(a, b), intersectRanges(a, b), subtractRanges(a, b)]) expectCanonical(set)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('a finer order is the same area, and a coarser one takes in every touched cell', () => {
    fc.assert(
      fc.property(cells, fc.integer({ min: 0, max: 4 }), (list, order) => {
        const set = rangesFromCells(ORDER, list)
        const other = rangesAtOrder(set, order)
        expect(other.order).toBe(order)
        expectCanonical(other)
        if (order >= ORDER) {
          expect(rangesAreaSqDeg(other)).toBeCloseTo(rangesAreaSqDeg(set), 9)
          expect(listOf(rangesAtOrder(other, ORDER))).toEqual(listOf(set))
        } else expect(listOf(other)).toEqual(ascending(list.map((cell) => Math.floor(cell / 4 ** (ORDER - order)))))
      }),
      { seed: 8, numRuns: 500 },
    )
  })
})

test('ranges of the finest order stay exact', () => {
  const last = 12 * 4 ** 24 - 1
  const set = rangesFromCells(24, [last, 0, last - 1, 7])
  expect(Array.from(set.ranges)).toEqual([0, 1, 7, 8, last - 1, last + 1])
  expect(containsCell(set, last)).toBe(true)
  expect(containsCell(set, last - 2)).toBe(false)
})

test('the whole sky measures 41253 square degrees', () => {
  const sky: CellRanges = { order: 9, ranges: Float64Array.of(0, 12 * 4 ** 9) }
  expect(rangesAreaSqDeg(sky)).toBeCloseTo(41252.961249419, 8)
})

test('sets of two orders, and cells that do not exist, are refused', () => {
  const message = 'cell ranges of order 2 and 3: bring them to one order first (rangesAtOrder)'
  expect(() => unionRanges(rangesFromCells(2, [1]), rangesFromCells(3, [1]))).toThrow(new RangeError(message))
  expect(() => rangesFromCells(0, [12])).toThrow(
    new RangeError('HEALPix cell 12 of order 0: a whole number from 0 to 11 is needed'),
  )
  expect(() => rangesFromCells(1, [NaN])).toThrow(
    new RangeError('HEALPix cell NaN of order 1: a whole number from 0 to 47 is needed'),
  )
})
