import type { CatalogDescription } from '../../../src/catalog/description.js'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { bandMagAt, partsOf } from '../../../src/photometry/system/band-magnitude.js'
import type { SimulatedCcd, SimulatedExposure } from '../../../src/simulate/exposure.js'

type Mags = Readonly<Record<'g' | 'r' | 'i' | 'z' | 'Y', number>>

/** SDSS from DES: the relations of DES DR2 (as quoted on the Rubin forum), solved for SDSS. */
function sdssOf({ g, r, i, z }: Mags) {
  const rMinusI = (r - i + 0.039) / 1.011
  const iSdss = i + 0.166 * rMinusI - 0.032
  const rSdss = r + 0.155 * rMinusI + 0.007
  return { g: (g - 0.008 - 0.061 * iSdss) / 0.939, r: rSdss, i: iSdss, z: z + 0.056 * rMinusI - 0.027 }
}

/** PS1 from DES: legacypipe's polynomials in PS1's g - i, solved by iteration. */
const LEGACYPIPE = {
  g: [0.00062, 0.03604, 0.01028, -0.00613],
  r: [0.00495, -0.08435, 0.03222, -0.0114],
  i: [0.00904, -0.04171, 0.00566, -0.00829],
  z: [0.02583, -0.0769, 0.02824, -0.00898],
  Y: [0.02332, -0.05992, 0.0284, -0.00572],
} as const
function ps1Of(des: Mags, band: keyof Mags): number {
  const at = (b: keyof Mags, x: number) => des[b] - LEGACYPIPE[b].reduce((sum, k, n) => sum + k * x ** n, 0)
  let x = des.g - des.i
  for (let round = 0; round < 20; round++) {
    const clipped = Math.min(2.7, Math.max(0.4, x))
    x = at('g', clipped) - at('i', clipped)
  }
  return at(band, Math.min(2.7, Math.max(0.4, x)))
}

/**
 * Light that goes by a DES band's letter: [name, band, its magnitude of a star of these DES magnitudes].
 * Johnson-Cousins: Lupton (2005).
 */
export const OTHER_LIGHT: readonly (readonly [name: string, band: keyof Mags, mag: (des: Mags) => number])[] = [
  ...(['g', 'r', 'i', 'z'] as const).map((band) => [`SDSS ${band}`, band, (des: Mags) => sdssOf(des)[band]] as const),
  ...(['g', 'r', 'i', 'z', 'Y'] as const).map(
    (band) => [`PS1 ${band}`, band, (des: Mags) => ps1Of(des, band)] as const,
  ),
  ['B', 'g', (des) => ((s) => s.g + 0.313 * (s.g - s.r) + 0.2271)(sdssOf(des))],
  ['V', 'g', (des) => ((s) => s.g - 0.5784 * (s.g - s.r) - 0.0038)(sdssOf(des))],
  ['V', 'r', (des) => ((s) => s.g - 0.5784 * (s.g - s.r) - 0.0038)(sdssOf(des))],
  ['R', 'r', (des) => ((s) => s.r - 0.1837 * (s.g - s.r) - 0.0971)(sdssOf(des))],
  ['I', 'i', (des) => ((s) => s.r - 1.2444 * (s.r - s.i) - 0.382)(sdssOf(des))],
]

/** A simulated CCD's detections as they would be in that light, by the stars' own true colours. */
export function inLightOf(
  [, band, magOf]: (typeof OTHER_LIGHT)[number],
  { sources, detections }: SimulatedCcd,
  { sky }: SimulatedExposure,
  { relations }: CatalogDescription,
): SourceColumns {
  const factor = Float64Array.from(detections.starIndex, (s) => {
    if (s < 0) return 1
    // Beyond the relations' colours the published ones are not known either.
    const bp = sky.rpMag[s]! + Math.min(3, Math.max(0.4, sky.bpMag[s]! - sky.rpMag[s]!))
    const gaia: Readonly<Record<string, number>> = { G: sky.gMag[s]!, bp, rp: sky.rpMag[s]! }
    const magIn = (b: keyof Mags) => {
      const stars = partsOf(relations[b]!, (band) => [gaia[band] ?? NaN])
      return bandMagAt(relations[b]!, stars, 0)
    }
    const des = { g: magIn('g'), r: magIn('r'), i: magIn('i'), z: magIn('z'), Y: magIn('Y') }
    return 10 ** (-0.4 * (magOf(des) - des[band]))
  })
  const times = (values: Float64Array) => values.map((value, i) => value * factor[i]!)
  return { ...sources, flux: times(sources.flux), fluxErr: times(sources.fluxErr) }
}
