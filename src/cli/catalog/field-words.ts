import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Cone } from '../../catalog/region/cone-query.js'
import { scienceImages } from '../../exposure/image-planes.js'
import { isSound, parseListName, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import { FOOTPRINT_MARGIN_ARCSEC } from '../../exposure/footprint.js'
import { memorySource } from '../../formats/bytes.js'
import { imageSize, type FitsHdu } from '../../formats/fits/index.js'
import { pathWord } from '../../formats/shell-word.js'
import { separationArcsec } from '../../math/sphere.js'
import { imageSky } from '../../node/programs/image-sky.js'
import { imageOutline } from '../../wcs/index.js'
import { meanDirection } from '../../photometry/exposure/apply-solution.js'

/** For a reader who has to fill it in. */
export const ANY_CONE = ['--cone', 'RA,DEC,RADIUS']

export type PlacedRow = Pick<CatalogueListRow, 'centre' | 'corners' | 'fault'>

/** The circle around the CCDs of an exposure that holds all that calibrations of them read; undefined without one. */
export function exposureCone(rows: readonly PlacedRow[]): Cone | undefined {
  const sound = rows.filter(isSound)
  if (sound.length === 0) return undefined
  const mean = meanDirection(sound.map(({ centre }) => centre))
  const raDeg = Number(mean.raDeg.toFixed(4))
  const decDeg = Number(mean.decDeg.toFixed(4))
  const farthest = sound
    .flatMap(({ corners }) => corners.raDeg.map((ra, k) => separationArcsec(raDeg, decDeg, ra, corners.decDeg[k]!)))
    .reduce((most, one) => Math.max(most, one), 0)
  return { raDeg, decDeg, radiusDeg: Math.ceil((farthest + FOOTPRINT_MARGIN_ARCSEC) / 3.6) / 1000 }
}

/** What `catalog fetch` is told so that it fetches the fields of some lists, and directories of them. */
export function fieldOfLists(paths: readonly string[]): string[] {
  const areLists = paths.every(
    (path) => parseListName(basename(path)) !== undefined || statSync(path, { throwIfNoEntry: false })?.isDirectory(),
  )
  return areLists ? ['--for', ...paths.map(pathWord)] : ANY_CONE
}

/** Where the images of a file lie. Throws InputError as `imageSky`. */
export const placesOfImages = (path: string, hdus: readonly FitsHdu[]): PlacedRow[] =>
  scienceImages(hdus).map((hdu) => {
    const { columns, rows } = imageSize(hdu)!
    return imageOutline(imageSky({ source: memorySource(path, new Uint8Array(0)), hdus }, hdu).wcs, columns, rows, path)
  })

/** The same of exposures whose CCDs are known. */
export function fieldOfExposures(exposures: readonly (readonly PlacedRow[])[]): string[] {
  const cones = exposures.flatMap((rows) => exposureCone(rows) ?? [])
  const words = cones.map(({ raDeg, decDeg, radiusDeg }) => `${raDeg},${decDeg},${radiusDeg}`)
  return words.length === 0 ? ANY_CONE : ['--cone', ...new Set(words)]
}
