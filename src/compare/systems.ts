import { factsOfSystem } from '../camera/photometric-systems.js'
import type { AllZpFacts, ZeroFacts } from './zero-rows.js'

/** The photometric systems of the products of an exposure. */
export interface SystemComparison {
  /** `des-ab`, `catalog`, or `catalog gaia_dr2` if the file names its catalogue; empty if no file says. */
  readonly old: readonly string[]
  readonly new: readonly string[]
  /** Whether an offset is a change of the calibration alone; null if it cannot be told. */
  readonly comparable: boolean | null
  /** Which side holds several systems by itself. */
  readonly mixedWithin: readonly ('old' | 'new')[]
  readonly sentence: string
}

type SystemFacts = Pick<ZeroFacts | AllZpFacts, 'system' | 'catalog'>

/** The plain statement about products of different systems. */
const DIFFERENT_SYSTEMS = "these are different photometric systems: an offset of the field's mean colour is expected"

/**
 * Whether two products' magnitudes may be compared: the catalogue's own magnitude is a system per catalogue, the others
 * are one for all.
 */
export function sameSystem(a: SystemFacts, b: SystemFacts): boolean {
  if (a.system !== b.system) return false
  return a.system !== 'catalog' || a.catalog === null || b.catalog === null || a.catalog === b.catalog
}

/**
 * Compares the systems of an exposure's products; each list holds what the files of that side say, none if they are
 * `_ZP` files alone.
 *
 * @param together the facts of the same CCD on both sides
 */
export function compareSystems(
  oldFacts: readonly SystemFacts[],
  newFacts: readonly SystemFacts[],
  together: readonly (readonly [SystemFacts, SystemFacts])[],
): SystemComparison {
  const [old, after] = [distinct(oldFacts), distinct(newFacts)]
  const mixedWithin = (
    [
      ['old', old],
      ['new', after],
    ] as const
  )
    .filter(([, facts]) => facts.some((fact) => !sameSystem(fact, facts[0]!)))
    .map(([side]) => side)
  const known = old.length > 0 && after.length > 0
  const agree =
    together.length > 0
      ? together.every(([a, b]) => sameSystem(a, b))
      : old.every((a) => after.every((b) => sameSystem(a, b)))
  const comparable = known ? agree : null
  const systems = { old: labels(old), new: labels(after) }
  const within = mixedWithin.map(
    (side) =>
      `${side.toUpperCase()} itself mixes photometric systems ` +
      `(${systems[side].join(', ')}): its CCDs do not belong together`,
  )
  const between =
    comparable === null
      ? 'the photometric systems cannot be told: a _ZP file does not name its own, the Zero_ and allZP_ files do'
      : comparable
        ? 'both are on the same photometric system'
        : `${DIFFERENT_SYSTEMS}; where both serve together, as template and search image of a difference, they mix`
  return { ...systems, comparable, mixedWithin, sentence: [between, ...within].join('. ') }
}

const labelOf = ({ system, catalog }: SystemFacts): string =>
  system === 'catalog' && catalog !== null ? `catalog ${catalog}` : system

const distinct = (facts: readonly SystemFacts[]): SystemFacts[] => [
  ...new Map(facts.map((fact) => [labelOf(fact), fact])).values(),
]

const labels = (facts: readonly SystemFacts[]): string[] => facts.map(labelOf).sort()

/** A system in words. */
export function nameOf(label: string): string {
  if (label === 'des-ab') return "des-ab, the camera's band on the AB system"
  if (label === 'catalog') return "the catalogue's own magnitude"
  const facts = factsOfSystem(label)
  if (facts !== undefined) return `${label}, ${facts.title} magnitudes (${facts.magnitudes})`
  return label.startsWith('catalog ') ? `the own magnitude of ${label.slice('catalog '.length)}` : label
}
