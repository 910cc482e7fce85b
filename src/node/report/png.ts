import { fileURLToPath } from 'node:url'
import { crc32 } from '../../formats/parquet/index.js'
import { PNG_MARK } from '../../products/own-product.js'
import { standaloneSvg, type Figure } from '../../report/figures/figure.js'
import { packageRoot } from '../package.js'

const FONTS = ['latin-400', 'latin-600', 'greek-400', 'greek-600'].map((subset) =>
  fileURLToPath(new URL(`dist/fonts/source-sans-3-${subset}.ttf`, packageRoot)),
)

/**
 * A figure as PNG, twice its size in pixels, drawn by resvg (loaded only here) with the package's own font: the same on
 * every machine.
 */
export async function pngOf(figure: Figure): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js')
  const options = {
    fitTo: { mode: 'zoom', value: 2 },
    font: { loadSystemFonts: false, fontFiles: FONTS, defaultFontFamily: 'Source Sans 3' },
  } as const
  return markedPng(new Resvg(standaloneSvg(figure), options).render().asPng())
}

/** Signature, and the chunk of the size, which has to be the first. */
const PNG_HEAD_BYTES = 8 + 25

/** A PNG that says in a chunk of text who made it: length, type, text, CRC-32 of type and text. */
function markedPng(png: Uint8Array): Uint8Array {
  const typed = new TextEncoder().encode(`tEXt${PNG_MARK}`)
  const marked = new Uint8Array(png.length + typed.length + 8)
  marked.set(png.subarray(0, PNG_HEAD_BYTES))
  marked.set(typed, PNG_HEAD_BYTES + 4)
  marked.set(png.subarray(PNG_HEAD_BYTES), PNG_HEAD_BYTES + typed.length + 8)
  const view = new DataView(marked.buffer)
  view.setUint32(PNG_HEAD_BYTES, typed.length - 4)
  view.setUint32(PNG_HEAD_BYTES + 4 + typed.length, crc32(typed))
  return marked
}
