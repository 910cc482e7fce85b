import { basename } from 'node:path'
import { kindOfContent } from '../../catalog/build/build-input.js'
import { InputError } from '../../errors.js'
import { readNumericCsv } from '../../formats/csv.js'
import { targetAt, type Target } from '../../photometry/targets/target.js'
import type { Table } from '../../table/columns.js'
import { findColumn } from '../../table/columns.js'
import { isGzip } from '../disk/input-chunks.js'
import { reasonOf } from '../disk/files.js'
import { readWhole } from '../disk/regular-file.js'
import { gunzipWhole } from '../disk/unpack.js'
import { findPositionNames, readPositions } from './read-positions.js'

/** Names of the column that names the targets, the better first. */
const NAME_COLUMNS = ['name', 'target', 'object', 'id', 'source_id']
const NEWLINE = 10

/**
 * Reads a list of targets: CSV with a header line (`name,ra,dec`; angles in degrees or sexagesimal), or another table
 * with positions in degrees (FITS, VOTable, Parquet), whose targets are called after their places.
 *
 * @throws InputError if the file is missing or damaged, has no positions, or a line of it is no place on the sky
 */
export async function readTargets(path: string): Promise<Target[]> {
  const bytes = await readWhole(path, 'textBytes').catch((cause: unknown) => {
    throw new InputError(
      'unreadable-file',
      `the list of targets cannot be read: ${reasonOf(cause as NodeJS.ErrnoException)}`,
      { file: path },
      { cause },
    )
  })
  const unpacked = isGzip(bytes) ? gunzipWhole(bytes, path) : bytes
  const targets =
    kindOfContent(unpacked.subarray(0, 512), path) === 'csv' ? await ofCsv(unpacked, path) : await ofTable(path)
  if (targets.length > 0) return targets
  throw new InputError('no-targets', 'the list of targets is empty', { file: path, expected: 'name,ra,dec' })
}

async function ofCsv(bytes: Uint8Array, path: string): Promise<Target[]> {
  let names: readonly (string | undefined)[] = []
  const fields = (header: readonly string[]) => {
    const named = header.find((name) => NAME_COLUMNS.includes(name.toLowerCase()))
    const [ra, dec] = findPositionNames(header) ?? []
    if (ra === undefined) {
      const found = header.join(', ').slice(0, 200)
      const expected = 'columns name, ra and dec'
      throw new InputError('no-positions', 'the list of targets has no columns of positions', {
        file: path,
        line: 1,
        found,
        expected,
      })
    }
    names = [named, ra, dec]
    return [...new Set(names)].flatMap((name) =>
      name === undefined ? [] : [{ name, index: header.indexOf(name), type: 'text' as const }],
    )
  }
  const lines = bytes.reduce((count, byte) => count + Number(byte === NEWLINE), 1)
  let table: Table | undefined
  for await (const whole of readNumericCsv([bytes], { name: path, fields, rowsPerTable: lines + 1 })) table = whole
  const [named, ra, dec] = names.map((name) =>
    name === undefined ? undefined : (findColumn(table!, name)!.values as readonly string[]),
  )
  return ra!.map((text, row) => {
    const target = targetAt(named?.[row], text, dec![row]!)
    if (!('fault' in target)) return target
    throw new InputError('bad-target', `a target of the list is wrong: ${target.fault}`, { file: path, row: row + 1 })
  })
}

async function ofTable(path: string): Promise<Target[]> {
  const { raDeg, decDeg } = await readPositions(path)
  return Array.from(raDeg, (ra, row) => {
    const target = targetAt(undefined, String(ra), String(decDeg[row]!))
    if (!('fault' in target)) return target
    throw new InputError('bad-target', `a target of ${basename(path)} is wrong: ${target.fault}`, {
      file: path,
      row: row + 1,
    })
  })
}
