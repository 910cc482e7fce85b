import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { fromTangentPlane } from '../../../src/math/sphere.js'
import { imageCards, madeImage, type MadeImage } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'

/** The zeropoint that stars are given, on the catalogue's own system. */
export const TRUTH = 27.25
const SCALE_DEG = 0.263 / 3600
/** The second image lies a degree to the east. */
const POINTINGS = [
  { raDeg: 53.1, decDeg: -27.8 },
  { raDeg: 54.2, decDeg: -27.8 },
]
export const made = [madeImage({ lattice: 5, seed: 2 }), madeImage({ lattice: 5, seed: 3 })]

/** Stars of a catalogue where the image has them: x runs north, y east. */
const rowsOf = ({ columns, rows, stars }: MadeImage, k: number): string[] =>
  stars.map(({ x, y, flux }, i) => {
    const xi = (y - (rows + 1) / 2) * SCALE_DEG
    const eta = (x - (columns + 1) / 2) * SCALE_DEG
    const { raDeg, decDeg } = fromTangentPlane(xi, eta, POINTINGS[k]!)
    const mag = TRUTH - 2.5 * Math.log10(flux)
    return [1000 * (k + 1) + i, raDeg, decDeg, mag, mag + 0.3, mag - 0.4, 0, 0, 0, 2015.5].join(',')
  })

export const cardsOf = (k: number, further: Parameters<typeof imageCards>[1] = {}) =>
  imageCards(made[k]!, { CRVAL1: POINTINGS[k]!.raDeg, CRVAL2: POINTINGS[k]!.decDeg, ...further })

/** Faint stars round the images, so that the catalogue reaches as far as a wrong WCS does. */
const around = POINTINGS.flatMap(({ raDeg, decDeg }, k) =>
  Array.from({ length: 225 }, (_, i) => {
    const [xi, eta] = [0.008 * ((i % 15) - 7), 0.008 * (Math.floor(i / 15) - 7)]
    return [
      9000 + 1000 * k + i,
      raDeg + xi / Math.cos(decDeg / 57.3),
      decDeg + eta,
      20.9,
      21.2,
      20.5,
      0,
      0,
      0,
      2015.5,
    ].join(',')
  }),
)

/** A catalogue of the stars of images, by default of both. */
export async function catalogOfImages(images: readonly MadeImage[] = made): Promise<string> {
  const dir = temporaryDirectory()
  const names = 'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,phot_rp_mean_mag,pmra,pmdec,parallax,ref_epoch'
  writeFileSync(join(dir, 'gaia.csv'), [names, ...images.flatMap(rowsOf), ...around].join('\n') + '\n')
  const catalog = join(dir, 'catalog')
  const words = [
    'catalog',
    'build',
    '--from',
    join(dir, 'gaia.csv'),
    '--to',
    catalog,
    '--release',
    'gaia_dr2',
    '--quiet',
  ]
  expect((await run(words)).exitCode).toBe(0)
  return catalog
}

export const calibrateWith = (catalog: string, ...words: readonly string[]) =>
  run([...words, '--catalog', catalog, '--system', 'catalog'], { PATH: process.env['PATH'] ?? '' })
