import { seededRandom } from '../../src/math/random.js'
import type { CalibratedObjects } from '../../src/compare/read.js'
import type { ExposureSide } from '../../src/compare/side.js'
import type { ZeroFacts } from '../../src/compare/zero-rows.js'

/**
 * Objects of a CCD by hand: NUMBER 1..n over 0.1 deg, magnitudes 16 to 24, AUTO 0.1 brighter; the last has no
 * magnitude.
 */
export function objectsOf(
  count: number,
  {
    seed = 1,
    zeropoint = 30,
    flag = 0,
    raDeg = 52,
  }: { seed?: number; zeropoint?: number | null; flag?: number; raDeg?: number } = {},
): CalibratedObjects {
  const { uniform } = seededRandom(seed)
  const drawn = Array.from({ length: count }, () => ({
    ra: raDeg + 0.1 * uniform(),
    dec: -28 + 0.1 * uniform(),
    mag: 16 + 8 * uniform(),
  }))
  const mag = (shift: number) =>
    Float64Array.from(drawn, (one, i) => (i === count - 1 || zeropoint === null ? NaN : Math.fround(one.mag + shift)))
  return {
    file: 'made.csv',
    number: Float64Array.from(drawn, (_, i) => i + 1),
    raDeg: Float64Array.from(drawn, (one) => one.ra % 360),
    decDeg: Float64Array.from(drawn, (one) => one.dec),
    magPsf: mag(0),
    magAuto: mag(-0.1),
    applied: zeropoint,
    appliedErr: zeropoint === null ? null : 0.01,
    flag,
  }
}

/** The same objects with changed columns. */
export function changed(objects: CalibratedObjects, change: Partial<CalibratedObjects>): CalibratedObjects {
  return { ...objects, ...change }
}

/** Some rows of the objects, in the order given. */
export function rowsOf(objects: CalibratedObjects, rows: readonly number[]): CalibratedObjects {
  const taken = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!)
  return {
    ...objects,
    number: objects.number && taken(objects.number),
    raDeg: objects.raDeg && taken(objects.raDeg),
    decDeg: objects.decDeg && taken(objects.decDeg),
    magPsf: taken(objects.magPsf),
    magAuto: taken(objects.magAuto),
  }
}

export function zeroFacts(ccd: number, zeropoint: number | null, change: Partial<ZeroFacts> = {}): ZeroFacts {
  return {
    ccd,
    band: 'i',
    matched: 90,
    used: 85,
    zeropoint,
    zeropointErr: zeropoint === null ? null : 0.01,
    magsType: 'mag_psf',
    system: 'catalog',
    catalog: null,
    outcome: null,
    ...change,
  }
}

/** One side of an exposure; what is not given is empty. */
export function sideOf(
  parts: { zero?: ZeroFacts[]; objects?: [number, CalibratedObjects][] } & Partial<
    Omit<ExposureSide, 'zero' | 'objects'>
  >,
): ExposureSide {
  const { zero = [], objects = [], ...rest } = parts
  return {
    band: 'i',
    allZp: null,
    matches: new Map(),
    sigmaClip: new Map(),
    ...rest,
    zero: new Map(zero.map((row) => [row.ccd, row])),
    objects: new Map(objects),
  }
}
