import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { expandPaths } from '../../../src/node/input/expand-paths.js'
import { temporaryDirectory } from '../../cli/run.js'

let dir: string
const at = (...names: string[]) => names.map((name) => join(dir, name))
const expanded = (...patterns: string[]) => expandPaths(at(...patterns))

beforeAll(() => {
  dir = temporaryDirectory()
  mkdirSync(join(dir, 'n1', 'deep.fits'), { recursive: true })
  mkdirSync(join(dir, 'n2', 'list'), { recursive: true })
  for (const name of ['a.fits', 'b.fits', '.hidden.fits', 'n1/c.fits', 'n1/list', 'a'.repeat(240)])
    writeFileSync(join(dir, name), '')
  symlinkSync('n1', join(dir, 'night.fits'))
  symlinkSync('a.fits', join(dir, 'link.fits'))
  symlinkSync('gone', join(dir, 'dangling.fits'))
})

describe('a pattern', () => {
  test('fits files, links to files and links to nothing; no directories, links to these, nor hidden files', async () => {
    expect(await expanded('*.fits')).toEqual(at('a.fits', 'b.fits', 'dangling.fits', 'link.fits'))
    expect(await expanded('n1/*')).toEqual(at('n1/c.fits', 'n1/list'))
  })

  test('goes through directories and links to them', async () => {
    expect(await expanded('n*/c.fits')).toEqual(at('n1/c.fits', 'night.fits/c.fits'))
    expect(await expanded('n[12]/list')).toEqual(at('n1/list'))
  })

  test.each(['[z-a]*.fits', '*a*a*a*a*a*a*a*a*b', 'night*', 'n2/*'])('%s fits no file', async (pattern) => {
    await expect(expanded(pattern)).rejects.toMatchObject({ name: 'InputError', tag: 'no-match' })
    await expect(expanded(pattern)).rejects.toThrow(
      `${join(dir, pattern)}: no file fits the pattern (expected a file at least)`,
    )
  })

  test('and a word name a file once, however they write its path', async () => {
    const words = [`${dir}/./a.fits`, `${dir}/n1/../a.fits`, `${dir}/a.f*`, join(dir, 'link.fits')]
    expect(await expandPaths(words)).toEqual([`${dir}/./a.fits`, join(dir, 'link.fits')])
  })

  test('a link to a directory by its own name is refused, as the directory is', async () => {
    await expect(expanded('night.fits')).rejects.toThrow('this is a directory: name the files in it')
  })
})
