import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { commitFiles } from '../../../src/node/disk/commit-files.js'
import { stageFiles } from '../../../src/node/disk/staged-files.js'
import { fileSource, openInput, writeFilesWhole, type WriteOperations } from '../../../src/node/disk/files.js'
import { inputChunks } from '../../../src/node/disk/input-chunks.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const bytesOf = (text: string) => new TextEncoder().encode(text)
const fresh = (name: string) => {
  const dir = join(folder, name)
  mkdirSync(dir)
  return dir
}

describe('reading', () => {
  test('ranges of a file, shorter only at its end', async () => {
    const path = join(folder, 'ten')
    writeFileSync(path, '0123456789')
    const source = await fileSource(path)
    const text = async (start: number, end: number) => new TextDecoder().decode(await source.slice(start, end))
    expect([source.byteLength, await text(2, 5), await text(8, 20), await text(12, 20), await text(3, 3)]).toEqual([
      10,
      '234',
      '89',
      '',
      '',
    ])
    const kept = new Uint8Array(4).fill(0x2d)
    const read = await source.readInto(kept, 8)
    expect([new TextDecoder().decode(read), new TextDecoder().decode(kept)]).toEqual(['89', '89--'])
  })

  test('a packed file comes unpacked, whole or in pieces, whatever its name', async () => {
    const path = join(folder, 'packed.csv')
    const content = 'a,b\n'.repeat(500_000)
    writeFileSync(path, gzipSync(content))
    const source = await openInput(path)
    expect(source.byteLength).toBe(content.length)
    const pieces: Uint8Array[] = []
    for await (const piece of inputChunks(path)) pieces.push(piece)
    expect(pieces.length).toBeGreaterThan(1)
    expect(Buffer.concat(pieces).toString() === content).toBe(true)
  })

  test.each([
    ['missing', () => join(folder, 'nowhere'), 'the file cannot be read: there is no such file or directory'],
    ['a directory', () => folder, 'the file cannot be read: it is a directory'],
  ])('%s is an InputError that names it', async (_, path, message) => {
    await expect(fileSource(path())).rejects.toThrow(`${path()}: ${message}`)
    await expect(openInput(path())).rejects.toThrow(`${path()}: ${message}`)
    await expect(inputChunks(path()).next()).rejects.toThrow(`${path()}: ${message}`)
  })

  test('a packed file that is cut or spoilt is an InputError that names it', async () => {
    const whole = gzipSync(Buffer.from(Array.from({ length: 5000 }, (_, i) => Math.imul(i, 2654435761) >>> 24)))
    const spoilt = Buffer.from(whole)
    spoilt[whole.length - 5]! ^= 1
    for (const [name, bytes] of [
      ['cut.gz', whole.subarray(0, whole.length - 20)],
      ['spoilt.gz', spoilt],
    ] as const) {
      const path = join(folder, name)
      writeFileSync(path, bytes)
      await expect(openInput(path)).rejects.toThrow(`${path}: the compressed file is damaged`)
      const all = async () => {
        for await (const piece of inputChunks(path)) expect(piece.length).toBeGreaterThan(0)
      }
      await expect(all()).rejects.toThrow(`${path}: the compressed file is damaged`)
    }
  })
})

describe('writing', () => {
  const files = [
    { name: 'one.csv', bytes: bytesOf('1') },
    { name: 'two.csv', bytes: bytesOf('2') },
  ]

  test('all files stand, nothing else, and older ones are replaced', async () => {
    const dir = fresh('written')
    writeFileSync(join(dir, 'one.csv'), 'old')
    await writeFilesWhole(dir, files)
    expect(readdirSync(dir)).toEqual(['one.csv', 'two.csv'])
    expect(readFileSync(join(dir, 'one.csv'), 'utf8')).toBe('1')
  })

  /** The file system, but that one call fails for the second file. */
  function failing(call: 'open' | 'writeFile' | 'sync' | 'rename', code: string): WriteOperations {
    const fail = (name: string, path: string) => {
      if (name === call && /(?:-1|two\.csv)$/.test(path))
        throw Object.assign(new Error(`${code}: made to fail`), { code })
    }
    return {
      rm: fs.rm,
      link: fs.link,
      copyFile: fs.copyFile,
      rename: async (from, to) => {
        fail('rename', String(to))
        await fs.rename(from, to)
      },
      open: async (path, flags) => {
        fail('open', String(path))
        const handle = await fs.open(path, flags)
        return {
          writeFile: async (bytes: Uint8Array) => {
            fail('writeFile', String(path))
            await handle.writeFile(bytes)
          },
          sync: async () => {
            fail('sync', String(path))
            await handle.sync()
          },
          close: () => handle.close(),
        } as unknown as fs.FileHandle
      },
    }
  }

  test.each([
    ['open', 'EACCES', 'permission is denied'],
    ['writeFile', 'ENOSPC', 'the disk is full'],
    ['sync', 'EDQUOT', 'the disk quota is exceeded'],
    ['rename', 'EROFS', 'the file system is read-only'],
  ] as const)(
    'where %s of the second file fails with %s, no file is new or half, and the message names file and reason',
    async (call, code, reason) => {
      const dir = fresh(`failed-${call}`)
      await expect(writeFilesWhole(dir, files, failing(call, code))).rejects.toThrow(
        `${join(dir, 'two.csv')}: the file cannot be written: ${reason}`,
      )
      expect(readdirSync(dir)).toEqual([])
    },
  )

  test('a piece that cannot be written while the next one is made: the same, and no failure goes unheard', async () => {
    const dir = fresh('pieces')
    async function* pieces() {
      for (let n = 0; n < 3; n++) {
        yield bytesOf(String(n))
        await new Promise((resume) => setTimeout(resume, 20))
      }
    }
    await expect(
      stageFiles(dir, [files[0]!, { name: 'two.csv', bytes: pieces() }], undefined, failing('writeFile', 'ENOSPC')),
    ).rejects.toThrow(`${join(dir, 'two.csv')}: the file cannot be written: the disk is full`)
    expect(readdirSync(dir)).toEqual([])
    await commitFiles(dir, await stageFiles(dir, [{ name: 'two.csv', bytes: pieces() }]))
    expect(readFileSync(join(dir, 'two.csv'), 'utf8')).toBe('012')
  })

  test('where a rename fails, files that were replaced are put back', async () => {
    const dir = fresh('put-back')
    writeFileSync(join(dir, 'one.csv'), 'old')
    await expect(writeFilesWhole(dir, files, failing('rename', 'EIO'))).rejects.toThrow(
      `${join(dir, 'two.csv')}: the file cannot be written: the device failed`,
    )
    expect(readdirSync(dir)).toEqual(['one.csv'])
    expect(readFileSync(join(dir, 'one.csv'), 'utf8')).toBe('old')
  })

  test('a directory that is not there', async () => {
    await expect(writeFilesWhole(join(folder, 'none'), files)).rejects.toThrow(
      `${join(folder, 'none', 'one.csv')}: the file cannot be written: there is no such file or directory`,
    )
  })

  test('temporary names match none of the patterns that pipelines read', async () => {
    const dir = fresh('names')
    const seen: string[] = []
    const operations: WriteOperations = {
      rm: fs.rm,
      link: fs.link,
      copyFile: fs.copyFile,
      rename: fs.rename,
      open: (path, flags) => (seen.push(String(path)), fs.open(path, flags)),
    }
    await writeFilesWhole(dir, files, operations)
    for (const path of seen.filter((one) => one !== dir))
      expect(path.slice(dir.length + 1)).not.toMatch(/^allZP|^Zero|^D.*_ZP\.csv$|Obj\.csv$/)
    // Each is opened to be written, and again to be flushed; then there is their journal, and the directory.
    expect(new Set(seen).size).toBe(4)
  })
})
