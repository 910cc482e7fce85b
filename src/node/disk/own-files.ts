import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../../errors.js'
import type { NamedBytes } from '../../formats/bytes.js'
import { card, type FitsCardInput } from '../../formats/fits/card-text.js'
import { withPrimaryCards } from '../../formats/fits/set-card.js'
import { CREATOR, CREATOR_KEYWORD, isOwnProduct } from '../../products/own-product.js'
import { reasonOf } from './reason.js'
import { openRegular } from './regular-file.js'
import { WRITTEN_TOGETHER } from './staged-files.js'
import { isAbsent, isThere } from './absent.js'

/** Any mark but one at the end of a long FITS header is here. */
const HEAD_BYTES = 16 * 1024
/** Headers that are longer than this are of no file that is measured here. */
const HEADER_BYTES = 256 * 2880
/** Footers of Parquet name their maker at the end. */
const TAIL_BYTES = 1024

/** A file of the programs as it becomes a product: its primary header says who had it made, and what else is known. */
export const markedAsOurs = (bytes: Uint8Array, further: readonly FitsCardInput[] = []): Uint8Array =>
  withPrimaryCards(bytes, [card(CREATOR_KEYWORD, CREATOR, 'measured by source-extractor and psfex for it'), ...further])

/** The kind of file at a path; for a foreign file its appearance. */
type Standing = 'absent' | 'ours' | 'empty' | 'link' | 'directory' | { readonly foreign: string }

/** Which names are looked at, and what is said. */
export interface ForeignFilesCheck {
  /** All names in the directory, if they are known: others are not looked for. */
  readonly there?: ReadonlySet<string>
  /** Names that a directory may have, which cannot be replaced: what cannot be written there is left out, by name. */
  readonly leftOut?: ReadonlySet<string>
  /** The way out. */
  readonly expected?: string
}

/**
 * Refuses to write a file that the user has named if one is there: a description may be a week's work.
 *
 * @throws CommandError `foreign-file`
 */
export async function refuseStanding(path: string, force: boolean): Promise<void> {
  if (!force && (await isThere(path)))
    throw new CommandError('foreign-file', 'a file of this name is there', {
      file: path,
      expected: 'another --to, or --force',
    })
}

/**
 * Refuses to replace files that this program has not made: they may be the user's own, with the name of a product.
 * To be called before anything is calculated, with every name that a run writes. An empty file holds nothing.
 *
 * @throws CommandError `foreign-file`
 */
export async function refuseForeignFiles(
  directory: string,
  names: readonly string[],
  { there, leftOut, expected = 'another --outdir, or the file moved away' }: ForeignFilesCheck = {},
): Promise<void> {
  const asked = [...new Set(names)].filter((name) => there?.has(name) ?? true)
  const foreign: { readonly name: string; readonly found: string }[] = []
  for (let first = 0; first < asked.length; first += WRITTEN_TOGETHER) {
    const group = asked.slice(first, first + WRITTEN_TOGETHER)
    const found = await Promise.all(group.map((name) => standingAt(join(directory, name))))
    for (const [k, standing] of found.entries()) {
      const name = group[k]!
      if (typeof standing !== 'string') foreign.push({ name, found: standing.foreign })
      else if (standing === 'directory' && leftOut?.has(name) !== true) foreign.push({ name, found: 'a directory' })
    }
  }
  const [one, ...others] = foreign
  if (one === undefined) return
  const more = others.length === 0 ? '' : `; the same holds for ${others.map(({ name }) => name).join(', ')}`
  throw new CommandError(
    'foreign-file',
    `the file is in the place of a product, and bliss-calib has not made it${more}`,
    { file: join(directory, one.name), found: one.found, expected },
  )
}

/**
 * Refuses to replace foreign files by a tree of files. A file whose bytes are the same, or that is ours, is replaced;
 * so is every file of a tree that an earlier run has written, if its `witness` is there: a file that only this program
 * writes.
 *
 * @throws CommandError `foreign-file`
 */
export async function refuseForeignTree(
  root: string,
  files: readonly NamedBytes[],
  { witness, expected }: { readonly witness?: string; readonly expected?: string } = {},
): Promise<void> {
  if (witness !== undefined && (await isOurs(join(root, witness))) === true) return
  const changed: string[] = []
  for (const { name, bytes } of files) {
    const standing = await readFile(join(root, name)).catch((cause: NodeJS.ErrnoException) => cause)
    // If no file can be there, none is replaced.
    const isNone = standing instanceof Error && isAbsent(standing)
    if (!isNone && (standing instanceof Error || !standing.equals(bytes))) changed.push(name)
  }
  await refuseForeignFiles(root, changed, expected === undefined ? {} : { expected })
}

/** Whether a file was made by this program; undefined if there is none. */
export async function isOurs(path: string): Promise<boolean | undefined> {
  const standing = await standingAt(path)
  return standing === 'absent' ? undefined : standing === 'ours'
}

async function standingAt(path: string): Promise<Standing> {
  try {
    const { handle, facts } = await openRegular(path)
    try {
      const bytesFrom = async (from: number, to: number) => {
        const bytes = new Uint8Array(Math.max(0, to - from))
        return bytes.subarray(0, (await handle.read(bytes, 0, bytes.length, from)).bytesRead)
      }
      if (facts.size === 0) return 'empty'
      const head = await bytesFrom(0, Math.min(facts.size, HEAD_BYTES))
      const tail = await bytesFrom(Math.max(0, facts.size - TAIL_BYTES), facts.size)
      if (isOwnProduct({ head, tail })) return 'ours'
      const isFits = startsWith(head, 'SIMPLE')
      if (isFits && facts.size > HEAD_BYTES) {
        const longer = await bytesFrom(0, Math.min(facts.size, HEADER_BYTES))
        if (isOwnProduct({ head: longer, tail })) return 'ours'
      }
      // A link is replaced, and what it leads to stays.
      if ((await lstat(path)).isSymbolicLink()) return 'link'
      return { foreign: isFits ? `no ${CREATOR_KEYWORD} '${CREATOR}' in its header` : firstWords(head) }
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return 'absent'
    return code === 'EISDIR' ? 'directory' : { foreign: reasonOf(cause) }
  }
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  new TextDecoder('latin1').decode(bytes.subarray(0, text.length)) === text

/** How a file begins, as far as it is text. */
function firstWords(head: Uint8Array): string {
  const [line] = new TextDecoder().decode(head.subarray(0, 200)).split(/\r?\n/, 1) as [string]
  if (/[^\t -~\u00a0-\ud7ff]/.test(line)) return 'bytes without its mark'
  return line.length > 60 ? `'${line.slice(0, 60)}...'` : `'${line}'`
}
