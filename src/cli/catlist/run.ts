import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, InputError } from '../../errors.js'
import { IMAGE_NAME, makeCatalogueList } from '../../exposure/make-catlist.js'
import { readFitsHeaders } from '../../formats/fits/index.js'
import { openInput, reasonOf, writeFilesWhole } from '../../node/disk/files.js'
import { readIfThere } from '../../node/exposure/standing-products.js'
import { recoverDirectory } from '../../node/disk/recover-directory.js'
import type { Values } from '../options/option.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import type { CATLIST_OPTIONS } from './options.js'

/**
 * `bliss-calib catlist`: writes the catalogue list of the images (`*_immask.fits`, `*_immasked.fits`, also `.fz` and
 * `.gz`) of a directory, of one exposure if `expnum` names it.
 */
export async function catlist(
  { workdir, outdir = workdir, expnum, legacy, force, quiet }: Values<typeof CATLIST_OPTIONS>,
  io: Io,
): Promise<ExitCode> {
  const present = await readdir(workdir).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-directory',
      `the work directory cannot be read: ${reasonOf(cause)}`,
      { file: workdir },
      { cause },
    )
  })
  await recoverDirectory(outdir)
  const names = present.filter(
    (name) => IMAGE_NAME.test(name) && (expnum === undefined || Number(/^D(\d+)_/.exec(name)?.[1]) === expnum),
  )
  if (names.length === 0) {
    const fits = present.filter((name) => /\.fits(\.fz|\.gz)?$/.test(name)).sort()
    const found =
      fits.length === 0
        ? 'no FITS file'
        : `${fits.slice(0, 3).join(', ')}${fits.length > 3 ? ` and ${fits.length - 3} more` : ''}`
    const expected =
      `*_immask.fits or *_immasked.fits, also .fz and ` + `.gz${expnum === undefined ? '' : `, of exposure ${expnum}`}`
    throw new InputError('no-images', 'there is no image to make a catalogue list from', {
      file: workdir,
      found,
      expected,
    })
  }
  const images = []
  for (const fileName of names) {
    const hdus = await readFitsHeaders(await openInput(join(workdir, fileName)))
    images.push({ fileName, headers: hdus.map(({ header }) => header) })
  }
  const list = makeCatalogueList(images, { legacy })
  if (!force) await refuseOther(join(outdir, list.fileName), list.text)
  await writeFilesWhole(outdir, [{ name: list.fileName, bytes: new TextEncoder().encode(list.text) }])
  if (!quiet) io.out(lineOf(`${join(outdir, list.fileName)}: ${images.length} ${images.length === 1 ? 'CCD' : 'CCDs'}`))
  return 0
}

/**
 * Refuses to replace a list that says anything else: lists carry no mark, because pipelines read them by position, and
 * one that is there may be the survey's or written by hand.
 *
 * @throws CommandError `foreign-file`
 */
async function refuseOther(path: string, text: string): Promise<void> {
  const there = await readIfThere(path)
  if (there === undefined || there === text) return
  const lines = there.split('\n')
  const line = text.split('\n').findIndex((one, k) => one !== lines[k])
  throw new CommandError('foreign-file', 'another list has this name, and it is not replaced', {
    file: path,
    ...(line < 0 ? {} : { line: line + 1 }),
    expected: 'the same list, --force to replace it, or another --outdir',
  })
}
