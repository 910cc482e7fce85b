import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError } from '../../errors.js'
import { unreadableFile } from '../disk/reason.js'
import { readWholeText } from '../disk/regular-file.js'
import { isAbsent } from '../disk/absent.js'

/** A template exposure, as the list of files to be copied names it. */
export interface Template {
  readonly expnum: number
  /** Its files of single CCDs that the list names. */
  readonly files: number
  /** Directories that the list names for it. */
  readonly directories: readonly string[]
}

/** CCDs of a whole exposure, but for one that may be missing. */
export const WHOLE_TEMPLATE = 59

const PATH = /[^\s'"=;]*D(\d{8})_[^\s'"=;]*/g

/**
 * The templates of a search exposure: all other exposures that `copy_pairs_for_{expnum}.sh` names files of.
 *
 * @returns undefined if there is no such file
 */
export async function readTemplates(path: string, expnum: number): Promise<Template[] | undefined> {
  const text = await readWholeText(path, 'textBytes').catch((cause: unknown) => {
    if (isAbsent(cause)) return undefined
    throw unreadableFile(path, cause)
  })
  if (text === undefined) return undefined
  const files = new Map<number, Set<string>>()
  const directories = new Map<number, Set<string>>()
  for (const [word, digits] of text.matchAll(PATH)) {
    const of = Number(digits)
    if (of === expnum) continue
    files.set(of, files.get(of) ?? new Set())
    directories.set(of, (directories.get(of) ?? new Set()).add(resolve(dirname(path), dirname(word))))
    if (/^D\d{8}_[A-Za-z]\w*_c?\d+_/.test(basename(word))) files.get(of)!.add(basename(word))
  }
  return [...files].map(([of, names]) => ({ expnum: of, files: names.size, directories: [...directories.get(of)!] }))
}

/**
 * The combined calibrated catalogue of a template, in one of the directories that the list names.
 *
 * @returns undefined if there is none
 * @throws InputError `several-exposures` if there are those of several attempts
 */
export async function templateCatalogue({ expnum, directories }: Template): Promise<string | undefined> {
  const name = new RegExp(`^D${String(expnum).padStart(8, '0')}_r\\w+?p\\d+_ZP\\.csv$`)
  const found: string[] = []
  for (const directory of directories) {
    const names = await readdir(directory).catch((): string[] => [])
    found.push(...names.filter((candidate) => name.test(candidate)).map((candidate) => join(directory, candidate)))
  }
  if (found.length < 2) return found[0]
  const sentence = `template ${expnum} has several calibrated catalogues: leave one`
  throw new InputError('several-exposures', sentence, {
    file: directories[0]!,
    found: found.join(', '),
    expected: 'one',
  })
}
