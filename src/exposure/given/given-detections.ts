import type { RecognisedCamera } from '../../camera/recognise.js'
import type { ToldFacts } from './told-facts.js'

/** SExtractor's name of a column -> its name in the file, if that is another. */
export type GivenColumns = Readonly<Record<string, string>>

/** How the detections of one CCD are read from a file that was given, without a list. Plain data. */
export interface GivenDetections {
  /** The file as it was named. */
  readonly path: string
  readonly form: GivenForm
  /** HDUs of the tables of detections, and of the headers of their image; none in a file that is not FITS. */
  readonly tables: readonly number[]
  readonly imageHeaders: readonly number[]
  readonly columns: GivenColumns
  /** The image that the detections were measured on, if that was given. */
  readonly image?: GivenPixels
  /** Kinds of the fluxes that have an error: PSF of FLUX_PSF. */
  readonly fluxKinds: readonly string[]
  /** Fluxes that have no error. */
  readonly loneFluxes: readonly string[]
  /** CCDNUM of the image header; -1 if it has none. */
  readonly ccdnum: number
  /** Of the image. */
  readonly camera: RecognisedCamera
  /** What the command says in place of the header. */
  readonly told: ToldFacts
  /** What the list would have carried -> where its value is from. */
  readonly origin: Readonly<Record<string, string>>
}

/** An image of a file: the HDU by number or EXTNAME, unless it is the file's only one. */
export interface GivenPixels {
  readonly path: string
  readonly hdu?: number | string
}

/** What a file is; `fits` also holds ASCII tables. */
export type GivenForm = 'fits' | 'ascii-head' | 'csv' | 'parquet'
