import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { InputError } from '../../errors.js'
import { unreadableFile } from '../disk/reason.js'

/** A result in a directory of products. */
export interface FoundResult {
  /** Of the `zeropoint_*.json` or `*_zeropoint.json`. */
  readonly path: string
  /** How its products are called: the stem of a file, `D00668439_28_r4p5` of a list. */
  readonly image: string
  /** Of the calibrated catalogue beside it, whether or not it is there. */
  readonly catalogue: string
}

const NAMES = [/^zeropoint_(D\d+(?:_\d+)?_r[^,"]+p\d+)\.json$/, /^(.+)_zeropoint\.json$/]

/**
 * The results at paths: of a directory all in it and below it, by name; of a file itself.
 *
 * @throws InputError for a path that cannot be read, a file that is no result, and if there is none
 */
export async function findResults(paths: readonly string[]): Promise<FoundResult[]> {
  const found = new Map<string, FoundResult>()
  for (const path of paths) {
    const facts = await stat(path).catch((cause: unknown) => {
      throw unreadableFile(path, cause)
    })
    if (facts.isDirectory()) {
      const names = (await namesBelow(path)).sort()
      for (const result of names.flatMap((name) => resultAt(join(path, name)) ?? [])) found.set(result.path, result)
      continue
    }
    const result = resultAt(path)
    if (result === undefined) {
      throw new InputError('no-results', 'the file is no result', {
        file: path,
        expected: '{stem}_zeropoint.json or zeropoint_D{E}_{C}_r{R}p{A}.json, or a directory of them',
      })
    }
    found.set(result.path, result)
  }
  if (found.size > 0) return [...found.values()]
  throw new InputError('no-results', 'there are no results: calibrate images first', {
    file: paths.join(', '),
    expected: '{stem}_zeropoint.json or zeropoint_D{E}_{C}_r{R}p{A}.json',
  })
}

/**
 * Files in a directory and below it, by their paths from there, but for hidden ones. Links to directories are followed,
 * unless they lead back to a directory that holds them.
 */
async function namesBelow(root: string): Promise<string[]> {
  const names: string[] = []
  const walk = async (below: string, above: readonly string[]): Promise<void> => {
    const directory = join(root, below)
    const real = await realpath(directory)
    if (above.some((holder) => holder === real || holder.startsWith(real + sep))) return
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      const name = join(below, entry.name)
      const isDirectory = entry.isSymbolicLink()
        ? await stat(join(root, name)).then(
            (facts) => facts.isDirectory(),
            () => false,
          )
        : entry.isDirectory()
      if (isDirectory) await walk(name, [...above, real])
      else names.push(name)
    }
  }
  await walk('', []).catch((cause: unknown) => {
    throw unreadableFile(root, cause)
  })
  return names
}

/** Whether a file of this name is a result. */
export const isResultName = (name: string): boolean => NAMES.some((pattern) => pattern.test(name))

function resultAt(path: string): FoundResult | undefined {
  const name = basename(path)
  const image = NAMES.map((pattern) => pattern.exec(name)?.[1]).find((part) => part !== undefined)
  if (image === undefined) return undefined
  return { path, image, catalogue: join(path, '..', `${image}_ZP.fits`) }
}
