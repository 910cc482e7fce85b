import type { CatalogueListRow } from '../catalogue-list.js'
import type { FilesName } from '../exposure-name.js'
import type { GivenDetections } from './given-detections.js'
import { givenPath } from './given-image.js'
import type { NumberedImage } from './group-exposures.js'

/** A row of no list: a CCD by its own file. */
export type GivenRow = CatalogueListRow & { readonly given: GivenDetections }

/** The rows that a list would have had. */
export function givenRows(images: readonly NumberedImage[], magsTypeFrom: string): GivenRow[] {
  return images.map(({ image, ccd, ccdFrom }, k) => {
    const { path, form, tables, imageHeaders, found, header, outline, band, bandText, bandFrom, image: pixels } = image
    const { camera, told } = image
    const { exposureTimeSec, airmass } = header.facts
    const { keywords } = header
    return {
      line: k + 1,
      expnum: header.expnum ?? -1,
      fileName: baseOf(path),
      nite: '',
      band,
      bandText,
      ccd,
      centre: outline.centre,
      corners: outline.corners,
      given: {
        path,
        form,
        tables,
        imageHeaders,
        columns: found.columns,
        ...(pixels ? { image: pixels } : {}),
        fluxKinds: found.fluxKinds,
        loneFluxes: found.loneFluxes,
        ccdnum: header.ccdnum ?? -1,
        camera,
        told,
        origin: {
          band: bandFrom,
          corners: outline.origin,
          detections: measuredBy(image),
          ccd: ccdFrom,
          flux: magsTypeFrom,
          ...(header.facts.epochYr === undefined ? {} : { epochYr: keywords.epoch! }),
          ...(header.expnum === undefined ? {} : { expnum: keywords.expnum! }),
          ...(exposureTimeSec === undefined ? {} : { exposureTimeSec: keywords.exposureTime! }),
          ...(airmass === undefined ? {} : { airmass: keywords.airmass! }),
        },
      },
    }
  })
}

/** Who measured the detections, as far as the file tells. */
function measuredBy({ form, imageHeaders, found, image, isMeasuredHere }: NumberedImage['image']): string {
  if (isMeasuredHere === true) return image === undefined ? 'a catalogue of bliss-calib' : 'bliss-calib, on the image'
  if (image !== undefined) return 'source-extractor and psfex, run on the image'
  // No other program writes tables with the header of the image, or in this form, or with these names.
  const ownNames = !Object.keys(found.columns).some((name) => /^(ALPHA|DELTA|FLAGS)/.test(name))
  const isSextractor = form === 'ascii-head' || imageHeaders.length > 0 || (form === 'fits' && ownNames)
  return isSextractor ? 'a catalogue of SExtractor' : 'a table'
}

const baseOf = (path: string): string => path.replace(/^.*[/\\]/s, '')

const COMPRESSED = /\.(?:gz|fz)$/i
const ENDING = /\.(?:fits|fit|fts|cat|ldac|csv|tsv|txt|ecsv|parquet)$/i

/** The name of a file without its directory and ending: `night/a.fits.gz` is `a`. */
export function stemOfFile(path: string): string {
  const name = baseOf(path)
  return name.replace(COMPRESSED, '').replace(ENDING, '') || name
}

/**
 * What the products of an exposure are named after. A file with several CCDs has `{stem}_{EXTNAME}` for each, or the
 * CCD's number if the extensions have no names of their own.
 *
 * @param exposure its name, if the command gives one
 */
export function filesName(images: readonly NumberedImage[], exposure: string | undefined): FilesName {
  const ofFile = new Map<string, number>()
  for (const { image } of images) ofFile.set(givenPath(image), (ofFile.get(givenPath(image)) ?? 0) + 1)
  const named = new Set<string>()
  const stems = Object.fromEntries(
    images.map(({ image, ccd }) => {
      const stem = stemOfFile(givenPath(image))
      // Of several images of a file one alone may be left, the others dead.
      if (ofFile.get(givenPath(image)) === 1 && image.image?.hdu === undefined) return [ccd, stem]
      const extname = image.extname?.replace(/[^\w.+-]/g, '_')
      const own = extname === undefined || named.has(`${stem}_${extname}`) ? String(ccd) : extname
      named.add(`${stem}_${own}`)
      return [ccd, `${stem}_${own}`]
    }),
  )
  return { exposure: exposure ?? commonStem([...ofFile.keys()].map(stemOfFile)), stems }
}

/** What stems have in common at their beginning, without what joins words; the first if that is nothing. */
export function commonStem(stems: readonly string[]): string {
  const first = stems[0]!
  let length = first.length
  for (const stem of stems) {
    let k = 0
    while (k < length && stem[k] === first[k]) k++
    length = k
  }
  const common = first.slice(0, length)
  const words = stems.length === 1 ? common : common.replace(/[^A-Za-z0-9]+$/, '')
  return words === '' ? first : words
}
