import type { ReleaseEvidence, ReleaseMarks } from '../release-evidence.js'

/** Half a tenth of a year: `hats_coordinate_epoch` is written with one digit. */
const EPOCH_TOLERANCE_YR = 0.05

const TITLES = ['obs_collection', 'obs_title', 'obs_id', 'obs_description'] as const

/**
 * What the properties of a HATS catalogue say of its release: its names, and the epoch of its positions if a known
 * release has it.
 */
export function releaseOfProperties(
  properties: ReadonlyMap<string, string>,
  marks: readonly ReleaseMarks[],
): ReleaseEvidence[] {
  const titles = TITLES.flatMap((key) => releaseOfName(properties.get(key) ?? '', key, marks))
  const stated = properties.get('hats_coordinate_epoch') ?? ''
  const epoch = Number(/^J?(\d{4}(?:\.\d+)?)$/i.exec(stated)?.[1])
  const byName = TITLES.flatMap((key) => nameOfStore(properties.get(key), key, marks))
  if (byName.length > 0) return byName
  const marked = marks.filter(isRelease).find(({ epochYr }) => Math.abs(epochYr - epoch) < EPOCH_TOLERANCE_YR)
  return marked === undefined
    ? titles
    : [...titles, { release: marked.name, by: 'hats_coordinate_epoch', found: stated }]
}

/** The release that a name (`gaia_dr3`, `Gaia EDR3`, `Gaia Data Release 2`) names; nothing for a name of several. */
export function releaseOfName(name: string, by: string, marks: readonly ReleaseMarks[]): ReleaseEvidence[] {
  const named = marks.filter(isRelease).filter(({ name: release }) => {
    const number = /\d+$/.exec(release)?.[0]
    return number !== undefined && new RegExp(`(^|[^a-z])(e?dr|data release[ _]?)${number}([^0-9]|$)`, 'i').test(name)
  })
  return named.length === 1 ? [{ release: named[0]!.name, by, found: name }] : []
}

/** Releases of one survey are told by their rows; other catalogues by their names. */
const isRelease = ({ identity }: ReleaseMarks): boolean => identity !== undefined

/** A store of ours of another survey has the name of its description. */
const nameOfStore = (name: string | undefined, by: string, marks: readonly ReleaseMarks[]): ReleaseEvidence[] =>
  marks
    .filter((mark) => !isRelease(mark) && mark.name === name)
    .map((mark) => ({ release: mark.name, by, found: mark.name }))
