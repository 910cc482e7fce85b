import type { CameraEvidence } from '../camera/recognise.js'
import { KeywordReader, type HeaderLookup } from './image-header.js'

/**
 * What an image header says of its camera. INSTRUME or FILTER with several values counts as absent.
 *
 * @param fileName that may tell the camera if the header does not
 * @param file for messages
 */
export function cameraEvidence(header: HeaderLookup, fileName: string, file: string): CameraEvidence {
  // Unreadable values are reported by the reader of the facts (image-facts.ts).
  const hint = { decides: false }
  const reader = new KeywordReader(header, file)
  const instrument = reader.text('INSTRUME', hint)
  const filter = reader.text('FILTER', hint) ?? reader.text('BAND', hint)
  return {
    ...(instrument === undefined ? {} : { instrument }),
    ...(filter === undefined ? {} : { filter }),
    fileName,
    header: (keyword) => header(keyword).values,
  }
}
