import { InputError } from '../errors.js'
import type { FitsCard, FitsHeader } from '../formats/fits/index.js'
import { significantText } from '../formats/number-text.js'
import { cornersByWcs } from './corners-by-wcs.js'

/** Names of images that a list is made from: the survey's, before and after it changed them. */
export const IMAGE_NAME = /_immask(?:ed)?\.fits(?:\.fz|\.gz)?$/

/** One `*_immask.fits[.fz]`: its name without directory and its headers, the one to be asked first in front. */
export interface ImageHeaders {
  readonly fileName: string
  readonly headers: readonly FitsHeader[]
}

const CORNERS = ['RA_CENT', 'DEC_CENT', 'RAC1', 'DECC1', 'RAC2', 'DECC2', 'RAC3', 'DECC3', 'RAC4', 'DECC4'] as const
const HEADER = ['EXPNUM', 'FILENAME', 'NITE', 'BAND', 'CCDNUM', 'AIRMASS', 'EXPTIME', ...CORNERS].join(',')

/** What the original writes if the header says nothing. A missing EXPNUM or corner stops it too. */
const INVENTED: Readonly<Record<string, string>> = { NITE: '', BAND: 'g', CCDNUM: '01', AIRMASS: '1.3', EXPTIME: '90.' }

/**
 * The catalogue list of an exposure from the headers of its images, as the original's list-maker writes it: files by
 * name, `{exposure}_{tag}_red_catlist.csv` after the first of them, reals with 12 significant digits (Python 2 `str`).
 *
 * Nothing is invented: a keyword that is missing is an error, but for NITE, which stays blank, and for the centre and
 * the corners, which follow from the WCS of the image if it has one. With `legacy` the original's stand-ins (band g,
 * CCD 01, airmass 1.3, 90 s) are written, and the exposure time is cut to whole seconds.
 *
 * @throws InputError naming the file and the keywords that are missing; if its WCS cannot be right; if two images are
 *   of one CCD; if a file's name has no exposure, band, CCD and tag; and, without `legacy`, if name and header disagree
 *   or the files are of several exposures
 */
export function makeCatalogueList(
  images: readonly ImageHeaders[],
  { legacy = false } = {},
): { fileName: string; text: string } {
  const sorted = [...images].sort((a, b) => (a.fileName < b.fileName ? -1 : a.fileName > b.fileName ? 1 : 0))
  const first = sorted[0]
  if (first === undefined)
    throw new InputError('no-images', 'there is no image to make a catalogue list from', {
      expected: 'files *_immask.fits or *_immasked.fits, also .fz and .gz',
    })
  const { exposure, tag } = splitName(first.fileName)
  const imageOf = new Map<string, string>()
  const rows = sorted.map((image) => {
    const name = splitName(image.fileName)
    if (!legacy && (name.exposure !== exposure || name.tag !== tag)) {
      throw new InputError(
        'several-exposures',
        'the images are of several exposures or attempts: make one list for each',
        {
          file: image.fileName,
          found: `${name.exposure} ${name.tag}`,
          expected: `${exposure} ${tag}, as ${first.fileName}`,
        },
      )
    }
    const ccd = `${name.exposure} ${name.ccd.replace(/^c?0*/, '')} ${name.tag}`
    const before = imageOf.get(ccd)
    if (before !== undefined) {
      const place = { file: image.fileName, found: before, expected: 'one image of each CCD' }
      throw new InputError('repeated-ccd', 'two images are of one CCD: leave one of them out', place)
    }
    imageOf.set(ccd, image.fileName)
    return listRow(image, name, legacy)
  })
  return { fileName: `${exposure}_${tag}_red_catlist.csv`, text: [HEADER, ...rows].join('\n') + '\n' }
}

interface NameParts {
  readonly exposure: string
  readonly band: string
  readonly ccd: string
  readonly tag: string
}

function splitName(fileName: string): NameParts {
  const [exposure, band, ccd, tag, kind] = fileName.split('_')
  if (!exposure || !band || !ccd || !tag || kind === undefined) {
    const expected = 'a name such as D00668439_i_28_r4p5_immask.fits or D00668439_i_c28_r4p5_immasked.fits.fz'
    throw new InputError('bad-name', 'the name of the image has no exposure, band, CCD and tag', {
      file: fileName,
      expected,
    })
  }
  return { exposure, band, ccd, tag }
}

function listRow({ fileName, headers }: ImageHeaders, name: NameParts, legacy: boolean): string {
  const cardOf = (keyword: string): FitsCard | undefined =>
    headers.map((header) => header.card(keyword)).find((card) => card !== undefined && pythonText(card) !== undefined)
  const standIn = (keyword: string) => (legacy || keyword === 'NITE' ? INVENTED[keyword] : undefined)
  const said = CORNERS.every((keyword) => cardOf(keyword) !== undefined)
  const byWcs = said || legacy ? undefined : cornersByWcs(headers, fileName)
  const textOf = (keyword: string): string | undefined => {
    const derived = byWcs?.get(keyword)
    if (derived !== undefined) return realText(derived)
    const card = cardOf(keyword)
    return card === undefined ? standIn(keyword) : pythonText(card)
  }
  const wanted = ['EXPNUM', 'NITE', 'BAND', 'CCDNUM', 'AIRMASS', 'EXPTIME', ...CORNERS]
  const missing = wanted.filter((keyword) => textOf(keyword) === undefined)
  if (missing.length > 0) {
    throw new InputError('fits-missing-keyword', `the image header lacks ${missing.join(', ')}`, {
      file: fileName,
      expected: missing.length === 1 ? 'this keyword' : 'these keywords',
    })
  }
  const [expnum, nite, band, ccd, airmass, exposureTime] = wanted.map((keyword) => textOf(keyword)!.trimEnd()) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  if (!legacy) {
    agree(fileName, 'EXPNUM', expnum, name.exposure.replace(/^D0*/, ''))
    agree(fileName, 'BAND', band, name.band)
    agree(fileName, 'CCDNUM', ccd, name.ccd.replace(/^c?0*/, ''))
  }
  const catalogue = `${name.exposure}_${name.band}_${name.ccd}_${name.tag}_fullcat.fits`
  return [
    expnum,
    catalogue,
    nite,
    band,
    ccd,
    airmass,
    secondsText(exposureTime, legacy),
    ...CORNERS.map((keyword) => textOf(keyword)!),
  ].join(',')
}

function agree(file: string, keyword: string, found: string, expected: string): void {
  if (found !== expected)
    throw new InputError('name-and-header', `keyword ${keyword} disagrees with the name of the image`, {
      file,
      found,
      expected,
    })
}

/** `90.` for whole seconds, else all digits; the original cuts them off. */
function secondsText(text: string, legacy: boolean): string {
  const [whole, fraction = ''] = text.split('.')
  return legacy || /^0*$/.test(fraction) ? `${whole}.` : text
}

/** A header value as Python 2 prints it; undefined for a keyword without a usable value. */
function pythonText({ kind, value }: FitsCard): string | undefined {
  if (kind === 'string') return value as string
  if (kind === 'integer') return String(value)
  return kind === 'real' ? realText(value as number) : undefined
}

function realText(value: number): string {
  const text = significantText(value, 12)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}
