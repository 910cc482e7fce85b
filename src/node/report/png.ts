import { fileURLToPath } from 'node:url'
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
  return new Resvg(standaloneSvg(figure), options).render().asPng()
}
