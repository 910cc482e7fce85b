import { mkdir, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { InputError } from '../../../src/errors.js'
import { isAbsent, isThere, undefinedIfAbsent } from '../../../src/node/disk/absent.js'
import { expandPaths } from '../../../src/node/input/expand-paths.js'
import { siblingPlane, siblingPlanes } from '../../../src/node/programs/sibling-planes.js'
import { directoryFiles } from '../../../src/node/store/catalog-files.js'

let dir: string
const loop = () => join(dir, 'loop')

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bliss-absent-'))
  await writeFile(join(dir, 'file'), 'x')
  // A link to itself can be read by nobody, not even by root.
  await symlink('loop', loop())
  await symlink('gone', join(dir, 'dangling'))
})

describe('what is absent', () => {
  it.each([
    ['a file', 'file', true],
    ['nothing', 'nothing', false],
    ['a name below a file', 'file/name', false],
    ['a link to nothing: reading it tells', 'dangling', true],
    ['a link to itself', 'loop', true],
    ['a name below a link to itself: nobody can tell', 'loop/name', true],
  ])('%s', async (_, name, there) => {
    expect(await isThere(join(dir, name))).toBe(there)
  })

  it('is told from what cannot be read', async () => {
    const missing = await stat(join(dir, 'nothing')).catch((cause: unknown) => cause)
    expect(isAbsent(missing)).toBe(true)
    expect(isAbsent(new InputError('unreadable-file', 'it is not there', { file: 'x' }, { cause: missing }))).toBe(true)
    expect(await readFile(join(dir, 'file/name')).catch(undefinedIfAbsent)).toBeUndefined()
    await expect(readFile(loop()).catch(undefinedIfAbsent)).rejects.toThrow('ELOOP')
  })
})

describe('what cannot be read is not taken as absent', () => {
  it('a directory in a pattern', async () => {
    await expect(expandPaths([join(loop(), '*.fits')])).rejects.toMatchObject({ tag: 'unreadable-directory' })
    await expect(expandPaths([join(loop(), '*.fits')])).rejects.toThrow(`${loop()}: the directory cannot be read`)
    await expect(expandPaths([join(dir, 'file/*.fits')])).rejects.toMatchObject({ tag: 'no-match' })
  })

  it('the mask beside an image', async () => {
    const night = join(dir, 'night')
    await mkdir(night)
    await symlink('gone', join(night, 'c4d_ood_r_v1.fits.fz'))
    const [image, mask] = [join(night, 'c4d_ooi_r_v1.fits.fz'), join(night, 'c4d_ood_r_v1.fits.fz')]
    expect(await siblingPlane(image, 'mask')).toBe(mask)
    expect(await siblingPlane(image, 'weight')).toBeUndefined()
    expect(await siblingPlanes(image)).toEqual([mask])
  })

  it('a part of a store', async () => {
    const files = directoryFiles(dir)
    expect(await files.exists('loop/properties')).toBe(true)
    expect(await files.exists('nothing/properties')).toBe(false)
    expect(await files.folder!('nothing')).toBeUndefined()
    await expect(files.folder!('loop')).rejects.toThrow(`${loop()}: the directory cannot be read`)
  })
})
