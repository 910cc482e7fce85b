import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'vitest'
import { InputError } from '../../../src/errors.js'
import { memorySource, type ByteSource } from '../../../src/formats/bytes.js'
import type { Column } from '../../../src/table/columns.js'

export const fixtures = resolve(import.meta.dirname, '../../fixtures/fits')
export const shared = resolve(import.meta.dirname, '../../../../shared')
export const fixture = (name: string): ByteSource =>
  memorySource(name, new Uint8Array(readFileSync(resolve(fixtures, name))))

const PYTHON = '/usr/bin/python3'
export const hasAstropy = existsSync(PYTHON) && succeeds(PYTHON, ['-c', 'import astropy, fitsio'])
export const hasFitsverify = existsSync('/usr/bin/fitsverify')
export const python = (script: string, args: readonly string[]): string =>
  execFileSync(PYTHON, ['-W', 'ignore', resolve(fixtures, script), ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A source that counts what is asked of it. */
export function counting(source: ByteSource): ByteSource & { reads: number; bytes: number } {
  const counted = {
    name: source.name,
    byteLength: source.byteLength,
    reads: 0,
    bytes: 0,
    slice: async (start: number, end: number) => {
      counted.reads++
      counted.bytes += end - start
      return source.slice(start, end)
    },
  }
  return counted
}

/** A header and data by hand: `KEY: value` as written in the card's value field, then bytes; both padded. */
export function hduBytes(
  cards: readonly (readonly [string, string | number])[],
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const text = [
    ...cards.map(([keyword, value]) => `${keyword.padEnd(8)}= ${String(value).padStart(20)}`.padEnd(80)),
    'END'.padEnd(80),
  ].join('')
  const header = text.padEnd(Math.ceil(text.length / 2880) * 2880)
  const bytes = new Uint8Array(header.length + Math.ceil(data.length / 2880) * 2880)
  bytes.set(Uint8Array.from(header, (c) => c.charCodeAt(0)))
  bytes.set(data, header.length)
  return bytes
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export const PRIMARY = hduBytes([
  ['SIMPLE', 'T'],
  ['BITPIX', 8],
  ['NAXIS', 0],
])

/** The InputError that `action` ends with; anything else fails the test. */
export async function refusal(action: Promise<unknown> | (() => unknown)): Promise<InputError> {
  try {
    await (typeof action === 'function' ? action() : action)
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return error as InputError
  }
  throw new Error('nothing was refused')
}

/** Values as JSON can hold them: NaN is null, 64-bit integers are text. */
export function plain(column: Column): (number | string | null)[] {
  return Array.from(column.values as ArrayLike<number | bigint | string>, (value) =>
    typeof value === 'bigint' ? String(value) : typeof value === 'number' && Number.isNaN(value) ? null : value,
  )
}
