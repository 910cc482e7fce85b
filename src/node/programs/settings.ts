import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../package.js'

/** Folder of source-extractor's own filters and neural network, as Debian installs them. */
const SHARED = '/usr/share/source-extractor'

/** What every run of source-extractor needs of them. */
export const SHARED_SETTINGS = {
  FILTER_NAME: `${SHARED}/gauss_3.0_7x7.conv`,
  STARNNW_NAME: `${SHARED}/default.nnw`,
} as const

/** Settings of a program: keyword and value. */
export type Settings = Readonly<Record<string, string | number>>

const textOf = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`programs/${name}`, packageRoot)), 'utf8')

/**
 * Writes settings into the work folder: the package's file of this name, then those of the image; a keyword that is in
 * both has the image's value.
 */
export async function writeSettings(folder: string, name: string, settings: Settings): Promise<void> {
  const lines = (await textOf(name)).split('\n').filter((line) => !((line.split(/\s/)[0] ?? '') in settings))
  const own = Object.entries(settings).map(([keyword, value]) => `${keyword.padEnd(16)} ${value}`)
  await writeFile(join(folder, name), [...lines, ...own, ''].join('\n'))
}

/**
 * Writes the list of columns of this name into the work folder, but for those that need what is not there, and further
 * ones that it does not name.
 *
 * @param apertures elements of each FLUX_APER and the like, if not as many as listed
 * @returns the columns' names as the catalogue has them
 */
export async function writeColumns(
  folder: string,
  name: string,
  isLacking: (column: string) => boolean,
  further: readonly string[],
  apertures?: number,
): Promise<string[]> {
  const columns = [...(await listedColumns(name)), ...further]
    .filter((column, k, all) => all.findIndex((other) => nameOf(other) === nameOf(column)) === k)
    .filter((column) => !isLacking(column))
    .map((column) => (apertures === undefined ? column : column.replace(/_APER\(\d+\)/, `_APER(${apertures})`)))
  await writeFile(join(folder, name), `${columns.join('\n')}\n`)
  return columns.map(nameOf)
}

/** The columns that a list of the package names, vectors with their length. */
export async function listedColumns(name: string): Promise<string[]> {
  const lines = (await textOf(name)).split('\n').map((line) => line.replace(/#.*/, '').trim())
  return lines.filter((line) => line !== '')
}

/** `FLUX_APER` of `FLUX_APER(12)`. */
const nameOf = (column: string): string => column.replace(/\(.*/, '')

/** A star nearer to the edge than half the largest aperture has FLAGS 16, and is not selected. */
const LARGEST_SHARE = 1 / 8
/** 6 arcsec of DECam: the light of a star within it is total to a percent in usual seeing. */
const MIN_LARGEST_PIXELS = 22.22

/**
 * Diameters of the apertures of FLUX_APER in a catalogue that is measured here [pixel]. Of a small image the largest
 * are left out: most of its stars would be nearer to the edge than they reach.
 */
export async function apertureDiametersPixels({ columns, rows }: ImageShape): Promise<number[]> {
  const line = (await textOf('measure.sex')).split('\n').find((one) => one.startsWith('PHOT_APERTURES'))
  const largest = Math.max(MIN_LARGEST_PIXELS, LARGEST_SHARE * Math.min(columns, rows))
  return line!
    .replace('PHOT_APERTURES', '')
    .split(',')
    .map(Number)
    .filter((diameter) => diameter <= largest)
}

interface ImageShape {
  readonly columns: number
  readonly rows: number
}
