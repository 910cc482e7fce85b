import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { IMAGE_NAME, makeCatalogueList } from '../../exposure/make-catlist.js'
import { readFitsHeaders } from '../../formats/fits/index.js'
import { openInput, reasonOf, writeFilesWhole } from '../../node/disk/files.js'
import { recoverDirectory } from '../../node/disk/recover-directory.js'
import type { Values } from '../options/option.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import type { CATLIST_OPTIONS } from './options.js'

/**
 * `bliss-calib catlist`: writes the catalogue list of the images (`*_immask.fits`, `*_immasked.fits`, also `.fz` and
 * `.gz`) of a directory, of one exposure if `expnum` names it.
 */
export async function catlist(
  { workdir, outdir = workdir, expnum, legacy, quiet }: Values<typeof CATLIST_OPTIONS>,
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
  await writeFilesWhole(outdir, [{ name: list.fileName, bytes: new TextEncoder().encode(list.text) }])
  if (!quiet) io.out(lineOf(`${join(outdir, list.fileName)}: ${images.length} ${images.length === 1 ? 'CCD' : 'CCDs'}`))
  return 0
}
