import type { Catalog } from '../../catalog/catalog.js'
import { chooseList, type ListName } from '../../exposure/catalogue-list.js'
import { readNamedList, type ReadList } from '../../node/input/read-exposure.js'
import { readStarFlatFile, type ReadStarFlat } from '../../node/input/read-star-flat.js'
import type { ExposureImages } from '../../node/se/find-images.js'
import { chooseCatalog } from '../calibrate/choose-catalog.js'
import { fieldOfExposures } from '../catalog/field-words.js'
import type { Io } from '../terminal/io.js'
import type { SeOptions } from './options.js'

/** What calibrates an exposure, beside its catalogues. */
export interface Calibration {
  readonly name: ListName
  readonly list: ReadList
  readonly catalog: Catalog
  readonly starFlat?: ReadStarFlat
}

/**
 * Opens what the calibration needs, before minutes of measuring.
 *
 * @throws InputError as `chooseCatalog`, `readNamedList` and `readStarFlatFile`
 */
export async function openCalibration(
  options: SeOptions,
  directory: string,
  found: ExposureImages,
  io: Io,
): Promise<Calibration> {
  const { expnum, reqnum, attnum, starflat } = options
  const name = chooseList([found.list.fileName], { expnum, reqnum, attnum }, directory)
  const list = await readNamedList(directory, name)
  const catalog = await chooseCatalog(options, io.env, () => undefined, fieldOfExposures([list.rows]))
  const starFlat = starflat === undefined ? {} : { starFlat: await readStarFlatFile(starflat) }
  return { name, list, catalog, ...starFlat }
}
