import { InputError } from '../../errors.js'
import { degBetween } from '../disagreements.js'
import { FIELD_DEG } from '../facts-agree.js'
import { overlappingCcds } from '../overlap.js'
import { givenPath, type GivenImage } from './given-image.js'

/** The CCDs of one exposure, and why they belong together. */
export interface GivenExposure {
  readonly images: readonly NumberedImage[]
  /** Why: `EXPNUM 668439`, `DATE-OBS and pointing`; absent of a CCD alone. */
  readonly because?: string
  /** CCDs that are left out because two claim to be the same. */
  readonly refused: readonly { readonly path: string; readonly error: InputError }[]
}

/** A CCD with its number in the exposure. */
export interface NumberedImage {
  readonly image: GivenImage
  readonly ccd: number
  readonly ccdFrom: string
}

/** Start times of one exposure's CCDs; headers are written within a second of one another. */
const SAME_START_SEC = 1
const SECONDS_PER_DAY = 86_400

/**
 * Sorts the CCDs of all files by exposure: those of one EXPNUM and INSTRUME; else of one OBSID; else of one INSTRUME
 * and filter whose exposures begin within a second and point within the field of a camera; else those of one file.
 * Exposures come in the order of their first CCD.
 */
export function groupExposures(images: readonly GivenImage[]): GivenExposure[] {
  const groups = new Map<string, { images: GivenImage[]; because: string }>()
  for (const { key, because, image } of keyed(images)) {
    const group = groups.get(key) ?? { images: [], because }
    group.images.push(image)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ images: members, because }) => {
    const { kept, refused } = withoutDoubles(members)
    return { images: numbered(kept), refused, ...(kept.length > 1 ? { because } : {}) }
  })
}

interface Keyed {
  readonly key: string
  readonly because: string
  readonly image: GivenImage
}

function keyed(images: readonly GivenImage[]): Keyed[] {
  const byTime = startGroups(images.filter((image) => identity(image) === undefined))
  return images.map((image) => {
    const known = identity(image) ?? byTime.get(image)
    return {
      image,
      ...(known ?? { key: `file ${givenPath(image)}`, because: `the extensions of ${givenPath(image)}` }),
    }
  })
}

/** EXPNUM or OBSID, with the instrument: both count anew at every telescope. */
function identity({ header, obsid }: GivenImage): Omit<Keyed, 'image'> | undefined {
  const instrument = header.facts.instrument ?? ''
  if (header.expnum !== undefined && header.expnum > 0)
    return { key: `expnum ${instrument} ${header.expnum}`, because: `EXPNUM ${header.expnum}` }
  return obsid === undefined ? undefined : { key: `obsid ${instrument} ${obsid}`, because: `OBSID ${obsid}` }
}

/** Images that begin together, by instrument and filter: neighbours in time, each within a second of the one before. */
function startGroups(images: readonly GivenImage[]): Map<GivenImage, Omit<Keyed, 'image'>> {
  const found = new Map<GivenImage, Omit<Keyed, 'image'>>()
  const timed = images
    .flatMap((image) => {
      const mjd = image.header.mjdObs ?? image.header.dateObs
      return mjd === undefined ? [] : [{ image, mjd, of: `${image.header.facts.instrument ?? ''} ${image.band}` }]
    })
    .sort((a, b) => (a.of < b.of ? -1 : a.of > b.of ? 1 : a.mjd - b.mjd))
  let last: (typeof timed)[number] | undefined
  let key = ''
  for (const one of timed) {
    const isSame =
      last?.of === one.of &&
      (one.mjd - last.mjd) * SECONDS_PER_DAY <= SAME_START_SEC &&
      degBetween(one.image.outline.centre, last.image.outline.centre) <= FIELD_DEG
    if (!isSame) key = `start ${found.size}`
    found.set(one.image, { key, because: 'one start, instrument, filter and pointing' })
    last = one
  }
  return found
}

/**
 * Leaves out those that claim to be the same CCD, or to be on the same part of the sky: nothing says which is right.
 */
function withoutDoubles(images: readonly GivenImage[]): {
  readonly kept: readonly GivenImage[]
  readonly refused: GivenExposure['refused']
} {
  const doubles = new Map<GivenImage, GivenImage>()
  const byCcd = new Map<number, GivenImage>()
  for (const image of images) {
    const { ccdnum } = image.header
    if (ccdnum === undefined) continue
    const other = byCcd.get(ccdnum)
    if (other === undefined) byCcd.set(ccdnum, image)
    else doubles.set(image, other).set(other, doubles.get(other) ?? image)
  }
  const placed = images.map((image) => ({ image, corners: image.outline.corners }))
  for (const [{ image }, [other]] of overlappingCcds(placed)) {
    if (!doubles.has(image)) doubles.set(image, other!.image)
  }
  const refused = images.flatMap((image) => {
    const other = doubles.get(image)
    return other === undefined ? [] : [{ path: givenPath(image), error: doubled(image, other) }]
  })
  return { kept: images.filter((image) => !doubles.has(image)), refused }
}

function doubled(image: GivenImage, other: GivenImage): InputError {
  if (image.band !== other.band) {
    const sentence = 'two files claim to be of one exposure, and are of two filters: correct EXPNUM, or give them apart'
    return new InputError('several-bands', sentence, {
      file: givenPath(image),
      found: `band ${image.band} here and ${other.band} of ${givenPath(other)}`,
      expected: 'one filter in an exposure',
    })
  }
  const { ccdnum } = image.header
  const isOneCcd = ccdnum !== undefined && other.header.ccdnum === ccdnum
  const what = isOneCcd ? `CCD ${ccdnum}` : 'the same part of the sky'
  const isOneFile = givenPath(other) === givenPath(image)
  const claimants = isOneFile ? 'two images of the file' : 'two files'
  return new InputError('same-ccd', `${claimants} claim to be ${what} of one exposure: give one of them`, {
    file: givenPath(image),
    ...(isOneFile ? { hdu: hduOf(image) } : {}),
    found: `also ${givenPath(other)}${isOneFile ? `, HDU ${hduOf(other)}` : ''}`,
    expected: 'each CCD of an exposure once',
  })
}

/** Where in its file: the image that was measured, else the tables of its detections. */
const hduOf = ({ image, tables }: GivenImage): number | string => image?.hdu ?? tables.join(' and ')

/** CCDNUM, else the lowest numbers that are free, in the order of the files. */
function numbered(images: readonly GivenImage[]): NumberedImage[] {
  const taken = new Set(images.flatMap(({ header: { ccdnum } }) => ccdnum ?? []))
  let next = 0
  return images.map((image): NumberedImage => {
    const { ccdnum } = image.header
    if (ccdnum !== undefined) return { image, ccd: ccdnum, ccdFrom: image.header.keywords.ccd! }
    do next++
    while (taken.has(next))
    return { image, ccd: next, ccdFrom: 'the order of the files' }
  })
}
