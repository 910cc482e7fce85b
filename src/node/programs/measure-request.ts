import type { RecognisedCamera } from '../../camera/recognise.js'
import type { KnownPixelFacts, PixelFacts } from '../../exposure/electrons-per-unit.js'
import type { HduChoice } from '../../exposure/image-planes.js'
import type { ProgramControl } from '../processes/run-program.js'
import type { MeasureEngine, MeasureGrade } from './measure-engines.js'
import type { ModelledPsf } from './model-psf.js'
import type { AstrometryFacts, ReferenceNear } from './solve-astrometry.js'

/** An image to be measured, and where to. */
export interface MeasureRequest extends ProgramControl {
  /** Path of the image: FITS, plain, `.gz` or `.fz`. */
  readonly image: string
  /** Number or EXTNAME, if the file holds several images. */
  readonly hdu?: HduChoice
  /** Path of the weight map, if it is not in the image's file nor beside it (`_oow`). */
  readonly weight?: string
  /** Path of the mask, if it is not in the image's file nor beside it (`_ood`). */
  readonly mask?: string
  /** Directory of the products. */
  readonly workdir: string
  /** What the products' names begin with: `{stem}_fullcat.fits`, `{stem}.psf`; by default the image's name. */
  readonly stem?: string
  /** Leave the programs' files in `{stem}_programs/`. */
  readonly keep?: boolean
  /** Replace foreign files in the place of products; without it they are refused. */
  readonly replace?: boolean
  /** Further names of products that this measurement leads to: they are refused in the same way. */
  readonly alsoWritten?: readonly string[]
  /** What to do about such a file, for the message. */
  readonly wayOut?: string
  /** Solve the astrometry by SCAMP against these stars, and write its `{stem}.head`. */
  readonly reference?: ReferenceNear
  /** Also write `{stem}_segmap.fits`: which pixel belongs to which object. */
  readonly segmentation?: boolean
  /** Further columns of the catalogue, a list in `programs/`. */
  readonly columns?: 'desdm'
  /** Which engine measures: by default source-extractor and psfex; `own` needs no other program. */
  readonly engine?: MeasureEngine
  /** How much the own engine measures: by default all. */
  readonly grade?: MeasureGrade
  /** Side of the pixels round each object that the own engine's catalogue holds as VIGNET. */
  readonly vignet?: number
  /** Without it, whichever of the package fits. */
  readonly camera?: RecognisedCamera
  /** What is known better than the header tells it. */
  readonly known?: KnownPixelFacts
  /** A model that was made before; without it one is made. */
  readonly psf?: ModelledPsf
  /** Measure apertures alone if there are no stars to model the PSF from: the catalogue has no FLUX_PSF then. */
  readonly mayLackPsf?: boolean
  /** Hears of each stage as it begins. */
  readonly onStage?: (stage: MeasureStage) => void
  /** Gets the model before the long stage that uses it. */
  readonly onPsf?: (psf: ModelledPsf) => Promise<void>
}

export type MeasureStage = 'read' | 'detect' | 'measure'

/** What was measured. */
export interface MeasuredImage {
  /** Path of the FITS_LDAC catalogue. */
  readonly catalogue: string
  readonly objects: number
  /** Path of psfex's model; absent if there were no stars to make it from. */
  readonly psf?: string
  /** Of the PSF; without it, of the brightest objects. */
  readonly fwhmArcsec: number
  readonly fwhmPixels: number
  readonly model?: Pick<ModelledPsf, 'facts' | 'degree'>
  readonly pixelFacts: PixelFacts
  /** SCAMP's header, and what it found. */
  readonly head?: string
  readonly astrometry?: AstrometryFacts
  readonly segmentation?: string
  /** Sentences on what was found out or left out. */
  readonly notes: readonly string[]
}
