import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '../../../src/math/random.js'

/** A star of a made image: its centre in FITS pixels and the sum of its light, in the image's unit. */
export interface MadeStar {
  readonly x: number
  readonly y: number
  readonly flux: number
}

export interface MadeImage {
  readonly columns: number
  readonly rows: number
  readonly pixels: Float32Array
  readonly stars: readonly MadeStar[]
}

export interface ImageOptions {
  readonly seed?: number
  readonly columns?: number
  readonly rows?: number
  /** Stars in each direction of a lattice that is shaken a little, so that none overlap. */
  readonly lattice?: number
  readonly fwhmPixels?: number
  /** Electrons per count. */
  readonly gain?: number
  /** In counts. */
  readonly sky?: number
  readonly fluxRange?: readonly [number, number]
  /** What the values are multiplied with at the end: 1 / exposure time, or the gain. */
  readonly scale?: number
  /** These instead of a lattice. */
  readonly stars?: readonly MadeStar[]
}

/** Gaussian stars on a level sky, with the noise of their electrons. */
export function madeImage({
  seed = 1,
  columns = 260,
  rows = 240,
  lattice = 3,
  fwhmPixels = 3.6,
  gain = 4,
  sky = 200,
  fluxRange = [3e3, 3e5],
  scale = 1,
  stars: given,
}: ImageOptions = {}): MadeImage {
  const random = seededRandom(seed)
  const light = new Float64Array(columns * rows).fill(sky)
  const sigma = fwhmPixels / 2.3548
  const onLattice = (_: unknown, k: number): MadeStar => {
    const at = (of: number, cell: number) => ((cell + 0.5) / lattice) * of + 6 * (random.uniform() - 0.5)
    const flux = fluxRange[0] * (fluxRange[1] / fluxRange[0]) ** random.uniform()
    return { x: at(columns, k % lattice), y: at(rows, Math.floor(k / lattice)), flux }
  }
  const stars = given ?? Array.from({ length: lattice * lattice }, onLattice)
  const reach = Math.ceil(7 * sigma)
  for (const { x, y, flux } of stars) {
    for (let j = Math.ceil(y) - reach; j <= y + reach; j++) {
      for (let i = Math.ceil(x) - reach; i <= x + reach; i++) {
        if (i < 1 || j < 1 || i > columns || j > rows) continue
        light[(j - 1) * columns + i - 1]! +=
          (flux / (2 * Math.PI * sigma ** 2)) * Math.exp(-((i - x) ** 2 + (j - y) ** 2) / (2 * sigma ** 2))
      }
    }
  }
  const pixels = Float32Array.from(light, (counts) => (random.poisson(counts * gain) / gain) * scale)
  return { columns, rows, pixels, stars: stars.map((star) => ({ ...star, flux: star.flux * scale })) }
}

type CardValue = string | number | boolean

/** A WCS and what else the header of an image says; `null` takes a keyword out. */
export const imageCards = (
  { columns, rows }: { readonly columns: number; readonly rows: number },
  further: Readonly<Record<string, CardValue | null>> = {},
): Record<string, CardValue> => {
  const cards: Record<string, CardValue | null> = {
    ...{ INSTRUME: 'DECam', FILTER: 'i DECam SDSS c0003 7835.0 1470.0', BAND: 'i', EXPNUM: 668439, CCDNUM: 1 },
    ...{ EXPTIME: 90, AIRMASS: 1.2, NITE: '20170817', 'MJD-OBS': 57983.0, GAIN: 4, SATURATE: 40000, BUNIT: 'adu' },
    ...{ CTYPE1: 'RA---TAN', CTYPE2: 'DEC--TAN', CRVAL1: 53.1, CRVAL2: -27.8 },
    ...{ CRPIX1: (columns + 1) / 2, CRPIX2: (rows + 1) / 2 },
    ...{ CD1_1: 0, CD1_2: 0.263 / 3600, CD2_1: 0.263 / 3600, CD2_2: 0 },
    ...further,
  }
  return Object.fromEntries(Object.entries(cards).flatMap(([k, value]) => (value === null ? [] : [[k, value]])))
}

/** One HDU to be written. */
export interface MadeHdu {
  readonly columns?: number
  readonly rows?: number
  /** The type of the array is that of the file; 16-bit unsigned as BITPIX 16 with BZERO. */
  readonly values?: Float32Array | Float64Array | Int16Array | Uint16Array | Int32Array
  readonly cards?: Readonly<Record<string, CardValue>>
}

/** The bytes of a FITS file; the first HDU is the primary. */
export function fitsBytes(hdus: readonly MadeHdu[]): Buffer {
  return Buffer.concat(hdus.flatMap((hdu, k) => hduBytes(hdu, k === 0)))
}

function hduBytes({ columns = 0, rows = 0, values, cards = {} }: MadeHdu, isPrimary: boolean): Buffer[] {
  const floats = values instanceof Float32Array || values instanceof Float64Array
  const size = values?.BYTES_PER_ELEMENT ?? 1
  const all: Record<string, CardValue> = {
    ...(isPrimary ? { SIMPLE: true } : { XTENSION: 'IMAGE' }),
    BITPIX: (floats ? -8 : 8) * size,
    ...(values === undefined ? { NAXIS: 0 } : { NAXIS: 2, NAXIS1: columns, NAXIS2: rows }),
    ...(isPrimary ? { EXTEND: true } : { PCOUNT: 0, GCOUNT: 1 }),
    ...(values instanceof Uint16Array ? { BSCALE: 1, BZERO: 32768 } : {}),
    ...cards,
  }
  const text = Object.entries(all).map(([keyword, value]) => {
    const shown = typeof value === 'string' ? `'${value.padEnd(8)}'` : value === true ? 'T' : String(value)
    return `${keyword.padEnd(8)}= ${typeof value === 'string' ? shown : shown.padStart(20)}`.padEnd(80)
  })
  const header = [...text, 'END'.padEnd(80)].join('')
  const data = Buffer.alloc((values?.length ?? 0) * size)
  values?.forEach((value: number, i: number) => {
    if (values instanceof Float32Array) data.writeFloatBE(value, 4 * i)
    else if (values instanceof Float64Array) data.writeDoubleBE(value, 8 * i)
    else if (values instanceof Int32Array) data.writeInt32BE(value, 4 * i)
    else data.writeInt16BE(values instanceof Uint16Array ? value - 32768 : value, 2 * i)
  })
  return [Buffer.from(padded(header, ' ')), padData(data)]
}

const padded = (text: string, by: string): string => text.padEnd(Math.ceil(text.length / 2880) * 2880, by)
const padData = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((2880 - (data.length % 2880)) % 2880)])

/** Writes an image of one HDU; gives its path. */
export function writeImage(
  path: string,
  image: MadeImage,
  further: Readonly<Record<string, CardValue | null>> = {},
  values: NonNullable<MadeHdu['values']> = image.pixels,
): string {
  writeFileSync(path, fitsBytes([{ ...image, values, cards: imageCards(image, further) }]))
  return path
}

/** Whether the programs that `se` drives are here; without them their tests are skipped by name. */
export const programIsHere = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined

export const programsAreHere = ['source-extractor', 'psfex', 'funpack'].every(programIsHere)

/** Puts a program of this name, a shell script, into a folder; gives PATH with that folder first. */
export function fakeProgram(folder: string, name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return `${folder}:${process.env['PATH']}`
}

/** Where a program is. */
export const pathOf = (program: string): string =>
  execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
