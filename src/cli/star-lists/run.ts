import { isSound } from '../../exposure/catalogue-list.js'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import type { NamedBytes } from '../../formats/bytes.js'
import { readNumericCsv } from '../../formats/csv.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { openInput, writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { readList } from '../../node/input/read-exposure.js'
import { recoverDirectory, refuseUnfinished } from '../../node/disk/recover-directory.js'
import { systemOfZeroCsv } from '../../products/mixed-systems.js'
import {
  listStars,
  STAR_LIST_COLUMNS,
  starLists,
  type ListedStar,
  type SearchExposure,
  type TemplateCatalogue,
} from '../../products/star-lists.js'
import { listTiedStars } from '../../tied-products/listed-stars.js'
import { tieFileNames } from '../../tied-products/names.js'
import { parseTieDocument } from '../../tied-products/read-document.js'
import { readTiedStars } from '../../tied-products/tied-stars.js'
import { readParquet } from '../../formats/parquet/index.js'
import { catalogTools } from '../../node/store/catalog-files.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { readIfThere } from '../../node/exposure/standing-products.js'

/** What `starlists` is asked for. */
export interface StarListOptions {
  readonly expnum: number
  readonly reqnum?: string
  readonly attnum?: number
  readonly templates?: readonly string[]
  readonly tie?: string
  readonly workdir: string
  readonly outdir: string
  readonly quiet: boolean
}

/** `starlists`: the star and veto lists of a search exposure from the calibrated catalogues of its templates. */
export async function writeStarLists(options: StarListOptions, io: Io): Promise<ExitCode> {
  await recoverDirectory(options.outdir)
  const { files, stars, of } = await makeStarLists(options, io)
  await refuseForeignFiles(
    options.outdir,
    files.map(({ name }) => name),
  )
  await writeFilesWhole(options.outdir, files)
  if (!options.quiet) io.out(`${files.map(({ name }) => name).join(' and ')}: ${stars} stars of ${of}\n`)
  return 0
}

/** The star list and the veto list, under their own names, how many stars are in them, and of what. */
export async function makeStarLists(
  options: Pick<StarListOptions, 'expnum' | 'reqnum' | 'attnum' | 'templates' | 'tie' | 'workdir'>,
  io: Io,
): Promise<{ files: NamedBytes[]; stars: number; of: string }> {
  const list = await readList(options.workdir, options)
  const rows = list.rows.filter(isSound)
  for (const { fault } of list.rows) if (fault !== undefined) io.err(`bliss-calib: left out: ${fault.message}\n`)
  const search = {
    list: list.name,
    band: rows[0]!.band,
    cornersRaDeg: rows.flatMap(({ corners }) => corners.raDeg),
    cornersDecDeg: rows.flatMap(({ corners }) => corners.decDeg),
  }
  const { tie, templates = [] } = options
  const stars = tie === undefined ? listStars(await readTemplates(templates), search) : await starsOfTie(tie, search)
  const ofTemplates = `${templates.length} ${templates.length === 1 ? 'template' : 'templates'}`
  return { files: starLists(stars, search), stars: stars.length, of: tie === undefined ? ofTemplates : basename(tie) }
}

async function readTemplates(paths: readonly string[]): Promise<TemplateCatalogue[]> {
  const templates: TemplateCatalogue[] = []
  for (const directory of new Set(paths.map(dirname))) await refuseUnfinished(directory)
  for (const path of paths)
    templates.push({ name: path, system: await systemBeside(path), table: await readCalibrated(path) })
  return templates
}

async function starsOfTie(path: string, search: SearchExposure): Promise<ListedStar[]> {
  await refuseUnfinished(dirname(path))
  const text = await readIfThere(path)
  if (text === undefined) throw new InputError('missing-file', 'the file does not exist', { file: path })
  const document = parseTieDocument(text, path)
  const file = join(dirname(path), tieFileNames(document.tie).stars)
  const stars = readTiedStars(await readParquet(await openInput(file), catalogTools), file)
  return listTiedStars(stars, document, search, path)
}

/** The photometric system of a calibrated catalogue, as the `Zero_` or `allZP_` file beside it says. */
async function systemBeside(path: string): Promise<string> {
  const stem = /^(D\d+(?:_\d+)?_r.+p\d+)_ZP\.(?:csv|fits)(?:\.gz)?$/.exec(basename(path))?.[1]
  const beside = stem === undefined ? [] : [`Zero_${stem}.csv`, `allZP_${stem}.csv`]
  for (const name of beside) {
    const text = await readIfThere(join(dirname(path), name))
    if (text !== undefined) return systemOfZeroCsv(text)
  }
  throw new InputError('unknown-system', 'the photometric system of the catalogue cannot be told', {
    file: path,
    expected: beside.join(' or ') || 'a name such as D00668439_r4p5_ZP.csv',
  })
}

async function readCalibrated(path: string): Promise<Table> {
  const source = await openInput(path)
  const bytes = await source.slice(0, source.byteLength)
  if (new TextDecoder().decode(bytes.subarray(0, 6)) === 'SIMPLE')
    return readFitsTable(source, { columns: [...STAR_LIST_COLUMNS] })
  const chunks: Table[] = []
  const fields = (header: readonly string[]) =>
    STAR_LIST_COLUMNS.map((name) => {
      const index = header.indexOf(name)
      if (index < 0)
        throw new InputError('missing-column', 'the calibrated catalogue lacks a column', { file: path, column: name })
      return { name, index, type: 'f64' as const }
    })
  for await (const chunk of readNumericCsv([bytes], { name: path, fields })) chunks.push(chunk)
  return tableOf(
    STAR_LIST_COLUMNS.map((name, k): Column => {
      const parts = chunks.map((chunk) => chunk.columns[k]!.values as Float64Array)
      return { name, type: 'f64', values: Float64Array.from(parts.flatMap((part) => Array.from(part))) }
    }),
  )
}
