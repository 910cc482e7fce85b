import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, InputError, isBlissError } from '../../errors.js'
import { chooseList, parseCatalogueList } from '../../exposure/catalogue-list.js'
import { memorySource } from '../../formats/bytes.js'
import { openFitsSource, readFitsTable } from '../../formats/fits/index.js'
import { runLegacy } from '../../legacy/run.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { readInput } from '../../node/input/read-exposure.js'
import { reasonOf } from '../../node/disk/reason.js'
import { recoverDirectory } from '../../node/disk/recover-directory.js'
import { gunzipWhole } from '../../node/disk/unpack.js'
import { refuseMixedSystems } from '../../products/mixed-systems.js'
import type { Table } from '../../table/columns.js'
import type { CalibrateOptions } from './options.js'
import { fieldOfLists } from '../catalog/field-words.js'
import { chooseCatalog } from './choose-catalog.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { standingSystems } from '../../node/exposure/standing-products.js'

/** `bliss-calib --legacy`: the original's run in the work directory. Exit codes are the original's: 0, 1, 2. */
export async function calibrateLegacy(options: CalibrateOptions, io: Io): Promise<ExitCode> {
  try {
    if (options.json)
      throw new CommandError('bad-option', 'the original has no JSON result: leave out --json or --legacy', {
        option: '--json',
      })
    if (options.cameraFile !== undefined)
      throw new CommandError('bad-option', 'the original knows one camera: leave out --camera or --legacy', {
        option: '--camera',
      })
    for (const name of ['plots', 'report'] as const) {
      if (options[name])
        throw new CommandError(
          'bad-option',
          `figures and pages show the default run: leave out --${name} or --legacy`,
          { option: `--${name}` },
        )
    }
    const { workdir, outdir } = options
    const present = await readdir(workdir).catch((cause: unknown) => {
      throw new InputError(
        'unreadable-directory',
        `the work directory cannot be read: ${reasonOf(cause)}`,
        { file: workdir },
        { cause },
      )
    })
    const list = chooseList(present, options, workdir)
    const text = new TextDecoder().decode(await readInput(join(workdir, list.fileName), 'textBytes'))
    const rows = parseCatalogueList(text, list.fileName)
    const there = new Set(await recoverDirectory(outdir))
    if (!options.force) refuseMixedSystems('catalog', await standingSystems(outdir, there, list, rows))
    const note = (text: string) => (options.quiet ? undefined : io.err(text))
    const stars = await chooseCatalog(options, io.env, note, fieldOfLists([join(workdir, list.fileName)]))
    const names = new Set(present)
    const { exitCode, files, messages } = await runLegacy(
      {
        stars,
        readList: () => Promise.resolve(text),
        readDetections: (fileName, wanted) => readDetections(workdir, names, fileName, wanted),
      },
      { list, ccd: options.ccd, magType: options.magsType, sexMagZeropoint: options.sexMagZeropoint },
    )
    await refuseForeignFiles(
      outdir,
      files.map(({ name }) => name),
      { there },
    )
    await writeFilesWhole(outdir, files)
    if (exitCode !== 0 || !options.quiet) for (const message of messages) io.err(`bliss-calib: ${message}\n`)
    return exitCode
  } catch (error) {
    if (!isBlissError(error)) throw error
    io.err(`bliss-calib: ${error.message}\n`)
    return error.family === 'command' ? 2 : 1
  }
}

/** The third HDU of a catalogue, plain or with `.gz` appended. */
async function readDetections(
  workdir: string,
  names: ReadonlySet<string>,
  fileName: string,
  wanted: readonly string[],
): Promise<Table | undefined> {
  const name = [fileName, `${fileName}.gz`].find((candidate) => names.has(candidate))
  if (name === undefined) return undefined
  const path = join(workdir, name)
  const bytes = await readInput(path)
  return readFitsTable(await openFitsSource(memorySource(path, bytes), gunzipWhole), { hdu: 2, wanted })
}
