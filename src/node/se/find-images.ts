import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bandOfFilter } from '../../camera/filter-names.js'
import { InputError } from '../../errors.js'
import { IMAGE_NAME, makeCatalogueList } from '../../exposure/make-catlist.js'
import { readFitsHeaders, type FitsHdu } from '../../formats/fits/index.js'
import { fileSource, openInput, reasonOf } from '../disk/files.js'
import { firstBytes, isGzip } from '../disk/input-chunks.js'

/** Which exposure a job is about. */
export interface JobExposure {
  readonly expnum: number
  readonly band: string
  /** The evening's date, YYYYMMDD; without it the headers' is not checked. */
  readonly nite?: string
  readonly reqnum: string
  readonly attnum: number
}

/** The reduced image of one CCD. */
export interface CcdImage {
  readonly ccd: number
  readonly path: string
  /** `D00668439_i_01_r4p5`: what its products begin with. */
  readonly stem: string
  readonly hdus: readonly FitsHdu[]
}

/** The images of an exposure and its list. */
export interface ExposureImages {
  readonly images: readonly CcdImage[]
  readonly list: { readonly fileName: string; readonly text: string }
  readonly notes: readonly string[]
}

/** What the name of a reduced image says of its exposure; undefined if it is none. */
export function imageJobOf(name: string): JobExposure | undefined {
  const parts = IMAGE_NAME.test(name) ? NAME.exec(name) : null
  if (parts === null) return undefined
  return { expnum: Number(parts[1]), band: parts[2]!, reqnum: parts[5]!, attnum: Number(parts[6]) }
}

const NAME = /^D(\d{8})_([A-Za-z0-9]+)_c?(\d+)_(r(\w+?)p(\d+))_immask/

/**
 * Finds the reduced images of an exposure in its directory, checks what the job says against their headers, and makes
 * the list of its CCDs.
 *
 * Images of another request or attempt than the job's are taken if there are none of its own, and none but of one:
 * products are named by the job's.
 *
 * @throws InputError `no-images`, `several-exposures` for images of several attempts, `name-and-header` if a header
 *   contradicts the job, and as `makeCatalogueList`
 */
export async function findImages(directory: string, job: JobExposure): Promise<ExposureImages> {
  const names = await readdir(directory).catch((cause: unknown) => {
    const sentence = `the directory of the exposure cannot be read: ${reasonOf(cause)}`
    throw new InputError('unreadable-directory', sentence, { file: directory }, { cause })
  })
  const { chosen, notes } = chooseNames(names, directory, job)
  const images: CcdImage[] = []
  for (const name of chosen.sort()) {
    const [, expnum, band, ccd] = NAME.exec(name)!
    const path = join(directory, name)
    const hdus = await readFitsHeaders(
      isGzip(await firstBytes(path, 2)) ? await openInput(path) : await fileSource(path),
    )
    refuseContradiction(path, hdus, job)
    const stem = `D${expnum}_${band}_${ccd}_r${job.reqnum}p${job.attnum}`
    images.push({ ccd: Number(ccd), path, stem, hdus })
  }
  const list = makeCatalogueList(
    images.map(({ stem, hdus }) => ({ fileName: `${stem}_immask.fits`, headers: hdus.map(({ header }) => header) })),
  )
  return { images, list, notes }
}

function chooseNames(names: readonly string[], directory: string, job: JobExposure) {
  const { expnum, band, reqnum, attnum } = job
  const own = names.flatMap((name) => {
    const parts = IMAGE_NAME.test(name) ? NAME.exec(name) : null
    return parts && Number(parts[1]) === expnum ? [{ name, band: parts[2]!, tag: parts[4]!, parts }] : []
  })
  const inBand = own.filter((image) => image.band === band)
  const expected = `D${String(expnum).padStart(8, '0')}_${band}_{CC}_r${reqnum}p${attnum}_immask.fits, also .fz and .gz`
  if (inBand.length === 0) {
    const found = own.length === 0 ? 'none' : `images in ${[...new Set(own.map((image) => image.band))].join(', ')}`
    const sentence = `there is no reduced image of exposure ${expnum} in ${band}`
    throw new InputError('no-images', sentence, { file: directory, found, expected })
  }
  const asked = inBand.filter(({ parts }) => parts[5] === reqnum && Number(parts[6]) === attnum)
  const tags = [...new Set((asked.length > 0 ? asked : inBand).map(({ tag }) => tag))]
  if (tags.length > 1) {
    const sentence = 'the images are of several attempts: say which by -r and -p'
    throw new InputError('several-exposures', sentence, { file: directory, found: tags.join(', '), expected: 'one' })
  }
  const notes =
    asked.length > 0 ? [] : [`the images are of ${tags[0]}: their products are named r${reqnum}p${attnum}, as asked`]
  return { chosen: (asked.length > 0 ? asked : inBand).map(({ name }) => name), notes }
}

/** What the job says of band and night is checked; EXPNUM, BAND and CCDNUM of the name are by the list. */
function refuseContradiction(file: string, hdus: readonly FitsHdu[], { band, nite }: JobExposure): void {
  const texts = (keyword: string) =>
    hdus
      .flatMap(({ header }) => [header.text(keyword)?.trim() ?? header.number(keyword)])
      .filter((v) => v !== undefined)
  const otherNite = nite === undefined ? undefined : texts('NITE').find((value) => String(value) !== nite)
  if (otherNite !== undefined) {
    const sentence = 'keyword NITE disagrees with the night of the job, -n'
    throw new InputError('name-and-header', sentence, { file, found: String(otherNite), expected: nite! })
  }
  const filter = texts('FILTER').find((value) => (bandOfFilter(String(value)) ?? band) !== band)
  if (filter === undefined) return
  const sentence = 'keyword FILTER disagrees with the band of the job, -b'
  throw new InputError('name-and-header', sentence, { file, found: String(filter), expected: band })
}
