import { flag, list, output, path, text } from '../options/kinds.js'

/** The options of `camera check`. */
export const CHECK_OPTIONS = {
  description: path('description of a camera, a JSON file', { positional: true, required: true }),
  images: list('images, or SExtractor catalogues in FITS_LDAC; also .fz and .gz', { positional: true }),
}

/** The options of `camera fit`. */
export const FIT_OPTIONS = {
  products: list('directories of products of the camera (`batch`), or zeropoint JSONs', {
    positional: true,
    required: true,
  }),
  camera: path("description of the camera (JSON); default the package's, by the products"),
  band: text('bands, comma between; default all that the products have'),
  filter: text('FILTER of the headers, if a band has exposures of several filters'),
  description: path('description of the reference catalogue (JSON), if the package has none'),
  to: output('description to write (JSON): the camera with the colour terms'),
  force: flag('replace the description that is there'),
  report: flag('write a page with the stars against colour and magnitude'),
  outdir: output('directory of the page', { default: '.' }),
  json: flag('one JSON object on stdout'),
  quiet: flag('print nothing but errors'),
}
