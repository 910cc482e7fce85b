import { list, path } from '../options/kinds.js'

/** The options of `camera check`. */
export const CHECK_OPTIONS = {
  description: path('description of a camera, a JSON file', { positional: true, required: true }),
  images: list('images, or SExtractor catalogues in FITS_LDAC; also .fz and .gz', { positional: true }),
}
