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
 * ones.
 *
 * @returns the columns' names as the catalogue has them
 */
export async function writeColumns(
  folder: string,
  name: string,
  isLacking: (column: string) => boolean,
  further: readonly string[],
): Promise<string[]> {
  const listed = (await textOf(name)).split('\n').map((line) => line.replace(/#.*/, '').trim())
  const columns = [...listed, ...further].filter((column) => column !== '' && !isLacking(column))
  await writeFile(join(folder, name), `${columns.join('\n')}\n`)
  return columns.map((column) => column.replace(/\(.*/, ''))
}

/** Diameters of the apertures of FLUX_APER in a catalogue that was measured here [pixel]. */
export async function apertureDiametersPixels(): Promise<number[]> {
  const line = (await textOf('measure.sex')).split('\n').find((one) => one.startsWith('PHOT_APERTURES'))
  return line!.replace('PHOT_APERTURES', '').split(',').map(Number)
}
