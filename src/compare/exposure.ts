import { expectedOffset, type ExpectedOffset } from './expected.js'
import { UNKNOWN_EXPOSURE, type ExposureId, type KnownExposure } from './names.js'
import {
  joinPairs,
  magnitudeChange,
  pairMagnitudes,
  pairObjects,
  type MagnitudeChange,
  type MagnitudePairs,
  type ObjectPairs,
} from './objects.js'
import { ccdSide, type CcdSide, type ExposureSide } from './side.js'
import { micromag } from './statistics.js'
import { compareSystems, sameSystem, type SystemComparison } from './systems.js'
import type { AllZpFacts } from './zero-rows.js'

/** How a CCD differs; empty means the same within the tolerance. Star counts alone make no difference. */
type Difference =
  | 'only-old'
  | 'only-new'
  | 'zeropoint'
  | 'zeropoint-error'
  | 'amplifiers'
  | 'applied'
  | 'flag'
  | 'system'
  | 'mags-type'
  | 'no-catalogue'
  | 'objects'
  | 'magnitudes'

/** One CCD on both sides. Every offset is new minus old, in the field's sign. */
export interface CcdComparison {
  readonly ccd: number
  readonly old: CcdSide | null
  readonly new: CcdSide | null
  readonly offset: number | null
  /** Where one side alone is on the catalogue's own magnitude, and the other tells what its stars give on it. */
  readonly expected: ExpectedOffset | null
  readonly objects: {
    readonly paired: number
    readonly byPosition: number
    readonly lost: number
    readonly gained: number
  } | null
  readonly magPsf: MagnitudeChange | null
  readonly magAuto: MagnitudeChange | null
  readonly differences: readonly Difference[]
}

/** The rows of `allZP_*.csv`. */
interface AllZpComparison {
  readonly old: AllZpFacts | null
  readonly new: AllZpFacts | null
  /** null if one is of a CCD and the other of the exposure. */
  readonly offset: number | null
  readonly differs: boolean
}

export interface ExposureComparison extends KnownExposure {
  readonly band: string | null
  readonly systems: SystemComparison
  readonly allZp: AllZpComparison | null
  readonly ccds: readonly CcdComparison[]
}

/** A comparison, and the pairs behind it for statistics over several. */
export interface ComparedExposure {
  readonly comparison: ExposureComparison
  readonly psf: MagnitudePairs
  readonly auto: MagnitudePairs
}

/** Zeropoints are printed with six decimals. */
const ZEROPOINT_SLACK_MAG = 1e-9

/**
 * Compares an exposure's products, CCD by CCD.
 *
 * @throws DataError if the objects of a CCD cannot be paired
 */
export function compareExposure(
  id: ExposureId | null,
  old: ExposureSide,
  after: ExposureSide,
  toleranceMag: number,
): ComparedExposure {
  const numbers = [old.zero, old.objects, after.zero, after.objects].flatMap((map) => [...map.keys()])
  const ccds = [...new Set(numbers)].sort((a, b) => a - b)
  const compared = ccds.map((ccd) => compareCcd(ccd, old, after, toleranceMag))
  const comparison = {
    ...(id ?? UNKNOWN_EXPOSURE),
    band: after.band ?? old.band,
    systems: compareSystems(
      systemsOf(old),
      systemsOf(after),
      [...old.zero].flatMap(([ccd, zero]) => (after.zero.has(ccd) ? [[zero, after.zero.get(ccd)!] as const] : [])),
    ),
    allZp: compareAllZp(old.allZp, after.allZp, toleranceMag),
    ccds: compared.map((one) => one.comparison),
  }
  const pooled = (kind: 'psf' | 'auto') => joinPairs(compared.flatMap((one) => (one.pairs ? [one.pairs[kind]] : [])))
  return { comparison, psf: pooled('psf'), auto: pooled('auto') }
}

const systemsOf = ({ zero, allZp }: ExposureSide) => (zero.size > 0 ? [...zero.values()] : allZp ? [allZp] : [])

function compareCcd(ccd: number, old: ExposureSide, after: ExposureSide, toleranceMag: number) {
  const [a, b] = [ccdSide(ccd, old), ccdSide(ccd, after)]
  const [oldZero, newZero] = [old.zero.get(ccd), after.zero.get(ccd)]
  const [oldObjects, newObjects] = [old.objects.get(ccd), after.objects.get(ccd)]
  const pairs = oldObjects && newObjects ? pairObjects(oldObjects, newObjects) : null
  const colour = pairs && colourOfPairs(pairs, ccd, old, after)
  const psf = pairs && pairMagnitudes(pairs, oldObjects!.magPsf, newObjects!.magPsf, colour!)
  const auto = pairs && pairMagnitudes(pairs, oldObjects!.magAuto, newObjects!.magAuto, colour!)
  const differentSystems = oldZero !== undefined && newZero !== undefined && !sameSystem(oldZero, newZero)
  const facts = {
    ccd,
    old: a,
    new: b,
    offset: difference(a?.zeropoint, b?.zeropoint),
    expected: oldZero && newZero ? expectedOffset(ccd, oldZero, newZero, old, after) : null,
    objects: pairs && {
      paired: pairs.old.length,
      byPosition: pairs.byPosition,
      lost: pairs.lost,
      gained: pairs.gained,
    },
    magPsf: psf && magnitudeChange(psf, toleranceMag),
    magAuto: auto && magnitudeChange(auto, toleranceMag),
  }
  const comparison: CcdComparison = { ...facts, differences: differencesOf(facts, differentSystems, toleranceMag) }
  return { comparison, pairs: psf && auto && { psf, auto } }
}

/** Colours by NUMBER from the new side's matched stars, else from the old side's. */
function colourOfPairs(pairs: ObjectPairs, ccd: number, old: ExposureSide, after: ExposureSide): Float64Array {
  const fromNew = after.matches.has(ccd)
  const stars = (fromNew ? after : old).matches.get(ccd)
  const number = (fromNew ? after : old).objects.get(ccd)!.number
  const colour = new Float64Array(pairs.old.length).fill(NaN)
  if (!stars || !number) return colour
  const colourOf = new Map<number, number>()
  stars.number.forEach((name, i) => colourOf.set(name, stars.colour[i]!))
  const rows = fromNew ? pairs.new : pairs.old
  rows.forEach((row, k) => (colour[k] = colourOf.get(number[row]!) ?? NaN))
  return colour
}

function differencesOf(
  facts: Omit<CcdComparison, 'differences'>,
  differentSystems: boolean,
  toleranceMag: number,
): Difference[] {
  const { old, new: after, objects, magPsf, magAuto } = facts
  if (!old) return ['only-new']
  if (!after) return ['only-old']
  const beyond = (a: number | null, b: number | null) => differ(a, b, toleranceMag)
  const moved = (change: MagnitudeChange | null) =>
    change !== null && change.beyondTolerance + change.lost + change.gained > 0
  const bothCatalogues = old.objects !== null && after.objects !== null
  const found: [Difference, boolean][] = [
    ['zeropoint', beyond(old.zeropoint, after.zeropoint)],
    ['zeropoint-error', beyond(old.zeropointErr, after.zeropointErr)],
    [
      'amplifiers',
      beyond(old.amplifiers?.a ?? null, after.amplifiers?.a ?? null) ||
        beyond(old.amplifiers?.b ?? null, after.amplifiers?.b ?? null),
    ],
    ['applied', bothCatalogues && beyond(old.applied, after.applied)],
    ['flag', bothCatalogues && old.flag !== after.flag],
    ['system', differentSystems],
    ['mags-type', old.magsType !== null && after.magsType !== null && old.magsType !== after.magsType],
    ['no-catalogue', (old.objects === null) !== (after.objects === null)],
    ['objects', objects !== null && objects.lost + objects.gained > 0],
    ['magnitudes', moved(magPsf) || moved(magAuto)],
  ]
  return found.filter(([, differs]) => differs).map(([name]) => name)
}

function compareAllZp(old: AllZpFacts | null, after: AllZpFacts | null, toleranceMag: number): AllZpComparison | null {
  if (!old && !after) return null
  const otherScope = old?.scope != null && after?.scope != null && old.scope !== after.scope
  const differs =
    !old || !after || (!otherScope && (differ(old.zeropoint, after.zeropoint, toleranceMag) || !sameSystem(old, after)))
  return { old, new: after, offset: otherScope ? null : difference(old?.zeropoint, after?.zeropoint), differs }
}

const difference = (a: number | null | undefined, b: number | null | undefined) =>
  a == null || b == null ? null : micromag(b - a)

function differ(a: number | null, b: number | null, toleranceMag: number): boolean {
  return a === null || b === null ? a !== b : Math.abs(b - a) > toleranceMag + ZEROPOINT_SLACK_MAG
}
