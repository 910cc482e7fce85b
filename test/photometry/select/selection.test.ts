import { describe, expect, test } from 'vitest'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { selectAsOriginal } from '../../../src/photometry/select/original-selection.js'
import { selectStars } from '../../../src/photometry/select/selection.js'

const column = (...values: number[]) => Float64Array.from(values)

/** Four sound stars; the test changes what it is about. */
function sources(change: Partial<SourceColumns> = {}): SourceColumns {
  return {
    number: column(1, 2, 3, 4),
    raDeg: column(10, 10.1, 10.2, 10.3),
    decDeg: column(0, 0, 0, 0),
    flux: column(5000, 6000, 7000, 8000),
    fluxErr: column(10, 10, 10, 10),
    flags: column(0, 1, 2, 3),
    spreadModel: column(0.0001, -0.0002, 0.0003, 0.0004),
    spreadErrModel: column(0.0005, 0.0005, 0.0005, 0.0005),
    classStar: column(0.98, 0.97, 0.96, 0.95),
    ...change,
  }
}

describe('selectStars', () => {
  const kept = (change: Partial<SourceColumns>, saturation?: number) =>
    Array.from(selectStars(sources(change), saturation).selected)

  test('sound stars pass', () => {
    expect(kept({})).toEqual([1, 1, 1, 1])
  })

  test.each([
    ['position', { raDeg: column(NaN, 1, 1, 1), decDeg: column(0, 91, 0, 0) }, [0, 0, 1, 1]],
    ['signal', { flux: column(99.9, 100, NaN, -500) }, [0, 1, 0, 0]],
    ['signal', { fluxErr: column(0, NaN, -1, 10) }, [0, 0, 0, 1]],
    ['flags', { flags: column(3, 4, 16, NaN) }, [1, 0, 0, 0]],
    ['imageFlags', { imaflagsIso: column(0, 2, 0, 32) }, [1, 0, 1, 0]],
    ['notStarLike', { spreadModel: column(0.02, -0.02, 0.004, 0.0041) }, [0, 0, 1, 0]],
    ['notStarLike', { spreadModel: column(0, 0, 0, 0), classStar: column(0.4, 0.6, 0.9, NaN) }, [0, 1, 1, 0]],
  ] as const)('%s', (cut, change, expected) => {
    expect(kept(change)).toEqual(expected)
    expect(selectStars(sources(change)).lost[cut]).toBe(expected.filter((k) => k === 0).length)
  })

  test('a peak at the saturation level, where both are known', () => {
    expect(kept({ peak: column(1e5, 39_999, 40_000, 40_001) }, 40_000)).toEqual([0, 1, 0, 0])
    expect(kept({ peak: column(1e5, 1e5, 1e5, 1e5) })).toEqual([1, 1, 1, 1])
  })

  test('columns that are absent or fillers cut nothing', () => {
    expect(kept({ spreadModel: column(0, 0, 0, 0), classStar: column(1, 1, 1, 1) })).toEqual([1, 1, 1, 1])
    const { spreadModel: _s, classStar: _c, ...without } = sources()
    expect(Array.from(selectStars(without).selected)).toEqual([1, 1, 1, 1])
  })
})

test("the original's cuts compare in float32 and look at PSF flux whatever flux is chosen", () => {
  const f32 = Math.fround
  const bounds = sources({
    classStar: column(f32(0.8), f32(0.8000001), 1, 1),
    spreadModel: column(0, 0, f32(0.01), f32(0.0099999)),
  })
  expect(Array.from(selectAsOriginal(bounds))).toEqual([0, 1, 0, 1])
  expect(
    Array.from(selectAsOriginal(sources({ flux: column(1, 1, 1, 1), fluxPsf: column(1000, 1001, NaN, 2000) }))),
  ).toEqual([0, 1, 0, 1])
  expect(Array.from(selectAsOriginal(sources({ flux: column(1000, 1001, NaN, 2000) })))).toEqual([0, 1, 0, 1])
})
