import * as fs from 'node:fs/promises'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileSource, writeFilesWhole, type WriteOperations } from '../../src/node/files.js'
import { temporaryDirectory } from '../cli/run.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const set = (version: string) => ['a.csv', 'b.csv', 'c.csv'].map((name) => ({ name, bytes: bytes(`${name} ${version}`) }))
const contents = (dir: string) => Object.fromEntries(readdirSync(dir).sort().map((name) => [name, readFileSync(join(dir, name), 'utf8')]))
const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })

/** File operations that fail at the n-th call of one kind. */
function failing(kind: 'open' | 'rename', n: number): WriteOperations {
  let calls = 0
  const counted = <T extends (...args: never[]) => Promise<unknown>>(operation: T): T =>
    ((...args: never[]) => (++calls === n ? Promise.reject(full) : operation(...args))) as T
  return { ...fs, [kind]: counted(fs[kind] as never) } as WriteOperations
}

describe('writeFilesWhole', () => {
  test('writes a set, and replaces it', async () => {
    const dir = temporaryDirectory()
    await writeFilesWhole(dir, set('1'))
    await writeFilesWhole(dir, set('2'))
    expect(contents(dir)).toEqual({ 'a.csv': 'a.csv 2', 'b.csv': 'b.csv 2', 'c.csv': 'c.csv 2' })
  })

  test.each([
    ['open', 1, 'a.csv'],
    ['open', 3, 'c.csv'],
    ['rename', 1, 'a.csv'],
    ['rename', 3, 'c.csv'],
  ] as const)('a disk that is full at %s number %d leaves nothing, or what stood there', async (kind, n, name) => {
    const empty = temporaryDirectory()
    await expect(writeFilesWhole(empty, set('1'), failing(kind, n))).rejects.toThrow(`${join(empty, name)}: the file cannot be written: the disk is full`)
    expect(contents(empty)).toEqual({})
    const standing = temporaryDirectory()
    await writeFilesWhole(standing, set('1').slice(1))
    await expect(writeFilesWhole(standing, set('2'), failing(kind, n))).rejects.toThrow('the disk is full')
    expect(contents(standing)).toEqual({ 'b.csv': 'b.csv 1', 'c.csv': 'c.csv 1' })
  })

  test('a directory in the way, a directory that is none', async () => {
    const dir = temporaryDirectory()
    mkdirSync(join(dir, 'b.csv'))
    await expect(writeFilesWhole(dir, set('1'))).rejects.toThrow(`${join(dir, 'b.csv')}: the file cannot be written: it is a directory`)
    expect(readdirSync(dir)).toEqual(['b.csv'])
    writeFileSync(join(dir, 'file'), '')
    await expect(writeFilesWhole(join(dir, 'file'), set('1'))).rejects.toThrow('a part of the path is not a directory')
    await expect(writeFilesWhole(join(dir, 'absent'), set('1'))).rejects.toThrow('there is no such file or directory')
  })
})

test('fileSource reads ranges and says what is wrong', async () => {
  const path = join(temporaryDirectory(), 'x')
  writeFileSync(path, '0123456789')
  const source = await fileSource(path)
  expect(source.byteLength).toBe(10)
  expect(new TextDecoder().decode(await source.slice(3, 6))).toBe('345')
  expect(new TextDecoder().decode(await source.slice(8, 99))).toBe('89')
  await expect(fileSource(`${path}y`)).rejects.toThrow(`${path}y: the file cannot be read: there is no such file or directory`)
  await expect(fileSource(join(path, '..'))).rejects.toThrow('it is a directory')
})
