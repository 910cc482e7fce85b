import { DataError } from '../../errors.js'
import type { RecognisedCamera } from '../../camera/recognise.js'
import type { FitsHdu } from '../../formats/fits/index.js'
import { scienceImages, type HduChoice } from '../../exposure/image-planes.js'
import { measureImage, stemOf } from './measure-image.js'
import type { MeasuredImage, MeasureRequest } from './measure-request.js'
import type { ProgramControl } from '../processes/run-program.js'

/** An image of a file, measured. */
export interface MeasuredCcd extends MeasuredImage {
  /** What the names of its products begin with. */
  readonly stem: string
  /** The image in its file, if that has several. */
  readonly hdu?: HduChoice
}

/** How the images of a file are measured. */
interface MeasuredCcdsControl extends ProgramControl, Pick<MeasureRequest, 'engine' | 'grade' | 'vignet'> {
  /** Of the images. */
  readonly cameras: ReadonlyMap<FitsHdu, RecognisedCamera>
  /**
   * Hears of an image of several that cannot be measured because of what is in it, such as a dead CCD; the others are
   * measured. Without it that is thrown.
   */
  readonly onUnfit?: (error: DataError) => void
  /** Names of the products that a stem will have: nothing is measured if one of them is a foreign file. */
  readonly productsOf?: (stem: string, alone: boolean) => readonly string[]
}

/**
 * Measures every image of a file but its masks, weights and the like: each is a CCD. The catalogue of a file's only
 * image is `{stem}_fullcat.fits`; of several, EXTNAME or the number of the HDU joins the stem.
 *
 * @param hdus images of the file
 * @throws as `measureImage`
 */
export async function measuredCcds(
  image: string,
  hdus: readonly FitsHdu[],
  workdir: string,
  { cameras, productsOf, onUnfit, ...control }: MeasuredCcdsControl,
): Promise<MeasuredCcd[]> {
  const images = scienceImages(hdus)
  const measure = async (stem: string, of: FitsHdu | undefined, hdu?: HduChoice): Promise<MeasuredCcd> => {
    const camera = of && cameras.get(of)
    const chosen = { ...(hdu === undefined ? {} : { hdu }), ...(camera ? { camera } : {}) }
    const alsoWritten = productsOf?.(stem, images.length < 2) ?? []
    const request = { image, workdir, stem, mayLackPsf: true, alsoWritten, ...chosen }
    return { ...(await measureImage({ ...request, ...control })), stem, ...(hdu === undefined ? {} : { hdu }) }
  }
  const stem = stemOf(image)
  // Says that there is none, if so.
  if (images.length < 2) return [await measure(stem, images[0])]
  const names = images.map(({ name }) => name?.trim().toUpperCase())
  const measured: MeasuredCcd[] = []
  for (const [k, one] of images.entries()) {
    const { index, name } = one
    const isOwn = name !== undefined && names.indexOf(names[k]) === names.lastIndexOf(names[k])
    const own = isOwn ? name.trim() : index
    try {
      measured.push(await measure(`${stem}_${String(own).replace(/[^\w.+-]/g, '_')}`, one, own))
    } catch (error) {
      if (!(error instanceof DataError) || onUnfit === undefined) throw error
      onUnfit(error)
    }
  }
  return measured
}
