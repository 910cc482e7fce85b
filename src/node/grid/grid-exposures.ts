import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseManifest } from '../../batch/manifest.js'
import { skyCell, skyOrdered } from '../../batch/sky-order.js'
import { InputError } from '../../errors.js'
import { isSound, parseListName, selectCcds, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { GridExposure } from '../../grid/workflow.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'
import { readList } from '../input/read-exposure.js'
import { readWholeText } from '../disk/regular-file.js'

/** The exposures that a workflow is to calibrate, in the order of the sky, and the CCDs that have no file. */
interface FoundExposures {
  readonly exposures: readonly GridExposure[]
  /** Sentences about CCDs that were left out. */
  readonly notes: readonly string[]
}

interface Wanted {
  readonly listPath: string
  readonly outdir?: string
  readonly ccd?: string
}

/**
 * The exposures of a directory (every `*_red_catlist.csv` in it and below), of a manifest, or of one list.
 *
 * @param outdir directory of all products; each exposure's own work directory if absent
 * @param check looks at the rows of every list, before anything is planned
 * @throws InputError for a list that is missing, damaged, ambiguous or without any catalogue
 */
export async function findExposures(
  from: string,
  outdir: string | undefined,
  check: (rows: readonly CatalogueListRow[], listFile: string) => void,
): Promise<FoundExposures> {
  const notes: string[] = []
  const fileNames = directoryReader()
  const found: (GridExposure & { readonly cell: number; readonly listPath: string })[] = []
  for (const wanted of await wantedLists(from)) {
    const workdir = dirname(wanted.listPath)
    const name = parseListName(basename(wanted.listPath))
    if (!name)
      throw new InputError('bad-list-name', 'the name is not that of a catalogue list', {
        file: wanted.listPath,
        expected: 'D{E}_r{R}p{A}_red_catlist.csv',
      })
    const expnum = Number(name.expnumText)
    const { rows, sha256 } = await readList(workdir, { expnum, reqnum: name.reqnum, attnum: Number(name.attnum) })
    const asked = selectCcds(rows, wanted.ccd ?? 'all', wanted.listPath).rows
    const chosen = asked.filter(isSound)
    for (const { fault } of asked) if (fault !== undefined) notes.push(`left out: ${fault.message}`)
    if (chosen.length === 0) throw asked[0]!.fault!
    const files = await fileNames(workdir)
    const present = chosen.filter(({ fileName }) => hasCatalogue(files, fileName))
    if (present.length === 0)
      throw new InputError('missing-file', 'not one SExtractor catalogue of the list exists', {
        file: wanted.listPath,
        expected: chosen[0]!.fileName,
      })
    if (present.length < chosen.length)
      notes.push(
        `${name.fileName}: left out, because there is no file: CCDs ${chosen
          .filter(({ fileName }) => !hasCatalogue(files, fileName))
          .map(({ ccd }) => ccd)
          .join(', ')}`,
      )
    check(present, wanted.listPath)
    const { band, nite } = present[0]!
    const ccds = present.map(({ ccd }) => ccd).sort((a, b) => a - b)
    found.push({
      list: name,
      expnum,
      workdir,
      outdir: outdir ?? wanted.outdir ?? workdir,
      sha256,
      band,
      nite,
      ccds,
      listPath: wanted.listPath,
      cell: skyCell(rows.filter(isSound).map(({ centre }) => centre)),
    })
  }
  const exposures = skyOrdered(found, ({ listPath }) => listPath).map(
    ({ cell: _cell, listPath: _path, ...exposure }): GridExposure => exposure,
  )
  refuseTwice(exposures)
  return { exposures, notes }
}

/** The file names of directories; the last one is kept, because exposures often share theirs. */
export function directoryReader(): (dir: string) => Promise<ReadonlySet<string>> {
  let last: { readonly dir: string; readonly names: ReadonlySet<string> } | undefined
  return async (dir) => {
    if (last?.dir !== dir) last = { dir, names: new Set(await readdir(dir)) }
    return last.names
  }
}

/** Whether a SExtractor catalogue is among the names, plain or gzipped. */
export function hasCatalogue(names: ReadonlySet<string>, fileName: string): boolean {
  return names.has(fileName) || names.has(`${fileName}.gz`)
}

async function wantedLists(from: string): Promise<Wanted[]> {
  const facts = await stat(from).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-file',
      `the exposures cannot be read: ${reasonOf(cause)}`,
      { file: from, expected: 'a directory of catalogue lists, a manifest, or a list' },
      { cause },
    )
  })
  if (facts.isDirectory()) {
    const entries = await readdir(from, { recursive: true, withFileTypes: true })
    const lists = entries
      .filter((entry) => entry.isFile() && parseListName(entry.name))
      .map((entry) => join(resolve(entry.parentPath), entry.name))
    if (lists.length === 0)
      throw new InputError('no-list', 'there is no catalogue list in the directory or below it', {
        file: from,
        expected: 'D{E}_r{R}p{A}_red_catlist.csv',
      })
    return lists.map((listPath) => ({ listPath }))
  }
  if (parseListName(basename(from))) return [{ listPath: resolve(from) }]
  const base = dirname(resolve(from))
  return parseManifest(await manifestText(from), from).map((row) => {
    if ('file' in row) {
      const sentence = 'jobs of a grid calibrate lists: of images and catalogues `bliss-calib batch` takes a manifest'
      throw new InputError('bad-manifest', sentence, { file: from, line: row.line, found: row.file })
    }
    const { list, outdir, ccd } = row
    return {
      listPath: resolve(base, list),
      ...(outdir === undefined ? {} : { outdir: resolve(base, outdir) }),
      ...(ccd === undefined ? {} : { ccd }),
    }
  })
}

const manifestText = (path: string): Promise<string> =>
  readWholeText(path, 'textBytes').catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })

/** Two lists whose products have the same names would overwrite one another. */
function refuseTwice(exposures: readonly GridExposure[]): void {
  const seen = new Map<string, GridExposure>()
  for (const exposure of exposures) {
    const products = join(exposure.outdir, exposure.list.fileName)
    const first = seen.get(products)
    if (first) {
      throw new InputError(
        'same-exposure',
        'two lists have the same name and the same output directory: their products would overwrite one another',
        {
          file: join(exposure.workdir, exposure.list.fileName),
          found: `also ${join(first.workdir, first.list.fileName)}`,
          expected: 'another output directory, or one of the two',
        },
      )
    }
    seen.set(products, exposure)
  }
}
