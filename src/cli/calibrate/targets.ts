import { CommandError } from '../../errors.js'
import { parseTarget, repeatedName, type Target, type TargetSearch } from '../../photometry/targets/target.js'

/** How targets are typed. */
export interface TargetOptions {
  readonly target?: readonly string[]
  readonly targets?: string
  readonly targetRadius?: number
}

/**
 * The positions of --target and --targets; undefined if there are none.
 *
 * @throws CommandError for a text that is not a position, two targets of one name, a radius for none; InputError for a
 *   list that cannot be read
 */
export async function searchOf({ target = [], targets: list, targetRadius }: TargetOptions) {
  const typed = target.map((text): Target => {
    const read = parseTarget(text)
    if (!('fault' in read)) return read
    throw new CommandError('bad-target', `--target: ${read.fault}`, { option: '--target' })
  })
  const listed = list === undefined ? [] : await (await import('../../node/input/read-targets.js')).readTargets(list)
  const targets = [...typed, ...listed]
  if (targets.length === 0) {
    if (targetRadius === undefined) return undefined
    throw new CommandError('bad-option', '--target-radius needs --target or --targets', { option: '--target-radius' })
  }
  const twice = repeatedName(targets)
  if (twice !== undefined) {
    const [first, second] = twice.map(({ raDeg, decDeg }) => `${raDeg},${decDeg}`)
    throw new CommandError(
      'bad-target',
      `two targets are called '${twice[1].name}': name them apart, as in sn=${second}`,
      {
        option: '--target',
        found: `${first} and ${second}`,
      },
    )
  }
  return { targets, ...(targetRadius === undefined ? {} : { radiusArcsec: targetRadius }) } satisfies TargetSearch
}
