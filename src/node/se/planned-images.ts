import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { skyCell, skyOrdered } from '../../batch/sky-order.js'
import { InputError } from '../../errors.js'
import { chooseList, isSound, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import { readCatalogueList } from '../../exposure/read-list.js'
import type { GridExposure } from '../../grid/workflow.js'
import { unreadableFile } from '../disk/reason.js'
import { findImages, imageJobOf, type JobExposure } from './find-images.js'

/** The list that the jobs of an exposure will write, and its rows. */
export interface PlannedImages {
  readonly sha256: string
  readonly rows: readonly CatalogueListRow[]
  readonly fileName: string
  readonly notes: readonly string[]
}

/** What the reduced images of an exposure are to become. Throws InputError as `findImages`. */
export async function plannedImages(directory: string, job: JobExposure): Promise<PlannedImages> {
  const { list, notes } = await findImages(directory, job)
  const sha256 = createHash('sha256').update(list.text).digest('hex')
  return { sha256, rows: readCatalogueList(list.text, list.fileName), fileName: list.fileName, notes }
}

/**
 * The exposures whose reduced images (`D00668439_i_01_r4p5_immask.fits`) are in a directory or below it, in the order
 * of the sky.
 *
 * @param check looks at the rows of every exposure, before anything is planned
 * @throws InputError `no-images`; `no-nite` if neither header nor directory tells the night; `same-exposure` for images
 *   of two bands whose list would have one name; as `findImages`
 */
export async function findSeExposures(
  from: string,
  check: (rows: readonly CatalogueListRow[], listFile: string) => void,
): Promise<{ readonly exposures: readonly GridExposure[]; readonly notes: readonly string[] }> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw unreadableFile(from, cause)
  })
  const jobs = new Map<string, { readonly directory: string; readonly job: JobExposure }>()
  for (const entry of entries) {
    const job = entry.isDirectory() ? undefined : imageJobOf(entry.name)
    const directory = resolve(entry.parentPath)
    if (job !== undefined) jobs.set(JSON.stringify([directory, job]), { directory, job })
  }
  if (jobs.size === 0) {
    const expected = 'D{E}_{band}_{CC}_r{R}p{A}_immask.fits, also .fz and .gz'
    throw new InputError('no-images', 'there is no reduced image in the directory or below it', {
      file: from,
      expected,
    })
  }
  const notes: string[] = []
  const found: (GridExposure & { readonly cell: number })[] = []
  const seen = new Map<string, string>()
  for (const { directory, job } of [...jobs.values()]) {
    const nite = await niteOf(directory, job)
    const planned = await plannedImages(directory, { ...job, nite })
    notes.push(...planned.notes)
    const products = JSON.stringify([directory, planned.fileName])
    const before = seen.get(products)
    if (before !== undefined) {
      const sentence = 'images of one exposure and attempt are of two bands: their lists would have one name'
      const place = { file: directory, found: `bands ${before} and ${job.band}`, expected: 'a directory for each' }
      throw new InputError('same-exposure', sentence, place)
    }
    seen.set(products, job.band)
    const rows = planned.rows.filter(isSound)
    for (const { fault } of planned.rows) if (fault !== undefined) notes.push(`left out: ${fault.message}`)
    if (rows.length === 0) throw planned.rows[0]!.fault!
    check(rows, planned.fileName)
    const { expnum, reqnum, attnum, band } = job
    found.push({
      ...{ expnum, band, nite, workdir: directory, outdir: directory, sha256: planned.sha256 },
      list: chooseList([planned.fileName], { expnum, reqnum, attnum }, directory),
      ccds: rows.map(({ ccd }) => ccd).sort((a, b) => a - b),
      cell: skyCell(rows.map(({ centre }) => centre)),
    })
  }
  const ordered = skyOrdered(found, ({ workdir, list }) => `${workdir}/${list.fileName}`)
  return { exposures: ordered.map(({ cell: _cell, ...exposure }) => exposure), notes }
}

/** The night by NITE of the images, else by the innermost directory that is called after one. */
async function niteOf(directory: string, job: JobExposure): Promise<string> {
  const { images } = await findImages(directory, job)
  for (const { hdus } of images) {
    for (const { header } of hdus) {
      const nite = header.text('NITE')?.trim() ?? header.number('NITE')
      if (nite !== undefined) return String(nite)
    }
  }
  const named = directory
    .split('/')
    .reverse()
    .find((part) => /^20\d{6}$/.test(part))
  if (named !== undefined) return named
  const sentence = 'neither the images nor their directory say of which night they are'
  throw new InputError('no-nite', sentence, { file: directory, expected: 'NITE in a header, or a directory YYYYMMDD' })
}
